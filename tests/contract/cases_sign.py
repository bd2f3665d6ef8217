"""Who is let in: wrong secrets, unknown keys, unsigned, stale and tampered requests."""
import datetime
import unittest.mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.httpsession

import harness

# One read of each protocol family, with the codes AWS gives for (unknown key, wrong secret, none).
READS = [
    ('sts', 'get_caller_identity', 'InvalidClientTokenId', 'SignatureDoesNotMatch',
     'MissingAuthenticationToken'),
    ('rds', 'describe_db_instances', 'InvalidClientTokenId', 'SignatureDoesNotMatch',
     'MissingAuthenticationToken'),
    ('ecs', 'list_clusters', 'UnrecognizedClientException', 'InvalidSignatureException',
     'MissingAuthenticationTokenException'),
    ('ssm', 'describe_parameters', 'UnrecognizedClientException', 'InvalidSignatureException',
     'MissingAuthenticationTokenException'),
    ('cloudfront', 'list_distributions', 'InvalidClientTokenId', 'SignatureDoesNotMatch',
     'MissingAuthenticationToken'),
    ('s3', 'list_buckets', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AccessDenied'),
    ('apigatewayv2', 'get_apis', 'UnrecognizedClientException', 'InvalidSignatureException',
     'MissingAuthenticationTokenException'),
]


def run(tap, clients):
    url = clients.url
    others = {
        2: harness.Clients(url, key_id='AKIAIOSFODNN7EXAMPLE'),
        3: harness.Clients(url, secret='not the secret'),
        4: harness.Clients(url, unsigned=True),
    }
    names = {2: 'unknown key', 3: 'wrong secret', 4: 'unsigned'}
    for row in READS:
        service, operation = row[:2]
        for column, other in others.items():
            if service == 's3' and column == 4:
                continue  # botocore does not list buckets anonymously, and AWS redirects it
            code, _, problems = harness.refused(other, service, operation)
            tap.equal(code, row[column], '%s: %s is refused' % (service, names[column]))
            tap.ok(not problems, '%s: the refusal fits the protocol' % service, problems)
    stale(tap, url)
    tampered(tap, url)
    wrong_scope(tap, url)


def signed(url, body='Action=GetCallerIdentity&Version=2011-06-15', region=harness.REGION,
           service='sts', **headers):
    request = botocore.awsrequest.AWSRequest(
        'POST', url + '/', data=body,
        headers={'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8', **headers})
    keys = botocore.credentials.Credentials(harness.KEY_ID, harness.SECRET)
    botocore.auth.SigV4Auth(keys, service, region).add_auth(request)
    return request


def send(request):
    answer = botocore.httpsession.URLLib3Session(proxies={}).send(request.prepare())
    return answer.status_code, answer.content.decode()


def stale(tap, url):
    for minutes, word in ((-20, 'Signature expired'), (20, 'Signature not yet current')):
        then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        then = then.replace(tzinfo=None) if not has_aware_clock() else then
        with unittest.mock.patch(clock_name(), return_value=then):
            request = signed(url)
        status, body = send(request)
        tap.ok(status == 403 and 'SignatureDoesNotMatch' in body and word in body,
               'a request signed %+d minutes from now is refused' % minutes, body)


def clock_name():
    name = 'get_current_datetime'
    return 'botocore.auth.' + name


def has_aware_clock():
    return botocore.auth.get_current_datetime().tzinfo is not None


def tampered(tap, url):
    status, body = send(signed(url))
    tap.ok(status == 200 and '<Account>' in body, 'a request signed by hand is answered', body)
    request = signed(url)
    request.data = 'Action=GetCallerIdentity&Version=2011-06-15&X=1'
    status, body = send(request)
    tap.ok(status == 403 and 'SignatureDoesNotMatch' in body, 'a changed body is refused', body)
    request = signed(url, **{'X-Amz-Meta-Test': 'one'})
    request.headers.replace_header('X-Amz-Meta-Test', 'two')
    status, body = send(request)
    tap.ok(status == 403 and 'SignatureDoesNotMatch' in body, 'a changed header is refused', body)
    request = signed(url)
    request.headers.replace_header('Authorization', 'AWS4-HMAC-SHA256 Credential=testing')
    status, body = send(request)
    tap.ok(400 <= status < 404 and 'IncompleteSignature' in body,
           'half an Authorization is refused', body)


def wrong_scope(tap, url):
    status, body = send(signed(url, service='ecs'))
    tap.ok(status == 403 and 'Credential should be scoped to correct service' in body,
           'a scope of another service is refused', body)
    for body_text, code in (('Action=GetNothing&Version=2011-06-15', 'InvalidAction'),
                            ('Action=GetCallerIdentity&Version=2001-01-01', 'InvalidAction')):
        status, body = send(signed(url, body_text))
        tap.ok(status == 400 and code in body, '%s is refused' % body_text, body)
