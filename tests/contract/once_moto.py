#!/usr/bin/env python3
"""`cawsole --once --json` against moto, compared item by item with what boto3 reads there.

moto is an AWS that nobody of this project wrote. A small stack is made in it through boto3; then
the console and boto3 read it, and every member the console prints must be what boto3 has, and every
member that matters must be printed. Where moto is known to differ from AWS, the seed stays clear of
it.
"""
import datetime
import json
import logging
import os
import re
import subprocess
import tempfile
import urllib.request

from harness import KEY_ID, REGION, SECRET, Tap, program, skip

try:
    import boto3
    from moto.server import ThreadedMotoServer
except ImportError as missing:
    skip(f'boto3 and moto[server] are needed ({missing}); set PYTHON to one that has them')

ACCOUNT = '123456789012'


class Reader:
    """boto3's clients, and the whole list that a call pages through."""

    def __init__(self, url):
        self.url = url
        self.session = boto3.session.Session(KEY_ID, SECRET, region_name=REGION)
        self.clients = {}

    def __call__(self, service):
        if service not in self.clients:
            self.clients[service] = self.session.client(service, endpoint_url=self.url)
        return self.clients[service]

    def all(self, service, operation, member, **arguments):
        client = self(service)
        if client.can_paginate(operation):
            pages = client.get_paginator(operation).paginate(**arguments)
        else:
            pages = [getattr(client, operation)(**arguments)]
        return [item for page in pages for item in page.get(member, [])]


# ---- the seed ------------------------------------------------------------------------------------

def seed_edge(aws, dns_name):
    origins = [
        {'Id': 'site', 'DomainName': 'shop-site.s3.amazonaws.com',
         'S3OriginConfig': {'OriginAccessIdentity': ''}},
        {'Id': 'alb', 'DomainName': dns_name,
         'CustomOriginConfig': {'HTTPPort': 80, 'HTTPSPort': 443,
                                'OriginProtocolPolicy': 'https-only'}},
    ]
    behavior = {'TargetOriginId': 'alb', 'ViewerProtocolPolicy': 'redirect-to-https',
                'ForwardedValues': {'QueryString': False, 'Cookies': {'Forward': 'none'}},
                'MinTTL': 0, 'TrustedSigners': {'Enabled': False, 'Quantity': 0}}
    for number in range(2):
        made = aws('cloudfront').create_distribution(DistributionConfig={
            'CallerReference': f'seed-{number}', 'Comment': f'the shop, {number}', 'Enabled': True,
            'Origins': {'Quantity': len(origins), 'Items': origins},
            'DefaultCacheBehavior': behavior})
        aws('cloudfront').create_invalidation(
            DistributionId=made['Distribution']['Id'],
            InvalidationBatch={'CallerReference': f'now-{number}',
                               'Paths': {'Quantity': 2, 'Items': ['/app/*', '/index.html']}})
    for name in ('shop-site', 'shop-logs'):
        aws('s3').create_bucket(
            Bucket=name, CreateBucketConfiguration={'LocationConstraint': REGION})


