"""Requests that are signed well and say nonsense: each is answered, none as a server's fault."""
import random
import socket
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.httpsession

import harness

ROUNDS = 600
SEED = 20261122
BITES = [b'', b'\x00', b'%', b'%zz', b'&', b'=', b'.member.99999999999999999999', b'{', b'[', b'"',
         b'null', b'-1', b'1e999', b'<a>', b'</', b']]>', b'&#0;', b'\xff\xfe', b'[' * 200,
         b'<a>' * 200, b'A' * 5000]


def bite(body, chance):
    at = chance.randrange(len(body) + 1)
    much = chance.choice((0, 1, 2, 8, 64))
    return body[:at] + chance.choice(BITES) + body[at + much:]


def garble(request, chance):
    """A request like the one that was sent, bitten in the body or in the query."""
    url = urllib.parse.urlsplit(request.url)
    body, query = request.body or b'', url.query
    body = body.encode() if isinstance(body, str) else body
    for _ in range(chance.choice((1, 1, 2, 5))):
        if body and chance.random() < 0.8:
            body = bite(body, chance)
        else:
            query = urllib.parse.quote(bite(query.encode(), chance), safe='=&%')
    headers = {k: v.decode() if isinstance(v, bytes) else v for k, v in request.headers.items()
               if k.lower() in ('content-type', 'x-amz-target', 'x-amzn-query-mode')}
    return botocore.awsrequest.AWSRequest(
        request.method, url._replace(query=query).geturl(), data=body, headers=headers)


def scope_of(request):
    text = request.headers['Authorization']
    text = text.decode() if isinstance(text, bytes) else text
    return text.split('Credential=')[1].split(',')[0].split('/')


def run(tap, clients):
    keys = botocore.credentials.Credentials(harness.KEY_ID, harness.SECRET)
    http = botocore.httpsession.URLLib3Session(
        proxies={}, timeout=10, socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)])
    chance = random.Random(SEED)
    originals = [clients.sent[k] for k in sorted(clients.sent)]
    faults, statuses = [], {}
    for i in range(ROUNDS):
        original = chance.choice(originals)
        region, service = scope_of(original)[2:4]
        request = garble(original, chance)
        signer = botocore.auth.S3SigV4Auth if service == 's3' else botocore.auth.SigV4Auth
        signer(keys, service, region).add_auth(request)
        try:
            answer = http.send(request.prepare())
        except Exception as error:  # whatever the library calls a connection that broke
            faults.append('round %d: %r\n%r' % (i, error, request.data[:200]))
            continue
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        if answer.status_code >= 500 and answer.status_code != 501:
            faults.append('round %d: %d %r' % (i, answer.status_code, answer.content[:200]))
    tap.ok(not faults, '%d garbled requests are answered' % ROUNDS, '\n'.join(faults))
    tap.ok(statuses.get(400, 0) > ROUNDS / 10, 'many of them as wrong', statuses)
    tap.ok(clients['sts'].get_caller_identity(), 'and the simulator goes on')
