"""botocore's own providers get credentials from the simulator, which then takes what they sign."""
import hashlib
import json
import os
import tempfile
import time

HOME = tempfile.TemporaryDirectory()
os.environ['HOME'] = HOME.name  # botocore looks where the caches are when it is imported

import botocore.exceptions
import botocore.session

import harness

ROLE = 'arn:aws:iam::123456789012:role/'
CONFIG = """
[profile base]
aws_access_key_id = testing
aws_secret_access_key = testing
[profile role]
role_arn = %(role)sdeploy
source_profile = base
role_session_name = somebody
[profile chained]
role_arn = %(role)snext
source_profile = role
role_session_name = again
[profile denied]
role_arn = %(role)sx-denied
source_profile = base
[profile external]
role_arn = %(role)sx-external
source_profile = base
external_id = example-external
role_session_name = outside
[profile web]
role_arn = %(role)sweb
web_identity_token_file = %(folder)s/token
role_session_name = pod
[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Ops
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
sso_registration_scopes = sso:account:access
"""


class Set:
    """A folder with a person's files, and sessions that read them."""

    def __init__(self, tap, url):
        self.tap, self.url, self.folder = tap, url, HOME.name
        folder = HOME.name
        with open(folder + '/config', 'w') as config:
            config.write(CONFIG % {'role': ROLE, 'folder': folder})
        with open(folder + '/token', 'w') as token:
            token.write('example.web.token')
        os.environ.update(AWS_CONFIG_FILE=folder + '/config', AWS_ENDPOINT_URL=url,
                          AWS_REGION='eu-west-1', AWS_DEFAULT_REGION='eu-west-1')

    def client(self, service, profile=None):
        session = botocore.session.Session(profile=profile)
        return session.create_client(service)

    def whoami(self, profile=None, **environment):
        os.environ.update(environment)
        try:
            return self.client('sts', profile).get_caller_identity()['Arn'].split(':')[-1]
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            return str(error)
        finally:
            for name in environment:
                del os.environ[name]

    def is_role(self, want, name, profile=None, **environment):
        self.tap.equal(self.whoami(profile, **environment), 'assumed-role/' + want, name)

    def cache(self, token, seconds):
        """What `aws sso login` leaves."""
        where = self.folder + '/.aws/sso/cache'
        os.makedirs(where, exist_ok=True)
        when = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() + seconds))
        with open('%s/%s.json' % (where, hashlib.sha1(b'corp').hexdigest()), 'w') as file:
            json.dump({'startUrl': 'https://corp.awsapps.com/start', 'region': 'eu-west-1',
                       'accessToken': token, 'expiresAt': when, 'clientId': 'sim-client',
                       'clientSecret': 'sim-client-secret', 'refreshToken': 'sim-refresh-token',
                       'registrationExpiresAt': '2099-01-01T00:00:00Z'}, file)


def roles(it):
    it.is_role('deploy/somebody', 'a role from a source profile', 'role')
    it.is_role('next/again', 'a role from a role', 'chained')
    it.is_role('x-external/outside', 'a role that wants an external id', 'external')
    it.is_role('web/pod', 'a role with a web identity', 'web')
    it.tap.ok('AccessDenied' in it.whoami('denied'), 'a role that is denied', it.whoami('denied'))
    sts = it.client('sts', 'base')
    for arguments, want in (({'SerialNumber': 'arn:aws:iam::1:mfa/x', 'TokenCode': '290157'}, None),
                            ({'SerialNumber': 'arn:aws:iam::1:mfa/x', 'TokenCode': '654321'},
                             'AccessDenied'),
                            ({'DurationSeconds': 43201}, 'ValidationError')):
        try:
            sts.assume_role(RoleArn=ROLE + 'x-mfa', RoleSessionName='me', **arguments)
            code = None
        except botocore.exceptions.ClientError as error:
            code = error.response['Error']['Code']
        it.tap.equal(code, want, 'a role that wants a code: %s' % arguments)