def seed_balancing(aws):
    vpc = aws('ec2').create_vpc(CidrBlock='10.0.0.0/16')['Vpc']['VpcId']
    aws('ec2').modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={'Value': True})
    subnets = [aws('ec2').create_subnet(VpcId=vpc, CidrBlock=f'10.0.{n}.0/24',
                                        AvailabilityZone=REGION + zone)['Subnet']['SubnetId']
               for n, zone in ((10, 'a'), (20, 'b'))]
    balancer = aws('elbv2').create_load_balancer(
        Name='shop', Subnets=subnets, Scheme='internet-facing')['LoadBalancers'][0]
    groups = []
    for name in ('web', 'api'):
        groups.append(aws('elbv2').create_target_group(
            Name=f'shop-{name}', Protocol='HTTP', Port=8080, VpcId=vpc, TargetType='ip',
            HealthCheckPath='/health', Matcher={'HttpCode': '200-299'}
        )['TargetGroups'][0]['TargetGroupArn'])
    aws('elbv2').register_targets(TargetGroupArn=groups[0], Targets=[
        {'Id': '10.0.10.17', 'Port': 8080}, {'Id': '10.0.20.31', 'Port': 8080}])
    listener = aws('elbv2').create_listener(
        LoadBalancerArn=balancer['LoadBalancerArn'], Protocol='HTTP', Port=80,
        DefaultActions=[{'Type': 'forward', 'TargetGroupArn': groups[0]}])['Listeners'][0]
    aws('elbv2').create_rule(
        ListenerArn=listener['ListenerArn'], Priority=10,
        Conditions=[{'Field': 'path-pattern', 'Values': ['/api/*']}],
        Actions=[{'Type': 'forward', 'TargetGroupArn': groups[1]}])
    firewall = aws('ec2').create_security_group(VpcId=vpc, GroupName='shop', Description='shop')
    network = {'awsvpcConfiguration': {'subnets': subnets,
                                       'securityGroups': [firewall['GroupId']]}}
    return balancer['DNSName'], groups, network


def seed_ecs(aws, groups, network):
    aws('ecs').create_cluster(clusterName='shop')
    for family, group in (('web', groups[0]), ('api', groups[1]), ('worker', None)):
        for tag in ('41', '42'):
            aws('ecs').register_task_definition(
                family=family, cpu='256', memory='512', networkMode='awsvpc',
                requiresCompatibilities=['FARGATE'], containerDefinitions=[{
                    'name': family, 'image': f'shop/{family}:{tag}', 'cpu': 256, 'memory': 512,
                    'essential': True, 'portMappings': [{'containerPort': 8080}],
                    'environment': [{'name': 'LOG_LEVEL', 'value': 'info'}],
                    'secrets': [{'name': 'DB', 'valueFrom': '/shop/prod/db/password'}]}])
        aws('ecs').create_service(
            cluster='shop', serviceName=family, taskDefinition=f'{family}:2', desiredCount=2,
            launchType='FARGATE', networkConfiguration=network,
            loadBalancers=[{'targetGroupArn': group, 'containerName': family,
                            'containerPort': 8080}] if group else [])
        aws('application-autoscaling').register_scalable_target(
            ServiceNamespace='ecs', ResourceId=f'service/shop/{family}',
            ScalableDimension='ecs:service:DesiredCount', MinCapacity=1, MaxCapacity=10)
    # Each DescribeTasks would move a task on: hold them where they are.
    hold = {'model_name': 'ecs::task', 'transition': {'progression': 'manual', 'times': 1000}}
    request = urllib.request.Request(
        aws.url + '/moto-api/state-manager/set-transition', json.dumps(hold).encode(),
        {'Content-Type': 'application/json'})
    urllib.request.urlopen(request, timeout=10).close()
    aws('ecs').run_task(
        cluster='shop', taskDefinition='worker:2', count=3, launchType='FARGATE',
        networkConfiguration=network)


