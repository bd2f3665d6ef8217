"""Checks the bytes of a reply against AWS's own service model, strictly.

botocore's parsers ignore what they do not know and forgive what is missing. This walks the body the
other way round: every element or member on the wire must exist in the model and have its type, what
the model requires must be there, enumerations, lengths and ranges must hold.
"""
import base64
import binascii
import json
import re
import struct
import xml.etree.ElementTree as ET

ISO8601 = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$')
INTEGER = re.compile(r'-?\d+$')
NUMBER = re.compile(r'-?\d+(\.\d+)?([eE][-+]?\d+)?$')
INT32 = 2 ** 31

# Roots that the models do not tell, because botocore never looks at them.
XML_ROOTS = {'ListBuckets': 'ListAllMyBucketsResult'}

CONTENT_TYPES = {
    'json': 'application/x-amz-json-',
    'rest-json': 'application/json',
    'rest-xml': ('text/xml', 'application/xml'),
    'query': 'text/xml',
    'smithy-rpc-v2-cbor': 'application/cbor',
}


def wire_name(name, shape):
    return shape.serialization.get('name', name)


class Problems(list):
    def say(self, path, text):
        self.append('%s: %s' % (path or '/', text))


class Checker:
    """Walks one reply; `problems` is empty when the reply fits."""

    def __init__(self, operation, protocol=None):
        self.operation = operation
        self.protocol = protocol or operation.service_model.resolved_protocol
        self.problems = Problems()

    def check(self, status, headers, body):
        op, say = self.operation, self.problems.say
        want = op.http.get('responseCode', 200)
        if status != want:
            say('', 'status %d, the model says %d' % (status, want))
        content_type = headers.get('content-type', '')
        if not content_type.startswith(CONTENT_TYPES[self.protocol]):
            say('', 'content type %r' % content_type)
        if not (headers.get('x-amzn-requestid') or headers.get('x-amz-request-id')):
            say('', 'no request id among the headers')
        if op.output_shape is None:
            return self.problems
        if self.protocol in ('json', 'rest-json', 'smithy-rpc-v2-cbor'):
            self.json_body(body)
        else:
            self.xml_body(body)
        self.header_members(headers)
        return self.problems

    def header_members(self, headers):
        """What the model says travels in a header is required of the simulator."""
        for name, shape in self.operation.output_shape.members.items():
            if shape.serialization.get('location') != 'header':
                continue
            if not headers.get(wire_name(name, shape).lower()):
                self.problems.say('', 'no header %s' % wire_name(name, shape))

    # ---- scalars -----------------------------------------------------------------------------

    def text(self, shape, value, path):
        if shape.enum and value not in shape.enum:
            self.problems.say(path, '%r is none of %s' % (value, ', '.join(shape.enum)))
        low, high = shape.metadata.get('min'), shape.metadata.get('max')
        if low is not None and len(value) < low or high is not None and len(value) > high:
            self.problems.say(path, 'length %d is outside %s..%s' % (len(value), low, high))

    def number(self, shape, value, path):
        low, high = shape.metadata.get('min'), shape.metadata.get('max')
        if low is not None and value < low or high is not None and value > high:
            self.problems.say(path, '%s is outside %s..%s' % (value, low, high))
        if shape.type_name == 'integer' and not -INT32 <= value < INT32:
            self.problems.say(path, '%s does not fit an integer' % value)

    def count(self, shape, n, path):
        """Only the upper bound: AWS itself answers empty lists where its models say one at least."""
        high = shape.metadata.get('max')
        if high is not None and n > high:
            self.problems.say(path, '%d items, the model says at most %s' % (n, high))

    def required(self, shape, seen, path):
        for name in shape.required_members:
            member = shape.members[name]
            if member.serialization.get('location') in ('header', 'headers', 'statusCode'):
                continue
            if name not in seen:
                self.problems.say(path, 'required %s is missing' % name)

    # ---- JSON --------------------------------------------------------------------------------

    def json_body(self, body):
        try:
            tree = cbor_loads(body) if self.protocol == 'smithy-rpc-v2-cbor' else json.loads(body)
        except (ValueError, IndexError, struct.error) as error:
            self.problems.say('', 'cannot be read: %s' % error)
            return
        self.json(self.operation.output_shape, tree, '')

    def json(self, shape, value, path):
        kind = shape.type_name
        if value is None:
            self.problems.say(path, 'null')
        elif kind == 'structure':
            self.json_structure(shape, value, path)
        elif kind == 'list':
            self.json_list(shape, value, path)
        elif kind == 'map':
            self.json_map(shape, value, path)
        else:
            self.json_scalar(shape, value, path)

    def json_structure(self, shape, value, path):
        if not isinstance(value, dict):
            self.problems.say(path, 'not an object')
            return
        names = {wire_name(n, m): n for n, m in shape.members.items()}
        seen = set()
        for key, item in value.items():
            if key not in names:
                self.problems.say(path + '/' + key, 'not in the model (%s)' % shape.name)
                continue
            seen.add(names[key])
            self.json(shape.members[names[key]], item, path + '/' + key)
        self.required(shape, seen, path)

    def json_list(self, shape, value, path):
        if not isinstance(value, list):
            self.problems.say(path, 'not an array')
            return
        self.count(shape, len(value), path)
        for i, item in enumerate(value):
            self.json(shape.member, item, '%s[%d]' % (path, i))

    def json_map(self, shape, value, path):
        if not isinstance(value, dict):
            self.problems.say(path, 'not an object')
            return
        for key, item in value.items():
            self.text(shape.key, key, path)
            self.json(shape.value, item, path + '/' + key)

    def json_scalar(self, shape, value, path):
        kind = shape.type_name
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if kind in ('string', 'character'):
            fits = isinstance(value, str)
            if fits:
                self.text(shape, value, path)
        elif kind in ('integer', 'long'):
            fits = is_number and value == int(value)
            if fits:
                self.number(shape, value, path)
        elif kind in ('float', 'double'):
            fits = is_number or value in ('NaN', 'Infinity', '-Infinity')
        elif kind == 'boolean':
            fits = isinstance(value, bool)
        elif kind == 'timestamp':
            if self.protocol == 'smithy-rpc-v2-cbor':
                fits = isinstance(value, Epoch)
            elif shape.serialization.get('timestampFormat') == 'iso8601':
                fits = isinstance(value, str) and ISO8601.match(value)
            else:
                fits = is_number and 0 < value < 1e11
        else:
            fits = kind == 'blob' and is_base64(value)
        if not fits:
            self.problems.say(path, '%r is no %s' % (value, kind))

    # ---- XML ---------------------------------------------------------------------------------

    def xml_body(self, body):
        try:
            root = ET.fromstring(body)
        except ET.ParseError as error:
            self.problems.say('', 'not XML: %s' % error)
            return
        op, output = self.operation, self.operation.output_shape
        if self.protocol == 'query':
            self.xml_query(root, output)
            return
        payload = output.serialization.get('payload')
        shape = output.members[payload] if payload else output
        expected = XML_ROOTS.get(op.name) or shape.serialization.get('name') or shape.name
        self.xml_root(root, expected)
        self.xml(shape, root, '')

    def xml_root(self, root, expected):
        if local(root) != expected:
            self.problems.say('', 'root is %s, expected %s' % (local(root), expected))
        if not root.tag.startswith('{http'):
            self.problems.say('', 'root has no namespace')

    def xml_query(self, root, output):
        name = self.operation.name
        self.xml_root(root, name + 'Response')
        wrapper = output.serialization.get('resultWrapper')
        parts = {local(child): child for child in root}
        if set(parts) != {wrapper, 'ResponseMetadata'}:
            self.problems.say('', 'elements are %s' % ', '.join(parts))
        metadata = parts.get('ResponseMetadata')
        if metadata is None or [local(c) for c in metadata] != ['RequestId']:
            self.problems.say('', 'no ResponseMetadata/RequestId')
        if wrapper in parts:
            self.xml(output, parts[wrapper], '')

    def xml(self, shape, node, path):
        kind = shape.type_name
        if kind == 'structure':
            self.xml_structure(shape, node, path)
        elif kind == 'list':
            self.xml_list(shape, node, path)
        elif kind == 'map':
            self.xml_map(shape, node, path)
        else:
            self.xml_scalar(shape, node, path)

    def xml_structure(self, shape, node, path):
        names = {}
        for name, member in shape.members.items():
            place = member.serialization
            if place.get('location'):
                continue
            if member.type_name == 'list' and place.get('flattened'):
                names[member.member.serialization.get('name') or wire_name(name, member)] = name
            names[wire_name(name, member)] = name
        seen = set()
        for child in node:
            tag = local(child)
            if tag not in names:
                self.problems.say(path + '/' + tag, 'not in the model (%s)' % shape.name)
                continue
            member = shape.members[names[tag]]
            flat = member.serialization.get('flattened')
            if names[tag] in seen and not flat:
                self.problems.say(path + '/' + tag, 'there twice')
            seen.add(names[tag])
            self.xml(member.member if flat and member.type_name == 'list' else member, child,
                     path + '/' + tag)
        if node.text and node.text.strip():
            self.problems.say(path, 'text in a structure: %r' % node.text.strip())
        self.required(shape, seen, path)
        self.quantity(node, path)

    def quantity(self, node, path):
        """CloudFront: Quantity counts Items, and Items is left out when there are none."""
        parts = {local(c): c for c in node}
        if 'Quantity' not in parts:
            return
        want = int(parts['Quantity'].text)
        have = len(parts['Items']) if 'Items' in parts else 0
        if want != have:
            self.problems.say(path, 'Quantity %d of %d Items' % (want, have))
        if 'Items' in parts and want == 0:
            self.problems.say(path, 'Items without items')

    def xml_list(self, shape, node, path):
        name = shape.member.serialization.get('name', 'member')
        for i, child in enumerate(node):
            if local(child) != name:
                self.problems.say(path, 'list of %s holds %s' % (name, local(child)))
            self.xml(shape.member, child, '%s[%d]' % (path, i))
        self.count(shape, len(node), path)

    def xml_map(self, shape, node, path):
        key = shape.key.serialization.get('name', 'key')
        value = shape.value.serialization.get('name', 'value')
        for entry in node:
            if local(entry) != 'entry' or [local(c) for c in entry] != [key, value]:
                self.problems.say(path, 'no map entry')
                continue
            self.xml(shape.key, entry[0], path)
            self.xml(shape.value, entry[1], path + '/' + (entry[0].text or ''))

    def xml_scalar(self, shape, node, path):
        if len(node):
            self.problems.say(path, 'elements where a %s belongs' % shape.type_name)
            return
        kind, value = shape.type_name, node.text or ''
        if kind in ('string', 'character'):
            self.text(shape, value, path)
            return
        fits = {
            'integer': INTEGER.match, 'long': INTEGER.match,
            'float': NUMBER.match, 'double': NUMBER.match,
            'boolean': lambda v: v in ('true', 'false'),
            'timestamp': ISO8601.match, 'blob': is_base64,
        }[kind](value)
        if not fits:
            self.problems.say(path, '%r is no %s' % (value, kind))
        elif kind in ('integer', 'long'):
            self.number(shape, int(value), path)


