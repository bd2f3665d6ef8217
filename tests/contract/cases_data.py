"""Databases, parameters, secrets, metrics and alarms."""
import base64
import datetime
import unittest.mock

import botocore.model

import harness


def run(tap, clients):
    databases(tap, clients)
    database_events(tap, clients)
    parameters(tap, clients)
    parameter_filters(tap, clients)
    parameter_values(tap, clients)
    secrets(tap, clients)
    alarms(tap, clients)
    metrics(tap, clients)
    metric_protocols(tap, clients)


def refusals(tap, clients, service, cases):
    for operation, arguments, want in cases:
        code, message, problems = harness.refused(clients, service, operation, **arguments)
        tap.ok(code == want and message and not problems,
               '%s: %s %s is refused' % (service, operation, str(arguments)[:60]),
               (code, message, problems))


# ---- RDS -----------------------------------------------------------------------------------------

def databases(tap, clients):
    rds = clients['rds']
    instances = [i for page in harness.pages(rds, 'describe_db_instances')
                 for i in page['DBInstances']]
    clusters = [c for page in harness.pages(rds, 'describe_db_clusters')
                for c in page['DBClusters']]
    tap.ok(any(i['MultiAZ'] and i['IAMDatabaseAuthenticationEnabled'] and
               i['SecondaryAvailabilityZone'] != i['AvailabilityZone'] for i in instances),
           'rds: a multi-AZ instance with IAM authentication')
    aurora = clusters[0]
    tap.equal((aurora['Engine'], aurora['EngineVersion']), ('aurora-postgresql', '15.4'),
              'rds: Aurora PostgreSQL 15.4')
    tap.equal(sorted(m['IsClusterWriter'] for m in aurora['DBClusterMembers']), [False, True],
              'rds: a writer and a reader')
    tap.equal(aurora['ServerlessV2ScalingConfiguration'], {'MinCapacity': 1.0, 'MaxCapacity': 16.0},
              'rds: serverless between 1 and 16 units')
    one = rds.describe_db_instances(DBInstanceIdentifier=instances[0]['DBInstanceIdentifier'])
    tap.equal([i['DBInstanceArn'] for i in one['DBInstances']], [instances[0]['DBInstanceArn']],
              'rds: one instance by name')
    members = rds.describe_db_instances(Filters=[
        {'Name': 'db-cluster-id', 'Values': [aurora['DBClusterIdentifier']]}])
    tap.equal(len(members['DBInstances']), len(aurora['DBClusterMembers']),
              'rds: the members of a cluster by filter')
    tap.equal(rds.describe_db_clusters(
        Filters=[{'Name': 'engine', 'Values': ['docdb']}])['DBClusters'], [],
              'rds: no cluster of another engine')
    refusals(tap, clients, 'rds', (
        ('describe_db_instances', {'DBInstanceIdentifier': 'none'}, 'DBInstanceNotFound'),
        ('describe_db_clusters', {'DBClusterIdentifier': 'none'}, 'DBClusterNotFoundFault'),
        ('describe_db_instances', {'MaxRecords': 19}, 'InvalidParameterValue'),
        ('describe_db_instances', {'MaxRecords': 101}, 'InvalidParameterValue'),
        ('describe_db_instances', {'Marker': 'x'}, 'InvalidParameterValue'),
        ('describe_db_instances', {'Filters': [{'Name': 'color', 'Values': ['red']}]},
         'InvalidParameterValue')))


