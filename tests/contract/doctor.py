"""cawsole whoami and cawsole doctor: what they say of a set-up that works, and of those that do not."""
import concurrent.futures
import http.server
import os
import select
import signal
import socket
import socketserver
import subprocess
import tempfile
import threading

import harness

CALLER = 'arn:aws:sts::123456789012:assumed-role/OpsRole/operator'
KEYS = {'AWS_ACCESS_KEY_ID': 'testing', 'AWS_SECRET_ACCESS_KEY': 'testing'}


def run(home, *words, ignored=None, **variables):
    """The exit status, what was printed and what was complained of."""
    environment = {'PATH': os.environ['PATH'], 'HOME': home, 'LC_ALL': 'C.UTF-8', **variables}
    done = subprocess.run([harness.program('cawsole', 'CAWSOLE'), *words], env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          preexec_fn=ignored and (lambda: signal.signal(ignored, signal.SIG_IGN)))
    return done.returncode, done.stdout, done.stderr


def says(tap, name, result, status, *wanted):
    code, out, complained = result
    lines = out.splitlines() if name.startswith('doctor') else []
    missing = [w for w in wanted if w not in ' '.join((out + complained).split())]
    missing += ['80 columns: ' + line for line in lines if len(line) > 80 and ' ' in line[30:]]
    missing += ['advice after: ' + line for i, line in enumerate(lines)
                if line.startswith('FAULT') and not advised(lines[i + 1:])]
    tap.ok(code == status and not missing, name,
           f'status {code}, wanted {status}; missing {missing} in\n{out}{complained}')


def advised(lines):
    """Whether what to do comes before the next line of the table."""
    for line in lines:
        if not line.startswith(' '):
            return False
        if line.lstrip().startswith('-> '):
            return True
    return False


def whoami(tap, home, url):
    place = ('--region', 'eu-west-1', '--endpoint-url', url)
    good = run(home, 'whoami', *place, **KEYS)
    says(tap, 'whoami: account, caller, provider', good, 0, '123456789012 as ' + CALLER,
         'from environment', 'eu-west-1')
    tap.ok('AWS_SECRET' not in good[1] and 'key ...ting' in good[1], 'whoami: no whole key')
    instance = ('--endpoint-url', url)
    for words, wanted in (('whoami', 'from instance-metadata'), ('doctor', 'ok region eu-west-1'),
                          ('--once', 'eu-west-1')):
        says(tap, words + ': an instance knows its region',
             run(home, words, *instance, AWS_EC2_METADATA_SERVICE_ENDPOINT=url), 0, wanted)
    child(tap, home, place)
    says(tap, 'whoami: nothing to be', run(home, 'whoami', *place, AWS_EC2_METADATA_DISABLED='true'),
         3, 'no credentials')


def child(tap, home, place):
    """A program that gives keys, beneath a parent that ignores how children end."""
    config = os.path.join(home, 'process.cfg')
    with open(config, 'w') as profile:
        profile.write('[default]\ncredential_process = sh -c "echo no keys here >&2; exit 3"\n')
    says(tap, 'whoami: how a program ended is known whatever the parent ignores',
         run(home, 'whoami', *place, AWS_CONFIG_FILE=config, AWS_EC2_METADATA_DISABLED='true',
             ignored=signal.SIGCHLD), 3, 'ended with status 3')


def files(tap, home, url):
    """Files as `aws configure --profile "my team"` leaves them, and what must not go to AWS."""
    config, keys = (os.path.join(home, name) for name in ('names.cfg', 'names.keys'))
    with open(config, 'w') as file:
        file.write("[profile 'my team']\n  region = eu-west-1\n  services = my svc\n"
                   f"[services 'my svc']\nsts =\n  endpoint_url = {url}\n"
                   '[profile lost]\nregion = eu-west-1\nservices = gone\n')
    with open(keys, 'w') as file:
        file.write('[my team]\naws_access_key_id = testing\naws_secret_access_key = testing\n')
    place = {'AWS_CONFIG_FILE': '$HOME/names.cfg', 'AWS_SHARED_CREDENTIALS_FILE': keys}
    says(tap, 'whoami: a name with a space', run(home, 'whoami', '--profile', 'my team', **place), 0,
         '123456789012 as ' + CALLER, 'from shared-credentials-file')
    says(tap, 'whoami: a services section that is not there',
         run(home, 'whoami', '--profile', 'lost', **place, **KEYS), 64, 'has services = gone',
         'no request goes to AWS')