def seed_data(aws):
    aws('rds').create_db_instance(
        DBInstanceIdentifier='shop-reports', Engine='postgres', DBInstanceClass='db.t4g.micro',
        AllocatedStorage=20, MasterUsername='shop', MasterUserPassword='not-a-secret-1',
        StorageEncrypted=True, EnableIAMDatabaseAuthentication=True)
    aws('rds').create_db_cluster(
        DBClusterIdentifier='shop-db', Engine='aurora-postgresql', EngineVersion='15.4',
        MasterUsername='shop', MasterUserPassword='not-a-secret-1', StorageEncrypted=True)
    for number in range(2):
        aws('rds').create_db_instance(
            DBInstanceIdentifier=f'shop-db-{number}', DBClusterIdentifier='shop-db',
            Engine='aurora-postgresql', DBInstanceClass='db.r6g.large')
    for number in range(23):  # more than two pages of ten
        aws('ssm').put_parameter(Name=f'/shop/prod/flags/flag-{number:02}', Type='String',
                                 Value=f'value {number}')
    aws('ssm').put_parameter(Name='/shop/prod/zones', Type='StringList', Value='a,b')
    aws('ssm').put_parameter(Name='/shop/prod/db/password', Type='SecureString', Value='hidden-7')
    aws('ssm').put_parameter(Name='/shop/prod/zones', Type='StringList', Value='a,b,c',
                             Overwrite=True)
    for name in ('web-5xx', 'api-cpu'):
        aws('cloudwatch').put_metric_alarm(
            AlarmName=name, Namespace='AWS/ECS', MetricName='CPUUtilization', Statistic='Average',
            Period=60, EvaluationPeriods=3, Threshold=70.0, ActionsEnabled=False,
            ComparisonOperator='GreaterThanThreshold', AlarmDescription=f'{name} is high')
    aws('cloudwatch').set_alarm_state(AlarmName='web-5xx', StateValue='ALARM',
                                      StateReason='three points above the threshold')
    api = aws('apigatewayv2').create_api(Name='shop-api', ProtocolType='HTTP')
    aws('apigatewayv2').create_integration(
        ApiId=api['ApiId'], IntegrationType='HTTP_PROXY', IntegrationMethod='ANY',
        IntegrationUri='https://api.internal.example.com', PayloadFormatVersion='1.0')


# ---- what boto3 reads ----------------------------------------------------------------------------
#
# An item that does not say whose it is carries the member of the request that does.

def read_edge(aws):
    pages = aws('cloudfront').get_paginator('list_distributions').paginate()
    distributions = [d for page in pages for d in page['DistributionList'].get('Items', [])]
    invalidations = []
    for distribution in distributions:
        for page in aws('cloudfront').get_paginator('list_invalidations').paginate(
                DistributionId=distribution['Id']):
            for item in page['InvalidationList'].get('Items', []):
                found = aws('cloudfront').get_invalidation(
                    DistributionId=distribution['Id'], Id=item['Id'])['Invalidation']
                invalidations.append({'DistributionId': distribution['Id'], **found})
    return {'distributions': distributions, 'invalidations': invalidations,
            'buckets': aws.all('s3', 'list_buckets', 'Buckets'),
            'apis': aws.all('apigatewayv2', 'get_apis', 'Items')}


def read_balancing(aws):
    balancers = aws.all('elbv2', 'describe_load_balancers', 'LoadBalancers')
    groups = aws.all('elbv2', 'describe_target_groups', 'TargetGroups')
    return {
        'load_balancers': balancers,
        'listeners': [item for balancer in balancers for item in aws.all(
            'elbv2', 'describe_listeners', 'Listeners',
            LoadBalancerArn=balancer['LoadBalancerArn'])],
        'target_groups': groups,
        'targets': [{'TargetGroupArn': group['TargetGroupArn'], **item}
                    for group in groups for item in aws.all(
                        'elbv2', 'describe_target_health', 'TargetHealthDescriptions',
                        TargetGroupArn=group['TargetGroupArn'])],
    }


def read_ecs(aws):
    clusters = aws.all('ecs', 'list_clusters', 'clusterArns')
    services, tasks = [], []
    for cluster in clusters:
        arns = aws.all('ecs', 'list_services', 'serviceArns', cluster=cluster)
        for at in range(0, len(arns), 10):
            services += aws('ecs').describe_services(
                cluster=cluster, services=arns[at:at + 10])['services']
        arns = [arn for status in ('RUNNING', 'STOPPED') for arn in aws.all(
            'ecs', 'list_tasks', 'taskArns', cluster=cluster, desiredStatus=status)]
        if arns:
            tasks += aws('ecs').describe_tasks(cluster=cluster, tasks=arns)['tasks']
    used = {item['taskDefinition'] for item in services}
    return {
        'clusters': aws('ecs').describe_clusters(clusters=clusters)['clusters'],
        'services': services,
        'tasks': tasks,
        'task_definitions': [aws('ecs').describe_task_definition(taskDefinition=arn)
                             ['taskDefinition'] for arn in sorted(used)],
    }