def database_events(tap, clients):
    rds = clients['rds']
    now = datetime.datetime.now(datetime.timezone.utc)
    day = [e for page in harness.pages(rds, 'describe_events', Duration=20160)
           for e in page['Events']]
    tap.ok(day, 'rds: there are events of two weeks')
    dates = [e['Date'] for e in day]
    tap.equal(dates, sorted(dates), 'rds: events come oldest first')
    last = day[-1]
    some = rds.describe_events(SourceType=last['SourceType'],
                               SourceIdentifier=last['SourceIdentifier'], Duration=20160)['Events']
    tap.ok(some and all(e['SourceIdentifier'] == last['SourceIdentifier'] for e in some),
           'rds: events of one source')
    after = rds.describe_events(StartTime=last['Date'] + datetime.timedelta(seconds=1),
                                EndTime=now + datetime.timedelta(days=1))['Events']
    tap.equal(after, [], 'rds: no events after the last')
    if last['EventCategories']:
        same = rds.describe_events(EventCategories=last['EventCategories'], Duration=20160)
        tap.ok(last in same['Events'], 'rds: events by category')
    refusals(tap, clients, 'rds', (
        ('describe_events', {'SourceIdentifier': 'x'}, 'InvalidParameterCombination'),
        ('describe_events', {'SourceType': 'teapot'}, 'InvalidParameterValue'),
        ('describe_events', {'StartTime': now, 'EndTime': now - datetime.timedelta(hours=1)},
         'InvalidParameterCombination'),
        ('describe_events', {'StartTime': now - datetime.timedelta(days=15)},
         'InvalidParameterValue'),
        ('describe_events', {'Duration': 20161}, 'InvalidParameterValue')))


# ---- SSM -----------------------------------------------------------------------------------------

def parameters(tap, clients):
    ssm = clients['ssm']
    listed = harness.pages(ssm, 'describe_parameters', page_size=50)
    every = [p for page in listed for p in page['Parameters']]
    tap.equal(len(every), 120, 'ssm: as many parameters as asked for')
    tap.equal([len(page['Parameters']) for page in listed], [50, 50, 20], 'ssm: 50 a page')
    tap.equal(len({p['Name'] for p in every}), 120, 'ssm: none twice')
    tap.equal({p['Type'] for p in every}, {'String', 'StringList', 'SecureString'},
              'ssm: every type')
    tap.ok(all(('KeyId' in p) == (p['Type'] == 'SecureString') for p in every),
           'ssm: keys stand on secure ones alone')
    refusals(tap, clients, 'ssm', (
        ('describe_parameters', {'MaxResults': 51}, 'ValidationException'),
        ('describe_parameters', {'MaxResults': 0}, 'ValidationException'),
        ('describe_parameters', {'NextToken': 'x'}, 'InvalidNextToken'),
        ('get_parameters_by_path', {'Path': '/', 'MaxResults': 11}, 'ValidationException'),
        ('get_parameters_by_path', {'Path': 'shop'}, 'ValidationException'),
        ('get_parameters', {'Names': ['/n%d' % i for i in range(11)]}, 'ValidationException'),
        ('get_parameters', {'Names': []}, 'ValidationException'),
        ('get_parameters', {'Names': ['/a', '/a']}, 'ValidationException'),
        ('get_parameter_history', {'Name': '/none'}, 'ParameterNotFound')))
    token = ssm.describe_parameters(MaxResults=10)['NextToken']
    refusals(tap, clients, 'ssm', (
        ('describe_parameters', {'MaxResults': 20, 'NextToken': token}, 'InvalidNextToken'),))


def named(client, *filters):
    found = harness.pages(client, 'describe_parameters', page_size=10, ParameterFilters=[
        {'Key': key, 'Option': option, 'Values': values} for key, option, values in filters])
    return {p['Name'] for page in found for p in page['Parameters']}