class Epoch(float):
    """Seconds since 1970 that CBOR tags as a time."""


def cbor_loads(body):
    value, at = cbor_item(body, 0)
    if at != len(body):
        raise ValueError('bytes after the CBOR item')
    return value


def cbor_item(body, at):
    """One item of RFC 8949, of the kinds that AWS sends, and where it ends."""
    major, info = body[at] >> 5, body[at] & 31
    at += 1
    if major == 7:
        simple = {20: False, 21: True, 22: None}
        if info in simple:
            return simple[info], at
        size, form = {25: (2, '>e'), 26: (4, '>f'), 27: (8, '>d')}[info]
        return struct.unpack(form, body[at:at + size])[0], at + size
    if info == 31:
        return cbor_endless(body, at, major)
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(info, 0)
    n = int.from_bytes(body[at:at + size], 'big') if size else info
    at += size
    if major in (0, 1):
        return (n if major == 0 else -1 - n), at
    if major in (2, 3):
        text = body[at:at + n]
        return (text if major == 2 else text.decode('utf-8')), at + n
    if major == 6:
        value, at = cbor_item(body, at)
        return (Epoch(value) if n == 1 else value), at
    items = []
    for _ in range(n * (major - 3)):
        item, at = cbor_item(body, at)
        items.append(item)
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), at