def read_data(aws):
    return {
        'db_instances': aws.all('rds', 'describe_db_instances', 'DBInstances'),
        'db_clusters': aws.all('rds', 'describe_db_clusters', 'DBClusters'),
        'parameters': aws.all('ssm', 'describe_parameters', 'Parameters'),
        'alarms': aws.all('cloudwatch', 'describe_alarms', 'MetricAlarms'),
    }


# How an item is known, and the members that must be printed wherever boto3 has them.
COLLECTIONS = {
    'distributions': ('Id', 'ARN Status DomainName LastModifiedTime Comment Enabled Origins/Items'
                            ' DefaultCacheBehavior/TargetOriginId'),
    'invalidations': ('Id', 'DistributionId Status CreateTime'),
    'load_balancers': ('LoadBalancerArn', 'LoadBalancerName DNSName Scheme State/Code Type VpcId'
                                          ' CreatedTime AvailabilityZones'),
    'listeners': ('ListenerArn', 'LoadBalancerArn Port Protocol DefaultActions'),
    'target_groups': ('TargetGroupArn', 'TargetGroupName Protocol Port VpcId HealthCheckPath'
                                        ' TargetType LoadBalancerArns Matcher/HttpCode'),
    'targets': ('Target/Id', 'TargetGroupArn Target/Port TargetHealth/State'),
    'clusters': ('clusterArn', 'clusterName status runningTasksCount'),
    'services': ('serviceArn', 'serviceName clusterArn status desiredCount runningCount'
                               ' taskDefinition deployments loadBalancers'),
    'tasks': ('taskArn', 'clusterArn lastStatus desiredStatus taskDefinitionArn'),
    'task_definitions': ('taskDefinitionArn', 'family revision cpu memory containerDefinitions'),
    'db_instances': ('DBInstanceArn', 'DBInstanceIdentifier DBInstanceStatus Engine EngineVersion'
                                      ' DBInstanceClass AllocatedStorage MultiAZ StorageEncrypted'
                                      ' IAMDatabaseAuthenticationEnabled Endpoint/Address'),
    'db_clusters': ('DBClusterArn', 'DBClusterIdentifier Status Engine EngineVersion'
                                    ' DBClusterMembers Endpoint StorageEncrypted'),
    'parameters': ('Name', 'Type Version LastModifiedDate'),
    'alarms': ('AlarmArn', 'AlarmName StateValue StateReason MetricName Namespace Threshold'),
    'buckets': ('Name', 'CreationDate'),
    'apis': ('ApiId', 'Name ProtocolType ApiEndpoint'),
}


# ---- comparing -----------------------------------------------------------------------------------

ABSENT = object()
MOVING = {'LatestRestorableTime'}  # moto makes it up anew for each answer
HIDDEN = re.compile(r'/environment\[\d+\]/value$')  # may be a secret


def at(item, path):
    for name in path.split('/'):
        if not isinstance(item, dict) or name not in item:
            return ABSENT
        item = item[name]
    return item


def seconds(value):
    """A time as boto3 (datetime) or the console (ISO 8601) has it, in whole seconds."""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value.replace('Z', '+00:00'))
    return int(value.timestamp())