def parameter_filters(tap, clients):
    ssm = clients['ssm']
    every = [p for page in harness.pages(ssm, 'describe_parameters', page_size=50)
             for p in page['Parameters']]
    names = {p['Name'] for p in every}
    path = '/' + sorted(names)[0].split('/')[1]
    below = {n for n in names if n.startswith(path + '/')}
    tap.equal(named(ssm, ('Path', 'Recursive', [path])), below, 'ssm: below a path')
    tap.equal(named(ssm, ('Path', 'OneLevel', [path])),
              {n for n in below if n.count('/') == path.count('/') + 1}, 'ssm: one level below')
    for kind in ('String', 'StringList', 'SecureString'):
        tap.equal(named(ssm, ('Type', 'Equals', [kind])),
                  {p['Name'] for p in every if p['Type'] == kind}, 'ssm: by type ' + kind)
    word = sorted(names)[-1][3:9]
    tap.equal(named(ssm, ('Name', 'Contains', [word])), {n for n in names if word in n},
              'ssm: by a part of the name')
    tap.equal(named(ssm, ('Name', 'BeginsWith', [path]), ('Type', 'Equals', ['StringList'])),
              {p['Name'] for p in every if p['Name'].startswith(path) and
               p['Type'] == 'StringList'}, 'ssm: two filters narrow each other')
    refusals(tap, clients, 'ssm', [
        ('describe_parameters', {'ParameterFilters': [filter_]}, want) for filter_, want in (
            ({'Key': 'Color', 'Values': ['red']}, 'ValidationException'),
            ({'Key': 'Label', 'Values': ['a']}, 'InvalidFilterKey'),
            ({'Key': 'Name', 'Option': 'Sounds', 'Values': ['a']}, 'InvalidFilterOption'),
            ({'Key': 'Type', 'Values': ['Text']}, 'InvalidFilterOption'),
            ({'Key': 'Name'}, 'InvalidFilterValue'),
            ({'Key': 'Path', 'Values': ['no-slash']}, 'ValidationException'))])
    refusals(tap, clients, 'ssm', (
        ('get_parameters_by_path',
         {'Path': path, 'ParameterFilters': [{'Key': 'Name', 'Values': ['a']}]},
         'InvalidFilterKey'),
        ('describe_parameters', {'ParameterFilters': [{'Key': 'Name', 'Values': ['a']}] * 2},
         'InvalidFilterKey')))


def parameter_values(tap, clients):
    ssm = clients['ssm']
    described = [p for page in harness.pages(ssm, 'describe_parameters', page_size=50)
                 for p in page['Parameters']]
    by_path = [p for page in harness.pages(ssm, 'get_parameters_by_path', Path='/', Recursive=True)
               for p in page['Parameters']]
    tap.equal([p['Name'] for p in by_path], [p['Name'] for p in described],
              'ssm: all values by path')
    secure = [p['Name'] for p in described if p['Type'] == 'SecureString'][:5]
    hidden = ssm.get_parameters(Names=secure)['Parameters']
    shown = ssm.get_parameters(Names=secure, WithDecryption=True)['Parameters']
    tap.ok(all(len(base64.b64decode(p['Value'], validate=True)) > 100 for p in hidden),
           'ssm: undecrypted values are ciphertext')
    tap.ok(all(a['Value'] != b['Value'] and len(b['Value']) < 100 for a, b in zip(hidden, shown)),
           'ssm: decrypted values are plain', [p['Value'] for p in shown])
    several = next((p for p in described if p['Version'] > 1), None)
    tap.ok(several, 'ssm: a parameter has several versions')
    name = several['Name']
    history = [v for page in harness.pages(ssm, 'get_parameter_history', Name=name, page_size=1)
               for v in page['Parameters']]
    tap.equal([v['Version'] for v in history], sorted(v['Version'] for v in history),
              'ssm: versions come oldest first')
    tap.equal(history[-1]['Version'], several['Version'], 'ssm: the last version is the present one')
    old = history[0]['Version']
    got = ssm.get_parameters(Names=['%s:%d' % (name, old), name, several['ARN'], '/none',
                                    name + ':999'])
    tap.equal([(p['Version'], p.get('Selector')) for p in got['Parameters']],
              [(old, ':%d' % old), (several['Version'], None), (several['Version'], None)],
              'ssm: by version, by name and by ARN')
    tap.equal(sorted(got['InvalidParameters']), sorted(['/none', name + ':999']),
              'ssm: what is not there is listed')
    labels = [(p['Name'], label) for p in described for page in
              harness.pages(ssm, 'get_parameter_history', Name=p['Name'])
              for v in page['Parameters'] for label in v['Labels'] if p['Version'] > 1][:1]
    tap.ok(labels, 'ssm: a version carries a label')
    for label_of, label in labels:
        got = ssm.get_parameters(Names=['%s:%s' % (label_of, label)])['Parameters']
        tap.equal([p['Selector'] for p in got], [':' + label], 'ssm: by label')