def cbor_endless(body, at, major):
    items = []
    while body[at] != 0xff:
        item, at = cbor_item(body, at)
        items.append(item)
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), at + 1


def local(node):
    return node.tag.rsplit('}', 1)[-1]


def is_base64(value):
    try:
        base64.b64decode(value, validate=True)
        return True
    except (binascii.Error, ValueError, TypeError):
        return False


def check_reply(operation, status, headers, body, protocol=None):
    """Problems of one good reply, as sentences; an empty list when it fits the model."""
    lower = {k.lower(): v for k, v in headers.items()}
    return Checker(operation, protocol).check(status, lower, body)


def check_error(operation, status, headers, body, code, protocol=None):
    """Problems of one error reply: its shape on the wire must be the protocol's."""
    protocol = protocol or operation.service_model.resolved_protocol
    lower = {k.lower(): v for k, v in headers.items()}
    problems = Problems()
    if not 400 <= status < 600:
        problems.say('', 'status %d for an error' % status)
    if not (lower.get('x-amzn-requestid') or lower.get('x-amz-request-id')):
        problems.say('', 'no request id among the headers')
    if protocol in ('json', 'rest-json'):
        check_json_error(problems, lower, body, protocol)
    else:
        check_xml_error(problems, operation, body)
    modelled = {e.metadata.get('error', {}).get('code', e.name): e
                for e in operation.error_shapes}
    if code in modelled:
        want = modelled[code].metadata.get('error', {}).get('httpStatusCode')
        if want and want != status:
            problems.say('', '%s with status %d, the model says %d' % (code, status, want))
    return problems


