"""The AWS CLI, unchanged, runs every operation once against the simulator.

It is looked for as $AWS, on the PATH and beside $PYTHON; each call costs it most of a second.
"""
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile

import harness


def find_aws():
    beside = os.path.join(os.path.dirname(os.path.realpath(sys.executable)), 'aws')
    near = os.path.join(os.path.dirname(sys.executable), 'aws')
    for path in (os.environ.get('AWS'), shutil.which('aws'), near, beside):
        if path and os.access(path, os.X_OK):
            return path
    harness.skip('the AWS CLI is not installed (set AWS to its path)')


class Cli:
    def __init__(self, tap, url):
        self.tap, self.aws, self.url = tap, find_aws(), url
        self.environment = {'PATH': os.environ.get('PATH', ''), 'HOME': os.devnull,
                            'AWS_CONFIG_FILE': os.devnull,
                            'AWS_SHARED_CREDENTIALS_FILE': os.devnull,
                            'AWS_ACCESS_KEY_ID': harness.KEY_ID,
                            'AWS_SECRET_ACCESS_KEY': harness.SECRET,
                            'AWS_PAGER': '',
                            'NO_PROXY': '127.0.0.1'}

    def __call__(self, *arguments):
        """Runs one command that should succeed; what it printed, {} when it failed."""
        done = subprocess.run(
            [self.aws, '--endpoint-url', self.url, '--output', 'json', '--region',
             harness.GLOBAL.get(arguments[0], harness.REGION), *arguments],
            env=self.environment, capture_output=True, text=True, timeout=60)
        name = 'aws %s %s' % arguments[:2]
        good = done.returncode == 0
        self.tap.ok(good, name, done.stderr)
        return json.loads(done.stdout or '{}') if good else {}

    def holds(self, value, what):
        self.tap.ok(value, '... ' + what)


def identity_and_edge(aws):
    aws.holds(aws('sts', 'get-caller-identity').get('Arn'), 'an ARN')
    listed = aws('cloudfront', 'list-distributions').get('DistributionList', {}).get('Items', [])
    aws.holds(listed, 'distributions')
    where = listed[0]['Id']
    whole = aws('cloudfront', 'get-distribution', '--id', where)
    aws.holds(whole.get('Distribution', {}).get('Id') == where, 'the distribution')
    vpc = [o['VpcOriginConfig']['VpcOriginId'] for d in listed for o in d['Origins']['Items']
           if 'VpcOriginConfig' in o]
    origin = aws('cloudfront', 'get-vpc-origin', '--id', vpc[0]).get('VpcOrigin', {})
    aws.holds(origin.get('Id') == vpc[0], 'the VPC origin')
    made = aws('cloudfront', 'create-invalidation', '--distribution-id', where, '--paths',
               '/index.html', '/img/*').get('Invalidation', {})
    aws.holds(made.get('InvalidationBatch', {}).get('Paths', {}).get('Quantity') == 2, 'two paths')
    got = aws('cloudfront', 'get-invalidation', '--distribution-id', where, '--id', made['Id'])
    aws.holds(got.get('Invalidation', {}).get('Id') == made['Id'], 'the invalidation')
    listed = aws('cloudfront', 'list-invalidations', '--distribution-id', where)
    aws.holds(listed.get('InvalidationList', {}).get('Items', [{}])[0]['Id'] == made['Id'],
              'it is the first')


def balancers(aws):
    found = aws('elbv2', 'describe-load-balancers').get('LoadBalancers', [])
    aws.holds(found, 'load balancers')
    listeners = aws('elbv2', 'describe-listeners', '--load-balancer-arn',
                    found[0]['LoadBalancerArn']).get('Listeners', [])
    aws.holds(listeners, 'listeners')
    rules = aws('elbv2', 'describe-rules', '--listener-arn', listeners[0]['ListenerArn'])
    aws.holds(any(r['IsDefault'] for r in rules.get('Rules', [])), 'a default rule')
    groups = aws('elbv2', 'describe-target-groups').get('TargetGroups', [])
    aws.holds(groups, 'target groups')
    health = aws('elbv2', 'describe-target-health', '--target-group-arn',
                 groups[0]['TargetGroupArn'])
    aws.holds('TargetHealthDescriptions' in health, 'their health')