def differences(ours, theirs, where):
    """Every member that the console prints must be what boto3 has, or hidden."""
    if HIDDEN.search(where):
        if ours != '\u2022' * 4:
            yield f'{where}: {ours!r} is not hidden'
    elif isinstance(theirs, datetime.datetime):
        try:
            if seconds(ours) != seconds(theirs):
                yield f'{where}: {ours}, boto3 has {theirs.isoformat()}'
        except (ValueError, AttributeError):
            yield f'{where}: {ours!r} is no time, boto3 has {theirs.isoformat()}'
    elif isinstance(ours, dict) and isinstance(theirs, dict):
        for name, value in ours.items():
            if name in MOVING:
                continue
            if name not in theirs:
                yield f'{where}/{name}: {value!r}, boto3 has no such member'
            else:
                yield from differences(value, theirs[name], f'{where}/{name}')
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            yield f'{where}: {len(ours)} of them, boto3 has {len(theirs)}'
        for number, (a, b) in enumerate(zip(ours, theirs)):
            yield from differences(a, b, f'{where}[{number}]')
    elif type(ours) is bool or type(theirs) is bool or isinstance(ours, str):
        if ours != theirs or type(ours) is not type(theirs):
            yield f'{where}: {ours!r}, boto3 has {theirs!r}'
    elif ours != theirs:
        yield f'{where}: {ours!r}, boto3 has {theirs!r}'


def compare(tap, name, collection, theirs):
    identity, wanted = COLLECTIONS[name]
    if not tap.ok(isinstance(collection, dict) and not collection.get('error'),
                  f'{name} was read', collection and collection.get('error')):
        return
    seconds(collection['fetched_at'])
    ours = {at(item, identity): item for item in collection['items']}
    theirs = {at(item, identity): item for item in theirs}
    tap.ok(theirs, f'{name}: boto3 has some')
    tap.equal(sorted(map(str, ours)), sorted(map(str, theirs)), f'{name}: the same ones')
    found, missing = [], []
    for key in set(ours) & set(theirs):
        found += differences(ours[key], theirs[key], f'{name} {key}')
        missing += [f'{name} {key}: no {path}' for path in wanted.split()
                    if at(theirs[key], path) not in (ABSENT, None, [], '')
                    and at(ours[key], path) is ABSENT]
    tap.ok(not found, f'{name}: every member is what boto3 has', '\n'.join(found))
    tap.ok(not missing, f'{name}: every member that matters is there', '\n'.join(missing))


def run_console(url):
    with tempfile.TemporaryDirectory() as home:
        environment = {'PATH': os.environ['PATH'], 'HOME': home, 'LC_ALL': 'C.UTF-8',
                       'AWS_ACCESS_KEY_ID': KEY_ID, 'AWS_SECRET_ACCESS_KEY': SECRET}
        for variable in ('ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS'):
            if variable in os.environ:
                environment[variable] = os.environ[variable]
        return subprocess.run(
            [program('cawsole', 'CAWSOLE'), '--once', '--json', '--region', REGION,
             '--endpoint-url', url],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120, check=False)


def main():
    tap = Tap()
    logging.getLogger('werkzeug').setLevel(logging.ERROR)
    program('cawsole', 'CAWSOLE')
    server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        aws = Reader(f'http://{host}:{port}')
        dns_name, groups, network = seed_balancing(aws)
        seed_edge(aws, dns_name)
        seed_ecs(aws, groups, network)
        seed_data(aws)
        done = run_console(aws.url)
        tap.ok(done.returncode in (0, 1, 2, 3), 'the console ends with one of its health statuses',
               f'{done.returncode}: {done.stderr[-2000:]}')
        document = json.loads(done.stdout)
        theirs = {**read_edge(aws), **read_balancing(aws), **read_ecs(aws), **read_data(aws)}
    finally:
        server.stop()
    tap.equal(document['account'], ACCOUNT, 'the account is the one that moto has')
    tap.equal(document['region'], REGION, 'the region is the one that was asked for')
    tap.equal(sorted(document['collections']), sorted(COLLECTIONS), 'all collections are there')
    tap.ok('hidden-7' not in done.stdout + done.stderr, 'no secret value is printed')
    tap.ok(document['requests']['total'] > 0, 'the requests were counted')
    for name in COLLECTIONS:
        compare(tap, name, document['collections'].get(name), theirs[name])
    tap.done()


main()