def doctor(tap, home, url):
    place = ('--region', 'eu-west-1', '--endpoint-url', url)
    says(tap, 'doctor: all is well', run(home, 'doctor', *place, **KEYS), 0,
         'ok endpoint ' + url, 'ok account 123456789012', 'ok clock within', 'ok services 3', 'ok journal')
    unwritten = os.path.join(home, 'unwritten.cfg')
    with open(unwritten, 'w') as config:
        config.write('stacks = ( { name = "shop"; journal = "/dev/null/audit.jsonl"; } );\n')
    says(tap, 'doctor: no journal', run(home, 'doctor', '--config', unwritten, *place, **KEYS), 0,
         'note journal actions are refused, as the journal /dev/null/audit.jsonl cannot be written')
    says(tap, 'doctor: no credentials',
         run(home, 'doctor', *place, AWS_EC2_METADATA_DISABLED='true'), 3,
         'FAULT credentials no credentials')
    says(tap, 'doctor: a wrong secret', run(home, 'doctor', *place, **{
        **KEYS, 'AWS_SECRET_ACCESS_KEY': 'else'}), 3,
         'FAULT credentials from environment, key ...ting: the secret key is wrong',
         'SignatureDoesNotMatch', '-> set both halves of the key anew')
    says(tap, 'doctor: a key that is not there', run(home, 'doctor', *place, **{
        **KEYS, 'AWS_ACCESS_KEY_ID': 'AKIANOBODY'}), 3,
         'FAULT credentials key AKIANOBODY (environment)', 'InvalidClientTokenId',
         '-> the key was deleted')
    says(tap, 'doctor: no region', run(home, 'doctor', '--endpoint-url', url, **KEYS), 3,
         'FAULT region no region', 'no instance metadata tells one', '-> add --region eu-west-1')
    says(tap, 'doctor: nobody listens', run(home, 'doctor', '--region', 'eu-west-1',
                                            '--endpoint-url', 'http://127.0.0.1:9', **KEYS), 3,
         'FAULT connection', '127.0.0.1:9', 'refused')
    says(tap, 'doctor: no such name', run(home, 'doctor', '--region', 'eu-west-1',
                                          '--endpoint-url', 'http://cawsole.invalid', **KEYS), 3,
         'FAULT name cawsole.invalid', 'FAULT account not known: the way', 'ends at the name')
    says(tap, 'doctor: a name that the proxy alone can find',
         run(home, 'doctor', '--region', 'eu-west-1', '--endpoint-url', 'https://cawsole.invalid',
             https_proxy='http://127.0.0.1:9', **KEYS), 3,
         'https://cawsole.invalid, by a proxy', 'note name cawsole.invalid has no address here',
         'FAULT proxy http://127.0.0.1:9 (https_proxy) refuses the connection: sts',
         '-> put it right in that variable')
    unloaded(tap, home, place)
    slip = os.path.join(home, 'slip.cfg')
    with open(slip, 'w') as config:
        config.write('stacks = ( { name = "shop"; region = "eu-wst-1"; } );\n')
    for word, before in ('doctor', 'FAULT region '), ('--once', 'cawsole: '):
        says(tap, word + ': a region that AWS does not have',
             run(home, word, '--config', slip, '--endpoint-url', url, **KEYS), 3,
             before + '"eu-wst-1" is no region of AWS\'s')
    says(tap, 'once: the wrong region', run(home, '--once', '--region', 'us-east-1',
                                            '--endpoint-url', url, **KEYS), 3,
         'unknown: nothing found in us-east-1')
    pinned = os.path.join(home, 'pinned.cfg')
    with open(pinned, 'w') as config:
        config.write('stacks = ( { name = "shop"; account = "999999999999"; } );\n')
    says(tap, 'doctor: another account', run(home, 'doctor', '--config', pinned, *place, **KEYS), 3,
         'stack shop, pinned to account 999999999999', 'FAULT account',
         'belong to account 123456789012')