def containers(aws):
    cluster = aws('ecs', 'list-clusters').get('clusterArns', [''])[0]
    aws.holds(aws('ecs', 'describe-clusters', '--clusters', cluster).get('clusters'), 'the cluster')
    services = aws('ecs', 'list-services', '--cluster', cluster).get('serviceArns', [])
    worker = next(s for s in services if 'worker' in s)
    got = aws('ecs', 'describe-services', '--cluster', cluster, '--services', worker)
    aws.holds(got.get('services'), 'the service')
    tasks = aws('ecs', 'list-tasks', '--cluster', cluster).get('taskArns', [])
    aws.holds(tasks, 'tasks')
    got = aws('ecs', 'describe-tasks', '--cluster', cluster, '--tasks', *tasks[:100])
    aws.holds(len(got.get('tasks', [])) == len(tasks[:100]), 'all of them')
    definitions = aws('ecs', 'list-task-definitions').get('taskDefinitionArns', [])
    aws.holds(definitions, 'task definitions')
    one = aws('ecs', 'describe-task-definition', '--task-definition', definitions[-1])
    aws.holds(one.get('taskDefinition', {}).get('containerDefinitions'), 'its containers')
    changed = aws('ecs', 'update-service', '--cluster', cluster, '--service', worker,
                  '--desired-count', '3')
    aws.holds(changed.get('service', {}).get('desiredCount') == 3, 'three are wanted')
    targets = aws('application-autoscaling', 'describe-scalable-targets', '--service-namespace',
                  'ecs')
    aws.holds(targets.get('ScalableTargets'), 'scalable targets')
    policies = aws('application-autoscaling', 'describe-scaling-policies', '--service-namespace',
                   'ecs')
    aws.holds(policies.get('ScalingPolicies'), 'policies')
    return cluster.split('/')[-1], worker.split('/')[-1]


def data(aws, cluster, service):
    aws.holds(aws('rds', 'describe-db-instances').get('DBInstances'), 'instances')
    aws.holds(aws('rds', 'describe-db-clusters').get('DBClusters'), 'clusters')
    aws.holds(aws('rds', 'describe-events', '--duration', '20160').get('Events'), 'events')
    parameters = aws('ssm', 'describe-parameters').get('Parameters', [])
    aws.holds(len(parameters) == 120, '120 parameters')
    by_path = aws('ssm', 'get-parameters-by-path', '--path', '/', '--recursive')
    aws.holds(len(by_path.get('Parameters', [])) == 120, '120 values')
    name = parameters[0]['Name']
    got = aws('ssm', 'get-parameters', '--names', name, '/none', '--with-decryption')
    aws.holds(got.get('InvalidParameters') == ['/none'], 'what is not there')
    history = aws('ssm', 'get-parameter-history', '--name', name).get('Parameters')
    aws.holds(history, 'versions')
    aws.holds(aws('secretsmanager', 'list-secrets').get('SecretList'), 'secrets')
    aws.holds(aws('cloudwatch', 'describe-alarms').get('MetricAlarms'), 'alarms')
    query = [{'Id': 'cpu', 'MetricStat': {'Metric': {
        'Namespace': 'AWS/ECS', 'MetricName': 'CPUUtilization', 'Dimensions': [
            {'Name': 'ClusterName', 'Value': cluster}, {'Name': 'ServiceName', 'Value': service}]},
        'Period': 60, 'Stat': 'Average'}}]
    points = aws('cloudwatch', 'get-metric-data', '--metric-data-queries', json.dumps(query),
                 '--start-time', ago(30), '--end-time', ago(0))
    aws.holds(len(points.get('MetricDataResults', [{}])[0].get('Values', [])) >= 29,
              'half an hour of points')


def ago(minutes):
    now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    return (now - datetime.timedelta(minutes=minutes)).strftime('%Y-%m-%dT%H:%M:%SZ')


def entrance(aws):
    aws.holds(aws('s3api', 'list-buckets').get('Buckets'), 'buckets')
    found = aws('apigatewayv2', 'get-apis').get('Items', [])
    aws.holds(found, 'APIs')
    got = aws('apigatewayv2', 'get-integrations', '--api-id', found[0]['ApiId'])
    aws.holds('Items' in got, 'integrations')


def main():
    tap = harness.Tap()
    with tempfile.TemporaryDirectory() as folder, harness.Simulator(
            '--seed', 7, '--parameters', 120, '--stack',
            harness.stack_of_every_kind(os.path.join(folder, 'stack.cfg'))) as simulator:
        aws = Cli(tap, simulator.url)
        try:
            identity_and_edge(aws)
            balancers(aws)
            cluster, service = containers(aws)
            data(aws, cluster, service)
            entrance(aws)
        except (KeyError, IndexError, StopIteration) as error:
            tap.ok(False, 'the walk goes on to its end', repr(error))
    tap.done()


if __name__ == '__main__':
    main()
