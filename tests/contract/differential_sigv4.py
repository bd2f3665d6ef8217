#!/usr/bin/env python3
"""Signs random requests with our signer and with botocore's: paths, queries, headers, bodies, tokens,
header and query form, S3 and the others. All must agree."""
import datetime
import json
import os
import random
import subprocess
import sys
from unittest import mock
from urllib.parse import quote

try:
    import botocore.auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    print('skipped: botocore is not installed')
    sys.exit(77)

COUNT = int(os.environ.get('CAWSOLE_SIGNATURES', '10000'))
SEED = 20260115
REGIONS = ('us-east-1', 'eu-central-1', 'cn-north-1', 'us-gov-west-1')
SERVICES = ('ecs', 'lambda', 'rds', 'monitoring', 's3', 's3')
KEYS = (('AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'), ('ASIAOTHER', 'x' * 80))
TEXT = ('abcXYZ019-._~/ +&=?#%:@!$\'()*,;[]"<>|\\^`{}\tÄßü€😀\x01')
NAMES = ('X-Amz-Target', 'x-amz-meta-a', 'X-AMZ-META-B', 'x-amz-meta', 'Accept', 'If-Match', 'Zeta')
UNRESERVED = '-_.~'


def words(rng, most):
    return ''.join(rng.choice(TEXT) for _ in range(rng.randrange(most)))


def random_path(rng, s3):
    parts = []
    for _ in range(rng.randrange(6)):
        parts.append(rng.choice((quote(words(rng, 12), safe=UNRESERVED), 'a', '', '.', '..')))
    path = '/' + '/'.join(parts)
    # An address that begins with two slashes is ambiguous to Python's parser, not to ours.
    return '/x' + path if path.startswith('//') else path


def random_query(rng, repeat):
    pairs = []
    for _ in range(rng.randrange(6)):
        name = quote(words(rng, 6) or 'k', safe=UNRESERVED)
        if rng.random() < 0.15:
            pairs.append(name)
        else:
            pairs.append(name + '=' + quote(words(rng, 10), safe=UNRESERVED))
        if repeat and rng.random() < 0.2:
            pairs.append(name + '=' + quote(words(rng, 3), safe=UNRESERVED))
    if not repeat:  # botocore's presigner keeps one value of a name
        pairs = list({p.split('=')[0]: p for p in pairs}.values())
    return '&'.join(pairs)


def header_value(rng):
    parts = [rng.choice(('a', 'B', '1', ' ', '  ', '\t', '"x  y"', ',', '=', 'é')) for _ in
             range(rng.randrange(9))]
    return ''.join(parts)


def random_request(rng):
    service = rng.choice(SERVICES)
    presign = rng.choice((0, 0, 0, 1, 60, 900, 604800))
    key_id, secret = rng.choice(KEYS)
    headers = [(rng.choice(NAMES), header_value(rng)) for _ in range(rng.randrange(4))]
    if rng.random() < 0.5:
        headers.append(('Content-Type', 'application/x-amz-json-1.1'))
    body = b'' if presign or rng.random() < 0.3 else rng.randbytes(rng.randrange(2000))
    return {
        'service': service,
        's3': service == 's3',
        'region': rng.choice(REGIONS),
        'method': 'GET' if presign else rng.choice(('GET', 'POST', 'PUT', 'DELETE')),
        'scheme': rng.choice(('http', 'https')),
        'host': rng.choice(('a.example.com', 'b.example.com:8080', '127.0.0.1:5000', 'h:443', 'h:80')),
        'path': random_path(rng, service == 's3'),
        'query': random_query(rng, not presign),
        'headers': headers,
        'body': body.hex(),
        'key_id': key_id,
        'secret': secret,
        'token': rng.choice((None, None, 'IQoJb3JpZ2luX2VjE/' + 'Ab+/=' * rng.randrange(1, 200))),
        'presign': presign,
        'now': rng.randrange(1_600_000_000, 1_900_000_000) * 1000,
    }


def sign_botocore(rq):
    credentials = Credentials(rq['key_id'], rq['secret'], rq['token'])
    kind = ('S3' if rq['s3'] else '') + ('SigV4QueryAuth' if rq['presign'] else 'SigV4Auth')
    arguments = {'expires': rq['presign']} if rq['presign'] else {}
    signer = getattr(botocore.auth, kind)(credentials, rq['service'], rq['region'], **arguments)
    url = '%s://%s%s%s' % (rq['scheme'], rq['host'], rq['path'],
                           '?' + rq['query'] if rq['query'] else '')
    request = AWSRequest(rq['method'], url, data=bytes.fromhex(rq['body']))
    for name, value in rq['headers']:
        request.headers.add_header(name, value)
    when = datetime.datetime.fromtimestamp(rq['now'] / 1000, datetime.timezone.utc)
    with mock.patch('botocore.auth.get_current_datetime', return_value=when.replace(tzinfo=None)):
        signer.add_auth(request)
    # What botocore signed as Host, so that a port is left out where it leaves it out.
    rq['headers'].append(('host', botocore.auth._host_from_url(url)))
    return request.url.split('X-Amz-Signature=')[1] if rq['presign'] else request.headers['Authorization']


def main():
    rng = random.Random(SEED)
    requests = [random_request(rng) for _ in range(COUNT)]
    wanted = [sign_botocore(rq) for rq in requests]
    tool = os.path.join(os.environ.get('CAWSOLE_BUILDDIR', '.'), 'sign_lines')
    lines = ''.join(json.dumps(rq) + '\n' for rq in requests)
    run = subprocess.run([tool], input=lines.encode(), stdout=subprocess.PIPE, check=False)
    got = run.stdout.decode().split('\n')[:-1]
    wrong = 0
    for rq, ours, theirs in zip(requests, got, wanted):
        if rq['presign']:
            ours = ours.split('X-Amz-Signature=')[-1]
        if ours != theirs:
            wrong += 1
            if wrong <= 5:
                print('differs:', json.dumps(rq)[:2000], '\n ours', ours, '\n botocore', theirs)
    missing = COUNT - len(got)
    print('%d requests signed by both, %d differ, %d missing' % (len(got), wrong, missing))
    print('%s - %d random signatures equal to botocore\'s'
          % ('not ok' if wrong or missing or run.returncode else 'ok', COUNT))
    sys.exit(1 if wrong or missing or run.returncode else 0)


main()
