#!/usr/bin/env python3
"""Every request the console can send, against AWS's service models: for each operation random inputs
that fit its model are serialised by us and by botocore, and must say the same."""
import datetime
import json
import os
import random
import subprocess
import sys
import xml.etree.ElementTree as ET
from urllib.parse import parse_qsl, urlsplit

try:
    import botocore.loaders
    import botocore.model
    import botocore.serialize
except ImportError:
    print('skipped: botocore is not installed')
    sys.exit(77)

BUILD = os.environ.get('CAWSOLE_BUILDDIR', '.')
ROUNDS = 25
REGION = 'eu-central-1'
PROTOCOLS = {'json-1.0': 'json', 'json-1.1': 'json'}
TEXT = 'abcXYZ019-._~/ +&=?#%:@!"<>\'{}[]\\Äß€😀'


def random_text(rng, shape):
    if getattr(shape, 'enum', None):
        return rng.choice(shape.enum)
    return ''.join(rng.choice(TEXT) for _ in range(rng.randrange(1, 12)))


def random_value(rng, shape, depth, maps):
    """A value that fits the shape, or None where it is left out."""
    kind = shape.type_name
    if kind == 'structure':
        return random_structure(rng, shape, depth, maps)
    if kind == 'list':
        items = [random_value(rng, shape.member, depth + 1, maps) for _ in range(rng.randrange(1, 4))]
        return [i for i in items if i not in (None, {})] or None
    if kind == 'map':
        if not maps:
            return None
        value = random_value(rng, shape.value, depth + 1, maps)
        return None if value is None else {random_text(rng, shape.key): value}
    if kind in ('integer', 'long'):
        return rng.randrange(-5, 2 ** 31)
    if kind in ('float', 'double'):
        return rng.choice((0.5, 99.9, 1e-7, 123456.75))
    if kind == 'boolean':
        return rng.random() < 0.5
    if kind == 'timestamp':
        return datetime.datetime.fromtimestamp(rng.randrange(1_600_000_000, 1_900_000_000),
                                               datetime.timezone.utc)
    return random_text(rng, shape) if kind == 'string' else None


def random_structure(rng, shape, depth, maps):
    out = {}
    for name, member in shape.members.items():
        if name not in shape.required_members and (depth > 3 or rng.random() < 0.6):
            continue
        value = random_value(rng, member, depth + 1, maps)
        if value is not None and value != {}:
            out[name] = value
    return out


def for_us(value, json_times):
    """Times as our callers write them: epoch seconds in JSON, ISO 8601 elsewhere."""
    if isinstance(value, datetime.datetime):
        return int(value.timestamp()) if json_times else value.strftime('%Y-%m-%dT%H:%M:%SZ')
    if isinstance(value, dict):
        return {k: for_us(v, json_times) for k, v in value.items()}
    if isinstance(value, list):
        return [for_us(v, json_times) for v in value]
    return value


def xml_tree(text):
    def walk(node):
        return node.tag, (node.text or ''), [walk(child) for child in node]
    return walk(ET.fromstring(text)) if text else None


def body_of(protocol, body):
    if isinstance(body, bytes):
        body = body.decode()
    if isinstance(body, dict):  # botocore leaves a form to its HTTP client
        return sorted((k, v if isinstance(v, str) else json.dumps(v)) for k, v in body.items())
    if protocol == 'query':
        return sorted(parse_qsl(body, keep_blank_values=True))
    if protocol == 'rest-xml':
        return xml_tree(body)
    return json.loads(body) if body else None


def pairs_of(query):
    if isinstance(query, str):
        return sorted(parse_qsl(query, keep_blank_values=True))
    out = []
    for name, value in (query.items() if isinstance(query, dict) else query or []):
        out += [(name, str(v)) for v in (value if isinstance(value, list) else [value])]
    return sorted(out)


class Operation:
    def __init__(self, row, service, loader):
        self.row, self.service = row, service
        model = botocore.model.ServiceModel(loader.load_service_model(service['model'], 'service-2'))
        self.protocol = PROTOCOLS.get(service['protocol'], service['protocol'])
        self.model = model.operation_model(row['name'])
        self.serializer = botocore.serialize.create_serializer(self.protocol, False)
        self.id = '%s %s' % (row['service'], row['name'])

    def random_input(self, rng):
        shape = self.model.input_shape
        value = random_structure(rng, shape, 0, self.protocol == 'json') if shape else {}
        refused = (self.row['size_not_with'] or '').split()
        if self.row['size_in'] and not {self.row['size_in'], *refused} & set(value):
            size = self.row['size']  # ours always says how long a page is to be
            text = shape.members[self.row['size_in']].type_name == 'string'
            value[self.row['size_in']] = str(size) if text else size
        return value

    def line(self, value):
        return json.dumps({'service': self.row['service'], 'operation': self.row['name'],
                           'region': REGION, 'input': for_us(value, self.protocol == 'json')})

    def differences(self, value, ours):
        theirs = self.serializer.serialize_to_request(value, self.model)
        url = urlsplit(ours['url'])
        headers = dict(line.split(': ', 1) for line in ours['headers'].split('\n') if line)
        if ours['method'] != theirs['method']:
            yield 'method %s, not %s' % (ours['method'], theirs['method'])
        if url.path != theirs['url_path'].split('?')[0]:
            yield 'path %s, not %s' % (url.path, theirs['url_path'])
        if pairs_of(url.query) != pairs_of(theirs['query_string']):
            yield 'query %s, not %s' % (url.query, theirs['query_string'])
        for name, want in theirs['headers'].items():
            if headers.get(name) != want and name.lower() not in ('accept',):
                yield 'header %s: %s, not %s' % (name, headers.get(name), want)
        got, want = body_of(self.protocol, ours['body']), body_of(self.protocol, theirs['body'])
        if got != want:
            yield 'body %s\n  not %s' % (got, want)


def operations():
    tables = json.loads(subprocess.run([os.path.join(BUILD, 'dump_tables')], check=True,
                                       stdout=subprocess.PIPE).stdout)
    loader = botocore.loaders.Loader()
    services = {s['id']: dict(s, model=s['id']) for s in tables['services']}
    return [Operation(row, services[row['service']], loader) for row in tables['ops']]


def main():
    rng = random.Random(20260115)
    cases = [(op, op.random_input(rng)) for op in operations() for _ in range(ROUNDS)]
    lines = ''.join(op.line(value) + '\n' for op, value in cases)
    run = subprocess.run([os.path.join(BUILD, 'wire_lines')], input=lines.encode(),
                         stdout=subprocess.PIPE, check=False)
    answers = run.stdout.decode().split('\n')[:-1]
    bad = {}
    for (op, value), answer in zip(cases, answers):
        if not answer.startswith('{'):
            bad.setdefault(op.id, []).append(answer)
            break
        bad.setdefault(op.id, []).extend(op.differences(value, json.loads(answer)))
    for op_id, found in bad.items():
        print('%s %s' % ('not ok' if found else 'ok', op_id))
        if found:
            print('  ' + found[0][:1500])
    complete = len(answers) == len(cases) and run.returncode == 0
    print('%s - %d requests built by both' % ('ok' if complete else 'not ok', len(answers)))
    sys.exit(0 if complete and not any(bad.values()) else 1)


main()
