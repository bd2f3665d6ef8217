"""Each fault of the simulator does what its table says, and nothing when it is over."""
import http.client
import json
import re
import ssl
import subprocess
import tempfile
import time
import urllib.parse
import xml.etree.ElementTree
import zlib

import botocore.auth
import botocore.awsrequest
import botocore.credentials

import harness

ECS = ('ecs', 'eu-west-1', 'AmazonEC2ContainerServiceV20141113')


class Wire:
    """Signed requests, and what came back as it came."""

    def __init__(self, url, trust=None):
        self.url = urllib.parse.urlparse(url)
        self.context = ssl.create_default_context(cafile=trust) if trust else None
        self.told = self.connection(check=False)  # kept: new ones may be refused

    def connection(self, check=True):
        if self.url.scheme == 'http':
            return http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=10)
        context = self.context if check else ssl._create_unverified_context()
        return http.client.HTTPSConnection(self.url.hostname, self.url.port, timeout=10,
                                           context=context)

    def control(self, method, body='', name=''):
        self.told.request(method, '/_sim/faults' + ('?' + name if name else ''), body)
        answer = self.told.getresponse()
        return answer.status, answer.read().decode()

    def ask(self, service, method, path, headers, body, region):
        request = botocore.awsrequest.AWSRequest(
            method, self.url.geturl() + path, data=body.encode(), headers=headers)
        keys = botocore.credentials.Credentials(harness.KEY_ID, harness.SECRET)
        signer = botocore.auth.S3SigV4Auth if service == 's3' else botocore.auth.SigV4Auth
        signer(keys, service, region).add_auth(request)
        connection = self.connection()
        connection.request(method, path, body, dict(request.headers))
        answer = connection.getresponse()
        answer.body = answer.read()
        return answer

    def ecs(self, operation, **arguments):
        return self.ask('ecs', 'POST', '/', {
            'X-Amz-Target': 'AmazonEC2ContainerServiceV20141113.' + operation,
            'Content-Type': 'application/x-amz-json-1.1'}, json.dumps(arguments), 'eu-west-1')

    def elb(self, operation):
        return self.ask('elasticloadbalancing', 'POST', '/', {
            'Content-Type': 'application/x-www-form-urlencoded'},
            'Action=%s&Version=2015-12-01' % operation, 'eu-west-1')


def outcome(call):
    """What a call came to: an answer, or the name of what it died of."""
    try:
        return call()
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__


def services(wire):
    return wire.ecs('DescribeServices', cluster='shop-prod', services=['web'])


def desired(wire):
    return json.loads(services(wire).body)['services'][0]['desiredCount']


def is_json(answer):
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def is_xml(answer):
    try:
        return xml.etree.ElementTree.fromstring(answer.body) is not None
    except xml.etree.ElementTree.ParseError:
        return False


def texts(tree):
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list):
        return [t for item in tree for t in texts(item)]
    return [tree] if isinstance(tree, str) else []


# ---- one function a fault: (wire) -> whether it is as the table says ------------------------------

def status(number, code, header=None):
    def check(wire):
        one, two = services(wire), wire.elb('DescribeLoadBalancers')
        return (one.status == number and code in one.body.decode() and is_json(one) and is_xml(two)
                and (not header or one.headers[header]))
    return check


def dies(*names):
    return lambda wire: outcome(lambda: services(wire)) in names


def appended(part, raw=False):
    def check(wire):
        body = services(wire).body
        again = wire.ecs('DescribeServices', cluster='shop-prod\x9b' + str(part),
                         services=['web'])
        whole = b'steady state' in again.body
        if raw:
            return body.count(part) > 5 and whole
        found = texts(json.loads(body))
        return whole and found and all(part in t for t in found) and is_xml(
            wire.elb('DescribeLoadBalancers'))
    return check


def lost(wire):
    """The write is done, whatever the client is told."""
    before = desired(wire)
    died = outcome(lambda: wire.ecs('UpdateService', cluster='shop-prod', service='web',
                                    desiredCount=before + 1))
    return isinstance(died, str) and desired(wire) == before + 1


def not_done(wire):
    before = desired(wire)
    died = outcome(lambda: wire.ecs('UpdateService', cluster='shop-prod', service='web',
                                    desiredCount=before + 1))
    return died in ('ConnectionResetError', 'RemoteDisconnected') and desired(wire) == before


def slow(wire):
    began = time.monotonic()
    other = wire.elb('DescribeLoadBalancers').status == 200 and ' 0 of 0 ' in wire.control('GET')[1]
    return other and services(wire).status == 200 and time.monotonic() - began >= 0.5


def drips(wire):
    began = time.monotonic()
    return is_json(wire.ecs('ListClusters')) and time.monotonic() - began > 0.4