# ---- Secrets Manager -----------------------------------------------------------------------------

def secrets(tap, clients):
    manager = clients['secretsmanager']
    found = [s for page in harness.pages(manager, 'list_secrets') for s in page['SecretList']]
    names = [s['Name'] for s in found]
    tap.ok(found and all(s['ARN'].split(':')[6].startswith(s['Name']) for s in found),
           'secretsmanager: secrets, whose ARNs hold their names')
    one = [s['Name'] for page in harness.pages(manager, 'list_secrets', page_size=1)
           for s in page['SecretList']]
    tap.equal(one, names, 'secretsmanager: one a page gives the same')
    some = manager.list_secrets(Filters=[{'Key': 'name', 'Values': [names[0]]}])['SecretList']
    tap.ok(names[0] in [s['Name'] for s in some], 'secretsmanager: by name')
    others = manager.list_secrets(Filters=[{'Key': 'name', 'Values': ['!' + names[0]]}])
    tap.ok(names[0] not in [s['Name'] for s in others['SecretList']], 'secretsmanager: all but one')
    by_name = manager.list_secrets(SortBy='name', SortOrder='asc')['SecretList']
    tap.equal([s['Name'] for s in by_name], sorted(names), 'secretsmanager: sorted by name')
    refusals(tap, clients, 'secretsmanager', (
        ('list_secrets', {'MaxResults': 101}, 'ValidationException'),
        ('list_secrets', {'NextToken': 'x'}, 'InvalidNextTokenException'),
        ('list_secrets', {'Filters': [{'Key': 'color', 'Values': ['x']}]}, 'ValidationException'),
        ('list_secrets', {'SortOrder': 'sideways'}, 'ValidationException')))


# ---- CloudWatch ----------------------------------------------------------------------------------

def alarms(tap, clients):
    cloudwatch = clients['cloudwatch']
    found = [a for page in harness.pages(cloudwatch, 'describe_alarms', page_size=2)
             for a in page['MetricAlarms']]
    tap.ok(found, 'cloudwatch: there are alarms')
    tap.ok(all(a['StateValue'] == 'OK' and a['StateReason'] for a in found),
           'cloudwatch: on a steady stack all are OK, and say why',
           [(a['AlarmName'], a['StateValue'], a['StateReason']) for a in found])
    name = found[0]['AlarmName']
    one = cloudwatch.describe_alarms(AlarmNames=[name])['MetricAlarms']
    tap.equal([a['AlarmName'] for a in one], [name], 'cloudwatch: one alarm by name')
    tap.equal(cloudwatch.describe_alarms(StateValue='ALARM')['MetricAlarms'], [],
              'cloudwatch: by state')
    tap.equal(cloudwatch.describe_alarms(AlarmTypes=['CompositeAlarm'])['MetricAlarms'], [],
              'cloudwatch: composite ones alone')
    some = cloudwatch.describe_alarms(AlarmNamePrefix=name[:-1])['MetricAlarms']
    tap.ok(name in [a['AlarmName'] for a in some], 'cloudwatch: by prefix')
    refusals(tap, clients, 'cloudwatch', (
        ('describe_alarms', {'MaxRecords': 101}, 'InvalidParameterValue'),
        ('describe_alarms', {'NextToken': 'x'}, 'InvalidNextToken'),
        ('describe_alarms', {'StateValue': 'SAD'}, 'InvalidParameterValue'),
        ('describe_alarms', {'AlarmNames': [name], 'AlarmNamePrefix': 'x'}, 'ValidationError')))


def query(number, namespace, metric, stat='Average', period=60, **dimensions):
    return {'Id': 'm%d' % number, 'MetricStat': {
        'Metric': {'Namespace': namespace, 'MetricName': metric,
                   'Dimensions': [{'Name': k, 'Value': v} for k, v in dimensions.items()]},
        'Period': period, 'Stat': stat}}


