#!/usr/bin/env python3
"""The documents say what the program does: tables, options and completions against the lists."""
import os
import re
import subprocess
import sys

import tree

LISTS = {'options': 'tui/options.def', 'keys': 'tui/keys.def'}


# Prefixes of IAM actions by the file of operations, and the actions that are called otherwise.
IAM = {'apigatewayv2': 'apigateway', 'autoscaling': 'application-autoscaling',
       'elbv2': 'elasticloadbalancing'}
IAM_NAMES = {'ListBuckets': 'ListAllMyBuckets', 'GetApis': 'GET', 'GetIntegrations': 'GET',
             'GetCallerIdentity': None,  # always allowed
             'AssumeRole': None}  # of the profile's own keys, not of the console's role


def read(path):
    with open(os.path.join(tree.ROOT, path), encoding='utf-8') as handle:
        return handle.read()


def table(form, source):
    """What man/tables.awk makes of a list."""
    return subprocess.run(
        [os.environ.get('AWK', 'awk'), '-v', f'form={form}', '-f',
         os.path.join(tree.ROOT, 'man/tables.awk'), os.path.join(tree.ROOT, source)],
        check=True, capture_output=True, text=True).stdout


def marked(text, name):
    match = re.search(f'<!-- {name} -->\n(.*?)<!-- /{name} -->', text, re.S)
    return match and match.group(1)


def actions():
    """The IAM actions that the operations in aws/api need; anonymous ones need none."""
    for path, lines in tree.files(('.c',), ('aws/api',)):
        service = os.path.basename(path)[:-2]
        for row in re.findall(r'^const struct aws_op \w+ = .*?^};', '\n'.join(lines), re.M | re.S):
            name = re.search(r'^    \.name = "([A-Za-z]+)"', row, re.M).group(1)
            name = IAM_NAMES.get(name, name)
            if name and '.anonymous = true' not in row:
                yield f'{IAM.get(service, service)}:{name}'


def update():
    """Writes the tables into the README; with an argument, the board from that file too."""
    text = read('README.md')
    parts = {name: table(f'{name}-md', source) for name, source in LISTS.items()}
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding='utf-8') as handle:
            parts['board'] = '```\n' + handle.read().rstrip('\n') + '\n```\n'
    for name, part in parts.items():
        text = re.sub(f'(<!-- {name} -->\n).*?(<!-- /{name} -->)',
                      lambda match, part=part: match.group(1) + part + match.group(2), text,
                      flags=re.S)
    with open(os.path.join(tree.ROOT, 'README.md'), 'w', encoding='utf-8') as handle:
        handle.write(text)


def versions():
    """Libraries that configure asks for, with their versions, and that bootstrap does not."""
    wanted = re.findall(r'^PKG_CHECK_MODULES\(\[\w+\], \[(\S+) >= ([0-9.]+)\]',
                        read('configure.ac'), re.M)
    probed = set(re.findall(r' pc:(\S+):([0-9.]+) ', read('bootstrap')))
    return [f'bootstrap: does not look for {name} {version}, as configure.ac does'
            for name, version in wanted
            if (name, version) not in probed and name != 'libssl']  # it comes with libcrypto


def main():
    faults = versions()
    readme = read('README.md')
    for name, source in LISTS.items():
        if marked(readme, name) != table(f'{name}-md', source):
            faults.append(f'README.md: the table of {name} is not that of {source}; '
                          'python3 tests/docs.py update writes it')
    if not (marked(readme, 'board') or '').startswith('```'):
        faults.append('README.md: there is no picture of the board; sh doc/board.sh takes it')
    wanted = set(actions())
    faults += [f'README.md: no policy allows {action}'
               for action in sorted(wanted) if f'"{action}"' not in readme]
    options = table('options-words', LISTS['options']).split()
    for path in ('completions/cawsole.bash', 'completions/_cawsole'):
        text = read(path)
        faults += [f'{path}: does not know {word}' for word in options if word not in text]
    simulator = re.findall(r'^ *\{"([a-z-]+)", (?:no|required)_argument', read('sim/main.c'), re.M)
    for path in ('completions/cawsole.bash', 'completions/_cawsole', 'man/cawsole-sim.1'):
        text = read(path).replace('\\-', '-')
        faults += [f'{path}: does not know --{word}'
                   for word in simulator if '--' + word not in text]
    scenarios = set()
    for path, lines in tree.files(('.c',), ('sim',)):
        if os.path.basename(path).startswith('scenario'):
            scenarios |= set(re.findall(r'\.name = "([a-z-]+)"', '\n'.join(lines)))
    for path in ('completions/cawsole.bash', 'completions/_cawsole', 'man/cawsole-sim.1',
                 LISTS['options']):
        text = read(path).replace('\\-', '-')
        faults += [f'{path}: does not know the scenario {word}'
                   for word in scenarios if word not in text]
    page = 'man/cawsole.1'  # as built: tests run in the build's folder
    if os.path.exists(page):
        with open(page, encoding='utf-8') as handle:
            faults += [f'{page}: {left} was not replaced'
                       for left in re.findall('@[A-Z]+@', handle.read())]
    tree.finish(faults, min(map(len, (options, simulator, scenarios, wanted))))


if sys.argv[1:2] == ['update']:
    update()
else:
    main()