def over_long(wire):
    answer = services(wire)
    return int(answer.headers['Content-Length']) == len(answer.body) and not is_json(answer)


def lasts(wire):
    """It ends by itself."""
    return harness.wait_for(lambda: not isinstance(outcome(lambda: services(wire)), str), 60, 'it')


def pages(wire):
    first = is_json(wire.ecs('ListServices', cluster='shop-prod'))
    second = is_json(wire.ecs('ListServices', cluster='shop-prod', nextToken=first['nextToken']))
    return first, second


def empty_pages(wire):
    first, second = pages(wire)
    return first['serviceArns'] == [] and len(second['serviceArns']) == 3


def loop(wire):
    first, second = pages(wire)
    return first['nextToken'] == second['nextToken']


def denied_on_two(wire):
    first, second = pages(wire)
    return first['serviceArns'] and second['__type'] == 'AccessDeniedException'


def clock(wire):
    answer = services(wire)
    date = time.mktime(time.strptime(answer.headers['Date'], '%a, %d %b %Y %H:%M:%S GMT'))
    ahead = date - time.mktime(time.gmtime())
    return 590 < ahead < 610 and b'Signature expired' in answer.body


def bomb(wire):
    answer = services(wire)
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    return (answer.headers['Content-Encoding'] == 'gzip' and len(answer.body) < 20000 and
            unpack.decompress(answer.body, 1 << 20) == bytes(1 << 20))


def deep(wire):
    one, two = services(wire).body, wire.elb('DescribeLoadBalancers').body
    return one == b'[' * 5000 + b']' * 5000 and two == b'<a>' * 5000 + b'</a>' * 5000


CASES = [
    ('refused', dies('ConnectionRefusedError')),
    ('refused,for=0.3', lasts),
    ('reset-before,on=ecs:UpdateService', not_done),
    ('throttled,on=ecs', lambda w: status(400, 'ThrottlingException')(w)),
    ('throttled,status=429', status(429, 'TooManyRequestsException')),
    ('throttled,status=503', status(503, 'SlowDown')),
    ('retry-after,seconds=7', status(503, 'ServiceUnavailable', 'Retry-After')),
    ('expired-token', status(400, 'ExpiredTokenException')),
    ('expired-token,key=other', lambda w: services(w).status == 200),
    ('access-denied', status(400, 'not authorized to perform: ecs:DescribeServices')),
    ('server-error', status(500, 'InternalServerError')),
    ('redirect', lambda w: services(w).status == 301 and services(w).headers['Location']),
    ('html', lambda w: services(w).status == 502 and b'<html>' in services(w).body),
    ('clock', clock),
    ('hostile-text', appended('\x9b31m')),
    ('hostile-text,on=ecs', appended('\x1b[2J')),
    ('control-text', appended(b'\x1b]0;raw\x07', raw=True)),
    ('invalid-utf8', appended(b'\xc3\x28\xff\xfe', raw=True)),
    ('huge-text,bytes=3000000', lambda w: len(services(w).body) > 3000000 and is_json(services(w))),
    ('missing', lambda w: len({len(is_json(services(w))['services'][0]) for _ in range(3)}) > 1),
    ('nulls', lambda w: None in is_json(services(w))['services'][0].values()),
    ('wrong-types', lambda w: {'a': [1]} in is_json(services(w))['services'][0].values()),
    ('out-of-range', lambda w: b'123456789012345678901234567890' in services(w).body),
    ('duplicates', lambda w: len(is_json(services(w))['services']) == 2 and
        len(re.findall(b'<LoadBalancerName>', w.elb('DescribeLoadBalancers').body)) == 4),
    ('empty-pages', empty_pages),
    ('token-loop', loop),
    ('page-denied', denied_on_two),
    ('latency,ms=500,on=ecs:DescribeServices', slow),
    ('reply-lost,on=ecs:UpdateService', lost),
    ('reset-within', dies('IncompleteRead', 'ConnectionResetError')),
    ('reset-after', lambda w: outcome(lambda: services(w)) == 'ConnectionResetError' or
        services(w).status == 200),
    ('drip,rate=100', drips),
    ('truncated', dies('IncompleteRead', 'ConnectionResetError')),
    ('over-long', over_long),
    ('endless,bytes=3000000', lambda w: is_json(services(w)) and len(services(w).body) > 3000000),
    ('content-type,type=text/html', lambda w: services(w).headers['Content-Type'] == 'text/html'),
    ('garbage', lambda w: is_json(services(w)) is None and
        not is_xml(w.elb('DescribeLoadBalancers'))),
    ('deep,depth=5000', deep),
    ('gzip-bomb,megabytes=2', bomb),
]
CERTIFICATES = [
    ('tls-self-signed', 'self.signed'),
    ('tls-expired', 'expired'),
    ('tls-wrong-name', 'mismatch|not valid for'),
    ('tls-inspected', 'unable to get local issuer'),
]
ELSEWHERE = {'short-lived'}  # what they spoil has tests of its own


