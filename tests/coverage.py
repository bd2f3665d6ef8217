#!/usr/bin/env python3
"""How much of each room the tests have run, from what gcov has counted.

    python3 tests/coverage.py [--min PERCENT] [--lines] ROOM...

Is run in a build made with --enable-coverage, after the tests: `make coverage` does both. Prints a
line for each file, the least covered first, and one for each room; with --lines, what was never run.
Fails when a room has fewer than PERCENT of its lines run.
"""
import argparse
import json
import os
import subprocess
import sys

import tree


def compiled(room):
    """What gcc left of each file of the room, run or not."""
    return sorted(os.path.join(where, name) for where, _, names in os.walk(room)
                  for name in names if name.endswith('.gcno'))


def counts(room, gcov):
    """{path from the root: {line: how often it was run}}"""
    notes = compiled(room)
    if not notes:
        sys.exit('coverage: nothing was counted in %s: configure with --enable-coverage' % room)
    told = subprocess.run([gcov, '--json-format', '--stdout'] + notes, check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    seen = {}
    for unit in map(json.loads, told.splitlines()):
        for file in unit['files']:
            path = os.path.join(unit['current_working_directory'], file['file'])
            path = os.path.relpath(os.path.realpath(path), os.path.realpath(tree.ROOT))
            if path.startswith(room + os.sep):
                lines = seen.setdefault(path, {})
                for line in file['lines']:
                    number = line['line_number']
                    lines[number] = max(lines.get(number, 0), line['count'])
    return seen


def percent(run, all_of_them):
    return 100.0 * run / all_of_them if all_of_them else 100.0


def report(room, seen, with_lines):
    rows = sorted((percent(sum(n > 0 for n in lines.values()), len(lines)), path)
                  for path, lines in seen.items())
    for share, path in rows:
        print('%6.1f%%  %s' % (share, path))
        if with_lines:
            missed = sorted(number for number, n in seen[path].items() if not n)
            print('         ' + ' '.join(map(str, missed)))
    run = sum(n > 0 for lines in seen.values() for n in lines.values())
    total = sum(map(len, seen.values()))
    print('coverage of %s/: %.1f%%, %d of %d lines' % (room, percent(run, total), run, total))
    return percent(run, total)


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument('--min', type=float, default=0, metavar='PERCENT')
    ask.add_argument('--lines', action='store_true')
    ask.add_argument('rooms', nargs='+')
    options = ask.parse_args()
    gcov = os.environ.get('GCOV', 'gcov')
    reached = [report(room, counts(room, gcov), options.lines) for room in options.rooms]
    if min(reached) < options.min:
        sys.exit('coverage: fewer than %g%%' % options.min)


if __name__ == '__main__':
    main()