def stack_queries(clients):
    """A query of each kind of thing, by what the other services tell."""
    cluster = clients['ecs'].list_clusters()['clusterArns'][0].split('/')[-1]
    service = clients['ecs'].list_services(cluster=cluster)['serviceArns'][0].split('/')[-1]
    balancer = clients['elbv2'].describe_load_balancers()['LoadBalancers'][0]['LoadBalancerArn']
    group = clients['elbv2'].describe_target_groups(LoadBalancerArn=balancer)['TargetGroups'][0]
    database = clients['rds'].describe_db_instances()['DBInstances'][0]['DBInstanceIdentifier']
    api = clients['apigatewayv2'].get_apis()['Items'][0]['ApiId']
    balancer = balancer.split(':loadbalancer/')[1]
    return [
        query(0, 'AWS/ECS', 'CPUUtilization', ClusterName=cluster, ServiceName=service),
        query(1, 'AWS/ECS', 'MemoryUtilization', 'Maximum', ServiceName=service,
              ClusterName=cluster),
        query(2, 'AWS/ApplicationELB', 'RequestCount', 'Sum', LoadBalancer=balancer),
        query(3, 'AWS/ApplicationELB', 'TargetResponseTime', 'p95', LoadBalancer=balancer),
        query(4, 'AWS/ApplicationELB', 'HealthyHostCount', 'Minimum', LoadBalancer=balancer,
              TargetGroup=group['TargetGroupArn'].split(':')[-1]),
        query(5, 'AWS/RDS', 'DatabaseConnections', DBInstanceIdentifier=database),
        query(6, 'AWS/ApiGateway', 'Count', 'Sum', ApiId=api),
    ]


def metrics(tap, clients):
    cloudwatch = clients['cloudwatch']
    now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    window = {'StartTime': now - datetime.timedelta(minutes=60), 'EndTime': now}
    queries = stack_queries(clients)
    got = cloudwatch.get_metric_data(MetricDataQueries=queries, **window)
    series = {r['Id']: r for r in got['MetricDataResults']}
    tap.equal({i: (len(r['Values']), r['StatusCode']) for i, r in series.items()},
              {q['Id']: (60, 'Complete') for q in queries}, 'cloudwatch: an hour of every kind')
    tap.ok(all(r['Timestamps'] == sorted(r['Timestamps'], reverse=True) and
               all(t.second == 0 for t in r['Timestamps']) for r in series.values()),
           'cloudwatch: the newest first, on the minute')
    rising = cloudwatch.get_metric_data(MetricDataQueries=queries[:1], ScanBy='TimestampAscending',
                                        **window)['MetricDataResults'][0]
    tap.equal(rising['Values'], series['m0']['Values'][::-1],
              'cloudwatch: the oldest first gives the same values')
    few = harness.pages(cloudwatch, 'get_metric_data', MetricDataQueries=queries,
                        MaxDatapoints=100, **window)
    tap.ok(len(few) == 5 and all(sum(len(r['Values']) for r in page['MetricDataResults']) <= 100
                                 for page in few), 'cloudwatch: pages of 100 points', len(few))
    joined = {}
    for page in few:
        for r in page['MetricDataResults']:
            joined.setdefault(r['Id'], []).extend(r['Values'])
    tap.equal(joined, {i: r['Values'] for i, r in series.items()},
              'cloudwatch: pages put together give the same values')
    nothing = [query(0, 'AWS/ECS', 'CPUUtilization', ServiceName='web'),
               query(1, 'AWS/ECS', 'Misspelled', ClusterName='x'),
               query(2, 'AWS/CloudFront', 'Requests', DistributionId='E1', Region='Global')]
    got = cloudwatch.get_metric_data(MetricDataQueries=nothing, **window)['MetricDataResults']
    tap.equal([(r['Values'], r['StatusCode']) for r in got], [([], 'Complete')] * 3,
              'cloudwatch: what is not published has no points, and is no error')
    math(tap, cloudwatch, queries, window, series)
    refusals(tap, clients, 'cloudwatch', [
        ('get_metric_data', {**window, 'MetricDataQueries': bad, **more}, want)
        for bad, more, want in (
            ([], {}, 'ValidationError'),
            ([{**queries[0], 'Id': 'M'}], {}, 'ValidationError'),
            ([queries[0], queries[0]], {}, 'ValidationError'),
            ([queries[0], {'Id': 'e', 'Expression': 'm0 + '}], {}, 'ValidationError'),
            ([queries[0], {'Id': 'e', 'Expression': 'm0 * m9'}], {}, 'ValidationError'),
            ([queries[0], {'Id': 'e', 'Expression': '(e + m0)'}], {}, 'ValidationError'),
            ([{**queries[0], 'Expression': '1'}], {}, 'ValidationError'),
            ([{**queries[0], 'Id': 'm%d' % i} for i in range(501)], {}, 'ValidationError'),
            ([query(0, 'AWS/ECS', 'CPUUtilization', period=7)], {}, 'ValidationError'),
            ([query(0, 'AWS/ECS', 'CPUUtilization', stat='Mean')], {}, 'ValidationError'),
            (queries[:1], {'EndTime': window['StartTime']}, 'ValidationError'),
            (queries[:1], {'MaxDatapoints': 100801}, 'InvalidParameterValue'),
            (queries[:1], {'NextToken': 'x'}, 'InvalidNextToken'))])