def unloaded(tap, home, place):
    """What cannot be loaded is a fault of the table, and the rest is looked at."""
    def written(name, text):
        path = os.path.join(home, name)
        with open(path, 'w') as out:
            out.write(text)
        return path

    rest = ('ok region eu-west-1', 'ok endpoint ' + place[-1])
    says(tap, 'doctor: no such profile', run(home, 'doctor', '--profile', 'nobody', *place), 3,
         'FAULT profile profile nobody (--profile) is not in', '-> name one that there is', *rest)
    says(tap, 'doctor: a bad line', run(home, 'doctor', *place, AWS_CONFIG_FILE=written(
        'bad.ini', '[default\n')), 3, 'FAULT AWS files', 'bad.ini, line 1', '-> mend that line', *rest)
    says(tap, 'doctor: no such bundle', run(home, 'doctor', *place, AWS_CA_BUNDLE='/nowhere.pem'), 3,
         'FAULT certificates CA bundle /nowhere.pem cannot be read', '-> name a PEM file', *rest)
    says(tap, 'doctor: no name of a region', run(home, 'doctor', '--region', 'x.example.com/#', *place[2:],
                                                 AWS_CONFIG_FILE='/dev/null'), 3,
         'FAULT region', '-> name one of AWS\'s')
    says(tap, 'doctor: no such stack', run(home, 'doctor', '--stack', 'nowhere', *place), 3,
         'FAULT stack no stack nowhere is configured', '-> name one of the configuration', *rest)
    says(tap, 'doctor: a bad configuration goes on with what there is', run(
        home, 'doctor', '--config', written('bad.cfg', 'stacks = (\n'), *place, **KEYS), 3,
        'FAULT configuration', '-> mend it', 'ok account 123456789012', 'ok services 3')


def doctor_tls(tap, home):
    trust = os.path.join(home, 'ca.pem')
    with harness.Simulator('--tls', '--ca-out', trust) as simulator:
        place = ('--region', 'eu-west-1', '--endpoint-url', simulator.url)
        says(tap, 'doctor: a certificate that nobody vouches for',
             run(home, 'doctor', *place, **KEYS), 3, 'FAULT account not known: the way', 'ends at the TLS',
             'FAULT TLS sts: its certificate is not trusted', 'signed by cawsole-sim',
             '-> if that is your company\'s proxy')
        says(tap, 'doctor: its bundle is named',
             run(home, 'doctor', *place, AWS_CA_BUNDLE=trust, **KEYS), 0,
             f'note certificates {trust} (AWS_CA_BUNDLE) in place',
             'ok TLS TLSv1.3, certificate of cawsole-sim: sts')
        config = os.path.join(home, 'trust.cfg')
        with open(config, 'w') as profile:
            profile.write(f'[default]\nca_bundle = {trust}\n')
        says(tap, 'doctor: its bundle is named by a profile',
             run(home, 'doctor', *place, AWS_CONFIG_FILE=config, **KEYS), 0,
             f'note certificates {trust} (ca_bundle of profile default) in place')