def machines(it):
    it.is_role('shop-prod-task/one', 'a container', AWS_CONTAINER_CREDENTIALS_FULL_URI=it.url +
               '/v2/credentials/one')
    it.is_role('shop-prod-task/guarded', 'a container with a word',
               AWS_CONTAINER_CREDENTIALS_FULL_URI=it.url + '/v2/credentials/guarded',
               AWS_CONTAINER_AUTHORIZATION_TOKEN='example-token')
    it.is_role('shop-prod-node/i-0example1234567890', 'an instance',
               AWS_EC2_METADATA_DISABLED='false', AWS_EC2_METADATA_SERVICE_ENDPOINT=it.url)
    os.environ['AWS_EC2_METADATA_DISABLED'] = 'true'


def people(it):
    it.cache('sim-sso-any', 3600)
    it.is_role('Ops/person@example.com', 'a session of IAM Identity Center', 'sso')
    it.cache('nonsense', 3600)
    it.tap.ok('otherwise invalid' in it.whoami('sso'), 'a token that is not known', it.whoami('sso'))
    it.cache('sim-sso-old', 30)
    it.is_role('Ops/person@example.com', 'a session that is refreshed first', 'sso')
    oidc = it.client('sso-oidc')
    client = oidc.register_client(clientName='test', clientType='public')
    who = {'clientId': client['clientId'], 'clientSecret': client['clientSecret']}
    device = oidc.start_device_authorization(startUrl='https://corp.awsapps.com/start', **who)
    it.tap.ok(device['userCode'] in device['verificationUriComplete'], 'a device asks', device)
    pending = 0
    for _ in range(40):
        try:
            token = oidc.create_token(grantType='urn:ietf:params:oauth:grant-type:device_code',
                                      deviceCode=device['deviceCode'], **who)
            break
        except oidc.exceptions.AuthorizationPendingException:
            pending += 1
            time.sleep(0.1)
    it.tap.ok(pending > 3 and token['tokenType'] == 'Bearer', 'and waits to be approved', pending)
    got = it.client('sso').get_role_credentials(
        roleName='Ops', accountId='123456789012', accessToken=token['accessToken'])
    it.tap.ok(got['roleCredentials']['expiration'] > time.time() * 1000 + 3000000,
              'what it got is good', got['roleCredentials']['expiration'])


def ends(tap):
    """Credentials end, and say so."""
    with harness.Simulator('--fault', 'short-lived,seconds=1') as simulator:
        it = Set(tap, simulator.url)
        keys = it.client('sts', 'base').assume_role(RoleArn=ROLE + 'short',
                                                    RoleSessionName='me')['Credentials']
        given = (keys['AccessKeyId'], keys['SecretAccessKey'])
        os.environ.pop('AWS_ENDPOINT_URL')
        good = harness.Clients(simulator.url, *given, token=keys['SessionToken'])
        tap.ok(good['ecs'].list_clusters(), 'credentials are good at first')
        for token in (None, 'other'):
            code = harness.refused(harness.Clients(simulator.url, *given, token=token), 'ecs',
                                   'list_clusters')[0]
            tap.equal(code, 'UnrecognizedClientException', 'not with the token %s' % token)
        time.sleep(1.1)
        for service, operation, want in (('ecs', 'list_clusters', 'ExpiredTokenException'),
                                         ('rds', 'describe_db_instances', 'ExpiredToken'),
                                         ('s3', 'list_buckets', 'ExpiredToken')):
            tap.equal(harness.refused(good, service, operation)[0], want,
                      '%s: and then they are not' % service)


def main():
    tap = harness.Tap()
    with harness.Simulator() as simulator:
        it = Set(tap, simulator.url)
        roles(it)
        machines(it)
        people(it)
    ends(tap)
    tap.done()


if __name__ == '__main__':
    main()