def plays(tap, wire):
    for spec, check in CASES:
        began = wire.control('POST', spec)
        if not tap.equal(began, (200, ''), spec + ': begins'):
            continue
        tap.ok(check(wire), spec + ': does what it says', wire.control('GET')[1])
        tap.ok(wire.control('DELETE')[0] == 200 and b'steady state' in services(wire).body,
               spec + ': and is over')


def shares(tap, wire):
    wire.control('POST', 'server-error,share=0.3\n')
    failed = sum(services(wire).status == 500 for _ in range(200))
    tap.ok(35 <= failed <= 85, 'a share of the calls', failed)
    tap.ok('%d of 200 calls' % failed in wire.control('GET')[1], 'which is counted',
           wire.control('GET')[1])
    wire.control('DELETE', name='server-error')
    wire.control('POST', 'server-error,times=2')
    tap.equal([services(wire).status for _ in range(4)], [500, 500, 200, 200], 'so many times')
    wire.control('DELETE')
    for spec, code, word in (('server-error,after=1000', 200, 'to come'),
                             ('server-error,for=1000', 500, 'under way')):
        wire.control('POST', spec)
        tap.equal(services(wire).status, code, spec)
        tap.ok(word in wire.control('GET')[1], spec + ': is ' + word, wire.control('GET')[1])
        wire.control('DELETE')
    for spec in ('nonsense', 'latency,ms=-1', 'latency,ms=x', 'latency,share=2', 'html,foo=1',
                 'latency,on=%s' % ('x' * 50), 'server-error,times=0', 'latency,for=nan'):
        code, told = wire.control('POST', spec)
        tap.ok(code == 400 and told.strip(), spec[:20] + ' is refused in words', told)


def told(wire, path):
    wire.told.request('GET', path)
    return wire.told.getresponse().read().decode()


def tallies(tap, wire):
    """What was asked for and what was done, whatever became of the answers."""
    for spec, asked, done in (('reset-before,times=1', 1, 0), ('reply-lost,times=1', 2, 1)):
        wire.control('POST', spec + ',on=ecs:UpdateService')
        outcome(lambda: wire.ecs('UpdateService', cluster='shop-prod', service='worker',
                                 desiredCount=2))
        tap.ok('ecs:UpdateService %d asked, %d done, ' % (asked, done) in told(wire, '/_sim/calls'),
               spec + ': is counted', told(wire, '/_sim/calls'))
        wire.control('DELETE')


def forgets(tap, wire):
    """Whoever plays faults all day need not end each."""
    codes = {wire.control('POST', 'server-error,for=0.001,on=rds')[0] for _ in range(100)}
    tap.equal(codes, {200}, 'those that are over make room')
    wire.control('DELETE')
    codes = [wire.control('POST', 'server-error,on=rds')[0] for _ in range(33)]
    tap.equal(codes, [200] * 32 + [400], 'and those that are not make none')
    wire.control('DELETE')


def certificates(tap):
    with tempfile.TemporaryDirectory() as folder:
        trust = folder + '/ca.pem'
        with harness.Simulator('--tls', '--ca-out', trust) as simulator:
            wire = Wire(simulator.url, trust)
            tap.ok(services(wire).status == 200, 'tls: the good certificate is good')
            for spec, words in CERTIFICATES:
                wire.control('POST', spec)
                try:
                    services(wire)
                    why = 'it was taken'
                except ssl.SSLError as error:
                    why = str(error)
                tap.ok(re.search(words, why), spec + ': is refused for that', why)
                wire.control('DELETE')
                tap.ok(services(wire).status == 200, spec + ': and is over')


def main():
    tap = harness.Tap()
    with harness.Simulator('--seed', 3) as simulator:
        wire = Wire(simulator.url)
        tallies(tap, wire)
        plays(tap, wire)
        shares(tap, wire)
        forgets(tap, wire)
    with harness.Simulator('--fault', 'server-error') as simulator:
        tap.ok(services(Wire(simulator.url)).status == 500, 'a fault from the start')
    certificates(tap)
    path = harness.program('cawsole-sim', 'CAWSOLE_SIM')
    usage = subprocess.run([path, '--help'], capture_output=True, text=True, check=True).stdout
    table = set(re.findall(r'^  ([a-z0-9-]+) ', usage.split('NAME one of:')[1], re.M))
    tried = {spec.split(',')[0] for spec, _ in CASES + CERTIFICATES} | ELSEWHERE
    tap.equal(tried, table, 'no fault is untried')
    tap.done()


if __name__ == '__main__':
    main()