def doctor_certificates(tap, home):
    """A certificate that no bundle makes good: what is said is what is wrong with it."""
    trust = os.path.join(home, 'faulty.pem')
    for fault, wanted in (
            ('tls-expired', ('its certificate has expired: look at the clock here',
                             'FAULT TLS sts: its certificate has expired', 'it is good until 20',
                             'and here it is 20', '-> if the clock here is wrong, set it')),
            ('tls-wrong-name', ('its certificate is for another name: look at endpoint_url and DNS',
                                'FAULT TLS sts: its certificate is for another name',
                                'asked was 127.0.0.1:', 'and it is for other.example.com',
                                '-> look at --endpoint-url'))):
        with harness.Simulator('--tls', '--ca-out', trust, '--fault=' + fault) as simulator:
            place = ('--region', 'eu-west-1', '--endpoint-url', simulator.url)
            for word in ('whoami', 'doctor'):
                result = run(home, word, *place, AWS_CA_BUNDLE=trust, **KEYS)
                says(tap, f'{word}: {fault}', result, 3, *(wanted if word == 'doctor' else wanted[:1]))
                told = result[1].split('of the system')[-1] + result[2]
                tap.ok('AWS_CA_BUNDLE' not in told and 'not trusted' not in told,
                       f'{word}: {fault}: no bundle cures it', told)


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy for one host; it answers CONNECT with a status and goes through to the simulator."""
    daemon_threads = allow_reuse_address = True

    def __init__(self, status, port):
        self.status, self.port = status, port
        super().__init__(('127.0.0.1', 0), Tunnel)
        self.address = 'http://operator:s3cret@127.0.0.1:%d' % self.server_address[1]
        self.shown = self.address.replace('operator:s3cret@', '')

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Tunnel(socketserver.StreamRequestHandler):
    def handle(self):
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b'HTTP/1.1 %d Said\r\nContent-Length: 0\r\n\r\n' % self.server.status)
        if self.server.status != 200:
            return
        with socket.create_connection(('127.0.0.1', self.server.port)) as there:
            ends = {self.connection: there, there: self.connection}
            while True:
                for end in select.select(list(ends), [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    ends[end].sendall(data)


def doctor_proxy(tap, home):
    """A proxy is named with its variable, and never with its password."""
    trust = os.path.join(home, 'behind.pem')
    place = ('--region', 'eu-west-1', '--endpoint-url', 'https://localhost.:%d')
    with harness.Simulator('--tls', '--ca-out', trust) as simulator:
        port = int(simulator.url.rsplit(':', 1)[1])
        place = place[:3] + (place[3] % port,)
        for status, wanted in (
                (200, 'ok proxy %s (HTTPS_PROXY)'),
                (407, 'FAULT proxy %s (HTTPS_PROXY) wants a user and a password, as in http://USER:'),
                (403, 'FAULT proxy %s (HTTPS_PROXY) does not let us through to that host (HTTP 403)'),
                (503, 'FAULT proxy %s (HTTPS_PROXY) cannot reach that host (HTTP 503)')):
            with Proxy(status, port) as proxy:
                result = run(home, 'doctor', *place, AWS_CA_BUNDLE=trust, HTTPS_PROXY=proxy.address,
                             **KEYS)
                says(tap, f'doctor: a proxy that says {status}', result, 0 if status == 200 else 3,
                     wanted % proxy.shown)
                short = run(home, 'whoami', *place, AWS_CA_BUNDLE=trust, HTTPS_PROXY=proxy.address,
                            **KEYS)
                says(tap, f'whoami: a proxy that says {status}', short, 0 if status == 200 else 3,
                     proxy.shown + ' (HTTPS_PROXY)')
                told = ''.join(result[1:] + short[1:])
                tap.ok('s3cret' not in told and 'operator:' not in told,
                       f'a proxy that says {status}: no password', told)
    for address in 'http://operator:s3cret/x@127.0.0.1:9', 'odd://operator:s3cret@127.0.0.1:9':
        for word in 'doctor', 'whoami':
            result = run(home, word, *place, HTTPS_PROXY=address, **KEYS)
            says(tap, f'{word}: {address}', result, 3, '127.0.0.1:9 (HTTPS_PROXY)')
            tap.ok('s3cret' not in ''.join(result[1:]), f'{word}: {address}: no password',
                   ''.join(result[1:]))
    says(tap, 'whoami: a proxy that is not there',
         run(home, 'whoami', *place, HTTPS_PROXY='127.0.0.1:9', **KEYS), 3,
         'the proxy http://127.0.0.1:9 (HTTPS_PROXY) refuses the connection')


ROLES = """[default]
aws_access_key_id = testing
aws_secret_access_key = testing
[profile denied]
role_arn = arn:aws:iam::123456789012:role/x-denied
source_profile = default
[profile code]
role_arn = arn:aws:iam::123456789012:role/deploy
source_profile = default
mfa_serial = arn:aws:iam::123456789012:mfa/operator
[profile nothing]
role_arn = arn:aws:iam::123456789012:role/deploy
source_profile = gone
"""


class Odd(http.server.BaseHTTPRequestHandler):
    """An STS whose clock is another, and which does not say what time it is."""

    def do_POST(self):
        text = (b'<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: '
                b'20200101T000000Z is now earlier than 20200101T001000Z</Message></Error></ErrorResponse>')
        self.wfile.write(b'HTTP/1.1 403 Forbidden\r\nContent-Type: text/xml\r\n'
                         b'Content-Length: %d\r\nConnection: close\r\n\r\n' % len(text) + text)

    def log_message(self, *_):
        pass


def doctor_labels(tap, home, url):
    """A fault stands under the name of what is wrong."""
    config = os.path.join(home, 'roles.cfg')
    with open(config, 'w') as profiles:
        profiles.write(ROLES)
    place = ('--region', 'eu-west-1', '--endpoint-url', url)
    for profile, *wanted in (
            ('denied', 'FAULT role', 'AccessDenied', '-> the trust policy of that role',
             'set external_id and mfa_serial'),
            ('code', 'FAULT role', 'nobody can be asked', '-> run the command that is named there'),
            ('nothing', 'FAULT profile', 'there is no such profile', '-> mend what is named there')):
        says(tap, 'doctor: a role: ' + profile,
             run(home, 'doctor', *place, '--profile', profile, AWS_CONFIG_FILE=config), 3, *wanted)
    with harness.Simulator('--fault=expired-token,on=sts') as simulator:
        says(tap, 'doctor: keys that have expired',
             run(home, 'doctor', *place[:3], simulator.url, **KEYS), 3,
             'FAULT credentials key testing (environment)', 'ExpiredToken',
             '-> get new keys')
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), Odd) as odd:
        threading.Thread(target=odd.serve_forever, daemon=True).start()
        says(tap, 'doctor: another clock',
             run(home, 'doctor', *place[:3], 'http://127.0.0.1:%d' % odd.server_address[1], **KEYS), 3,
             'FAULT clock', 'Signature expired', '-> set it by NTP')
        odd.shutdown()


def slow(tap, home):
    """Who waits for STS is told so, once; and what to do when it fails."""
    with harness.Simulator('--fault=latency,on=sts,ms=7000') as simulator:
        host = simulator.url.split('//')[1]
        place = ('--region', 'eu-west-1', '--endpoint-url', simulator.url)
        words = ('whoami', 'doctor', '--once')
        with concurrent.futures.ThreadPoolExecutor() as pool:
            results = list(pool.map(lambda word: run(home, word, *place, **KEYS), words))
    for word, (status, out, complained) in zip(words, results):
        tap.equal((status, complained),
                  (0, f'cawsole: asking STS at {host} who we are; gives up after 63 s\n'),
                  word + ': what is waited for')
    with harness.Simulator('--fault=server-error,on=sts') as simulator:
        host = simulator.url.split('//')[1]
        place = ('--region', 'eu-west-1', '--endpoint-url', simulator.url)
        for word, before in ('whoami', 'cawsole: '), ('doctor', '-> '):
            says(tap, word + ': STS fails', run(home, word, *place, **KEYS), 3, 'InternalFailure',
                 before + f'STS at {host} failed: ask again in a minute')


def denied(tap, home):
    faults = [f'--fault=access-denied,on={operation}' for operation in (
        'cloudwatch:GetMetricData', 'ssm:GetParameters', 'ecs:DescribeTasks')]
    with harness.Simulator(*faults) as simulator:
        place = ('--region', 'eu-west-1', '--endpoint-url', simulator.url)
        result = run(home, 'doctor', *place, **KEYS)
        says(tap, 'doctor: what is not permitted', result, 1, 'FAULT metrics cloudwatch GetMetricData',
             'FAULT parameter values ssm GetParameters', 'FAULT tasks ecs DescribeTasks')
        things = [line[7:29].strip() for line in result[1].splitlines() if line[:5] in ('ok   ', 'FAULT')]
        tap.ok(len(things) == len(set(things)), 'doctor: one verdict for one thing', str(things))
    with harness.Simulator(faults[0]) as simulator:
        place = ('--region', 'eu-west-1', '--endpoint-url', simulator.url)
        says(tap, 'once: metrics not permitted is not healthy', run(home, '--once', *place, **KEYS), 3,
             'CloudFront unknown not permitted: metrics not read', 'ECS ok', 'could not be read',
             'GetMetricData')


def usage(tap, home):
    says(tap, 'one word at a time', run(home, 'whoami', 'doctor'), 64, 'one at a time')
    says(tap, 'no other word', run(home, 'whereami'), 64, 'nothing takes the word whereami')


def main():
    tap = harness.Tap()
    with tempfile.TemporaryDirectory() as home:
        with harness.Simulator('--speed', '1') as simulator:
            whoami(tap, home, simulator.url)
            doctor(tap, home, simulator.url)
            doctor_labels(tap, home, simulator.url)
            files(tap, home, simulator.url)
        doctor_tls(tap, home)
        doctor_certificates(tap, home)
        doctor_proxy(tap, home)
        slow(tap, home)
        denied(tap, home)
        usage(tap, home)
    tap.done()


if __name__ == '__main__':
    main()
