"""What the contract tests share: TAP lines, the simulator as a child, checked botocore clients."""
import os
import re
import subprocess
import sys
import time
import urllib.request

SKIP = 77  # automake's exit status for a test that was not run

REGION = 'eu-west-1'
GLOBAL = {'cloudfront': 'us-east-1'}  # what is signed for one region alone, wherever the stack is
KEY_ID, SECRET = 'testing', 'testing'
STEP = 5  # seconds of a simulated world between two looks at it


def skip(why):
    print('1..0 # SKIP ' + why)
    sys.exit(SKIP)


# Nothing of the machine's own AWS set-up may reach a test.
for variable in [v for v in os.environ if v.startswith('AWS_')]:
    del os.environ[variable]
os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull,
                  AWS_EC2_METADATA_DISABLED='true')

try:
    import botocore
    import botocore.config
    import botocore.exceptions
    import botocore.session
except ImportError as missing:
    skip('botocore cannot be imported by %s (%s); set PYTHON to one that can' %
         (sys.executable, missing))

import wire_check


class Tap:
    def __init__(self):
        self.n = self.failed = 0

    def ok(self, good, name, detail=''):
        self.n += 1
        self.failed += not good
        print('%sok %d - %s' % ('' if good else 'not ', self.n, name), flush=True)
        if not good and detail:
            for line in str(detail).splitlines()[:20]:
                print('#   ' + line, flush=True)
        return bool(good)

    def equal(self, have, want, name):
        return self.ok(have == want, name, 'have %r\nwant %r' % (have, want))

    def done(self):
        print('1..%d' % self.n)
        if self.failed:
            print('# %d of %d failed' % (self.failed, self.n))
        sys.exit(1 if self.failed else 0)


def program(name, variable):
    """The path of a program built here: the variable, else beside the working directory."""
    built = os.environ.get('CAWSOLE_BUILDDIR', os.getcwd())
    for path in (os.environ.get(variable), os.path.join(built, name)):
        if path and os.access(path, os.X_OK):
            return path
    skip('%s is not built (or set %s)' % (name, variable))


def stack_of_every_kind(path):
    """Writes a stack file: the reference stack, and a distribution whose origin is a load balancer by
    its name."""
    source = os.environ.get('CAWSOLE_SRCDIR') or os.path.join(os.path.dirname(__file__), '../..')
    with open(os.path.join(source, 'sim', 'reference.cfg')) as reference:
        text = reference.read()
    second = """distributions = (
      { id = "E9Z8Y7X6W5V4U3"; comment = "direct"; default_origin = "web";
        price_class = "PriceClass_All";
        origins = ( { id = "web"; load_balancer = "shop-prod"; } ); },"""
    if 'distributions = (' not in text:
        raise RuntimeError('sim/reference.cfg is not as this test knows it')
    with open(path, 'w') as stack:
        stack.write(text.replace('distributions = (', second, 1))
    return path


class Simulator:
    """The simulator on a free port, ended with the block."""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        path = program('cawsole-sim', 'CAWSOLE_SIM')
        self.process = subprocess.Popen([path, '--port', '0', *map(str, self.options)],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.match(r'listening on (https?://127\.0\.0\.1:\d+)$', line.strip())
        if not found:
            self.process.kill()
            raise RuntimeError('the simulator said %r' % line)
        self.url = found.group(1)
        return self

    def go_on(self, seconds):
        """Lets the world of a simulator at --speed 0 go on; its time then, in seconds."""
        with urllib.request.urlopen(self.url + '/_sim/clock', str(seconds).encode(), 60) as answer:
            return int(answer.read())

    def until(self, check, seconds):
        """Lets the world go on until check() gives something true; that, or None after so many
        seconds of its time."""
        for _ in range(0, seconds, STEP):
            got = check()
            if got:
                return got
            self.go_on(STEP)
        return check()

    def __exit__(self, kind, *_):
        self.process.terminate()
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        if status != 0 and kind is None:
            raise RuntimeError('the simulator ended with status %d' % status)


class Clients:
    """botocore clients whose every reply is walked against the service model.

    What did not fit is collected in `problems`; `seen` holds the operations that were called.
    """

    def __init__(self, url, key_id=KEY_ID, secret=SECRET, token=None, unsigned=False,
                 validate=True, trust=None):
        self.url, self.keys, self.trust = url, (key_id, secret, token), trust
        self.unsigned, self.validate = unsigned, validate
        self.session = botocore.session.get_session()
        self.problems, self.seen, self.cache = [], {}, {}
        self.last = self.lax = None
        self.sent = {}  # (service, operation): the last request, as it went out
        self.region = REGION

    def without_checks(self):
        """The same, letting through what botocore itself would refuse to send."""
        if self.validate and not self.lax:
            self.lax = Clients(self.url, *self.keys, unsigned=self.unsigned, validate=False)
        return self.lax or self

    def __getitem__(self, service):
        if service not in self.cache:
            self.cache[service] = self.create(service)
        return self.cache[service]

    def create(self, service):
        config = botocore.config.Config(
            retries={'total_max_attempts': 1}, connect_timeout=5, read_timeout=20, proxies={},
            parameter_validation=self.validate, s3={'addressing_style': 'path'},
            signature_version=botocore.UNSIGNED if self.unsigned else None)
        key_id, secret, token = self.keys
        client = self.session.create_client(
            service, region_name=GLOBAL.get(service, self.region), endpoint_url=self.url,
            config=config, verify=self.trust,
            aws_access_key_id=key_id, aws_secret_access_key=secret, aws_session_token=token)
        client.meta.events.register('before-parse', self.check)
        client.meta.events.register('before-send', self.remember)
        return client

    def remember(self, request, event_name, **_):
        self.sent[tuple(event_name.split('.')[1:])] = request

    def check(self, operation_model, response_dict, **_):
        status, headers = response_dict['status_code'], response_dict['headers']
        body = response_dict['body']
        name = operation_model.name
        self.last = (operation_model, status, dict(headers), body)
        if status >= 300:
            return
        service = operation_model.service_model.service_name
        self.seen[(service, name)] = self.seen.get((service, name), 0) + 1
        for problem in wire_check.check_reply(operation_model, status, headers, body):
            self.problems.append('%s %s %s' % (service, name, problem))


def pages(client, operation, /, **arguments):
    """All pages of an operation by botocore's own paginator."""
    size = arguments.pop('page_size', None)
    config = {'PageSize': size} if size else {}
    return list(client.get_paginator(operation).paginate(PaginationConfig=config, **arguments))


def refused(clients, service_id, operation, /, **arguments):
    """Makes a call that should fail; gives (code, message, problems of the error's wire form).

    The code is None when the call was answered.
    """
    clients = clients.without_checks()
    try:
        getattr(clients[service_id], operation)(**arguments)
        return None, '', []
    except botocore.exceptions.ClientError as error:
        code = error.response['Error']['Code']
        operation_model, status, headers, body = clients.last
        problems = wire_check.check_error(operation_model, status, headers, body, code)
        return code, error.response['Error'].get('Message', ''), problems


def wait_for(check, seconds, what, every=0.1):
    """Polls until check() gives something true; that, or None after so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        got = check()
        if got:
            return got
        time.sleep(every)
    print('# waited %ss for %s' % (seconds, what))
    return None
