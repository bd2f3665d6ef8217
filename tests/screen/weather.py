#!/usr/bin/env python3
"""The table of faults: each of the simulator's, played on each pane's calls, on those of what stands
behind the panes, on what gives out keys and on each action's write, and whether all held.

    weather.py [PANE|SOURCE|ACTION|FAULT...]

As many panes run beside each other as FAULTS_AT_ONCE says (4). Ends with 1 when something did not
hold; what the screen showed then is in faults.log, in the working directory.
"""
import concurrent.futures
import os
import subprocess
import sys
import tempfile

COLUMNS = {
    'weather': ['all', 'cloudfront', 'targets', 'services', 'databases', 'parameters',
                'metrics', 'api', 'buckets', 'secrets', 'scaling'],
    'weather-names': ['names'],
    'weather-keys': ['imds', 'container', 'sts', 'web-identity', 'sso', 'portal', 'signin'],
    'weather-writes': ['scale', 'redeploy', 'rollback', 'invalidate'],
}


def run(pane, faults):
    """What came of each fault, what was on the screen, and whether the run itself broke off."""
    built = os.environ.get('CAWSOLE_BUILDDIR', os.getcwd())
    program = next(program for program, columns in COLUMNS.items() if pane in columns)
    held = {}
    with tempfile.TemporaryFile('w+') as log:
        with subprocess.Popen([os.path.join(built, program), pane, *faults], text=True,
                              stdout=subprocess.PIPE, stderr=log) as running:
            for line in running.stdout:
                columns = line.rstrip('\n').split('\t')
                if len(columns) > 2 and columns[1] == pane:
                    held[columns[0]] = columns[2]
                    print(' '.join(columns), file=sys.stderr, flush=True)
        log.seek(0)
        return held, log.read(), running.returncode not in (0, 1) or not held


def main():
    columns = [column for columns in COLUMNS.values() for column in columns]
    panes = [a for a in sys.argv[1:] if a in columns] or columns
    faults = [a for a in sys.argv[1:] if a not in panes]
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get('FAULTS_AT_ONCE', '4'))) as pool:
        results = dict(zip(panes, pool.map(lambda pane: run(pane, faults), panes)))
    with open('faults.log', 'w') as log:
        for pane in panes:
            log.write(results[pane][1])
    rows = list(dict.fromkeys(f for pane in panes for f in results[pane][0]))
    cells = [['fault', *panes]] + [[f] + [results[p][0].get(f, '') for p in panes] for f in rows]
    played = [cell for line in cells[1:] for cell in line[1:] if cell]
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    for line in cells:
        print('  '.join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
    good = sum(cell.startswith('held') for cell in played)
    print('%d of %d held' % (good, len(played)))
    sys.exit(0 if good and good == len(played) and not any(r[2] for r in results.values()) else 1)


main()