def math(tap, cloudwatch, queries, window, series):
    """Arithmetic is computed; a function fails its own result alone."""
    asked = [{**queries[0], 'ReturnData': False}, {**queries[1], 'ReturnData': False},
             {'Id': 'ratio', 'Expression': '100 * (m0 - half) / (m0 + m1)', 'Label': 'share'},
             {'Id': 'half', 'Expression': 'm0 / 2'},
             {'Id': 'total', 'Expression': 'SUM([m0, m1])'}]
    got = cloudwatch.get_metric_data(MetricDataQueries=asked, **window)['MetricDataResults']
    tap.equal([(r['Id'], r['Label'], r['StatusCode'], len(r['Values'])) for r in got],
              [('ratio', 'share', 'Complete', 60), ('half', 'half', 'Complete', 60),
               ('total', 'total', 'InternalError', 0)], 'cloudwatch: expressions and their states')
    a, b = series['m0'], series['m1']
    tap.ok(got[0]['Timestamps'] == a['Timestamps'] and all(
        abs(r - 100 * (x - x / 2) / (x + y)) < 1e-9
        for r, x, y in zip(got[0]['Values'], a['Values'], b['Values'])),
           'cloudwatch: an expression is computed point by point')


def points_of(answer):
    """What an answer says, as far as a decimal text can say it of a double."""
    return [(r['Id'], r['Timestamps'], ['%.12g' % v for v in r['Values']])
            for r in answer['MetricDataResults']]


def metric_protocols(tap, clients):
    """What other SDKs speak with CloudWatch: query, and CBOR, beside JSON."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    queries = stack_queries(clients)
    window = {'StartTime': now - datetime.timedelta(minutes=9), 'EndTime': now}
    want = clients['cloudwatch'].get_metric_data(MetricDataQueries=queries, **window)
    names = clients['cloudwatch'].describe_alarms()['MetricAlarms']
    for protocol in ('query', 'smithy-rpc-v2-cbor'):
        with unittest.mock.patch.object(botocore.model.ServiceModel, 'resolved_protocol', protocol):
            other = harness.Clients(clients.url)
            got = other['cloudwatch'].get_metric_data(MetricDataQueries=queries, **window)
            tap.equal(points_of(got), points_of(want), 'cloudwatch: the same points by ' + protocol)
            alarms_there = other['cloudwatch'].describe_alarms()['MetricAlarms']
            tap.equal([a['AlarmName'] for a in alarms_there], [a['AlarmName'] for a in names],
                      'cloudwatch: the same alarms by ' + protocol)
            clients.problems += other.problems