def check_json_error(problems, headers, body, protocol):
    try:
        tree = json.loads(body)
    except ValueError:
        problems.say('', 'error body is not JSON')
        return
    if protocol == 'json' and not tree.get('__type'):
        problems.say('', 'no __type')
    if protocol == 'rest-json' and not headers.get('x-amzn-errortype'):
        problems.say('', 'no header x-amzn-errortype')
    if not (tree.get('message') or tree.get('Message')):
        problems.say('', 'no message')


def check_xml_error(problems, operation, body):
    try:
        root = ET.fromstring(body)
    except ET.ParseError:
        problems.say('', 'error body is not XML')
        return
    if operation.service_model.service_name == 's3':
        names = [local(c) for c in root]
        if local(root) != 'Error' or not {'Code', 'Message', 'RequestId', 'HostId'} <= set(names):
            problems.say('', 'S3 error holds %s' % names)
        return
    names = [local(c) for c in root]
    if local(root) != 'ErrorResponse' or names != ['Error', 'RequestId']:
        problems.say('', '%s holds %s' % (local(root), names))
        return
    inner = [local(c) for c in root[0]]
    if inner[:3] != ['Type', 'Code', 'Message'] or root[0][0].text not in ('Sender', 'Receiver'):
        problems.say('', 'Error holds %s' % inner)
