"""The simulator's scenarios, watched from outside with botocore as an operator would. The
world goes on between two looks alone, so that none comes too late."""
import datetime

import botocore.exceptions

import harness


def main():
    tap = harness.Tap()
    for scenario in (bad_deploy, db_failover, edge_errors, throttled):
        name = scenario.__name__.replace('_', '-')
        with harness.Simulator('--seed', 3, '--speed', 0, '--scenario', name) as simulator:
            clients = harness.Clients(simulator.url)
            scenario(tap, simulator, clients)
            unique = sorted(set(clients.problems))
            tap.ok(not unique, '%s: every reply fits the service models' % name, '\n'.join(unique))
    tap.done()


# ---- bad-deploy ----------------------------------------------------------------------------------

def bad_deploy(tap, simulator, clients):
    """A revision that answers 502: its targets fail, the circuit breaker goes back."""
    ecs, elb = clients['ecs'], clients['elbv2']
    cluster = ecs.list_clusters()['clusterArns'][0]
    arns = ecs.list_services(cluster=cluster)['serviceArns']
    groups = [g['TargetGroupArn'] for g in elb.describe_target_groups()['TargetGroups']]
    seen = {'states': {}, 'reasons': set(), 'descriptions': set(), 'alarms': set()}
    begun = {}

    def watch():
        for service in ecs.describe_services(cluster=cluster, services=arns)['services']:
            begun.setdefault(service['serviceName'], service['taskDefinition'])
            for deployment in service['deployments']:
                known = seen['states'].setdefault(service['serviceName'], [])
                if deployment['rolloutState'] not in known:
                    known.append(deployment['rolloutState'])
        for group in groups:
            for target in elb.describe_target_health(
                    TargetGroupArn=group)['TargetHealthDescriptions']:
                if target['TargetHealth']['State'] == 'unhealthy':
                    seen['reasons'].add(target['TargetHealth']['Reason'])
                    seen['descriptions'].add(target['TargetHealth']['Description'])
        for alarm in clients['cloudwatch'].describe_alarms(StateValue='ALARM')['MetricAlarms']:
            seen['alarms'].add(alarm['AlarmName'])
        return any('FAILED' in states for states in seen['states'].values()) and all(
            len(s['deployments']) == 1 and s['deployments'][0]['rolloutState'] == 'COMPLETED'
            for s in ecs.describe_services(cluster=cluster, services=arns)['services'])

    tap.ok(simulator.until(watch, 1800), 'bad-deploy: fails and is rolled back', seen)
    tap.ok('Target.ResponseCodeMismatch' in seen['reasons'], 'bad-deploy: targets fail by status',
           seen)
    tap.ok(any('502' in d for d in seen['descriptions']), 'bad-deploy: which is 502', seen)
    tap.ok(seen['alarms'], 'bad-deploy: an alarm goes off', seen)
    after = ecs.describe_services(cluster=cluster, services=arns)['services']
    tap.equal({s['serviceName']: s['taskDefinition'] for s in after}, begun,
              'bad-deploy: at the end the revisions of the beginning run')
    tap.ok(any('rolling back' in e['message'] for s in after for e in s['events']),
           'bad-deploy: the service says that it rolls back')
    stopped = [t for s in after for t in ecs.list_tasks(
        cluster=cluster, desiredStatus='STOPPED', serviceName=s['serviceName'])['taskArns']]
    reasons = [t['stoppedReason'] for t in ecs.describe_tasks(
        cluster=cluster, tasks=stopped[:100])['tasks']] if stopped else []
    tap.ok(any('health check' in r for r in reasons), 'bad-deploy: tasks stop for failed checks',
           set(reasons))


# ---- db-failover ---------------------------------------------------------------------------------

def db_failover(tap, simulator, clients):
    rds = clients['rds']
    first = {i['DBInstanceIdentifier']: i for i in rds.describe_db_instances()['DBInstances']}
    single = next(n for n, i in first.items() if i['MultiAZ'] and 'DBClusterIdentifier' not in i)
    writers = [m['DBInstanceIdentifier'] for m in rds.describe_db_clusters()['DBClusters'][0][
        'DBClusterMembers'] if m['IsClusterWriter']]
    statuses, cluster_statuses = set(), set()

    def watch():
        now = {i['DBInstanceIdentifier']: i for i in rds.describe_db_instances()['DBInstances']}
        cluster = rds.describe_db_clusters()['DBClusters'][0]
        statuses.update(i['DBInstanceStatus'] for i in now.values())
        cluster_statuses.add(cluster['Status'])
        swapped = [m['DBInstanceIdentifier'] for m in cluster['DBClusterMembers']
                   if m['IsClusterWriter']] != writers
        return (swapped and cluster['Status'] == 'available' and
                all(i['DBInstanceStatus'] == 'available' for i in now.values()) and now)

    now = simulator.until(watch, 1200)
    tap.ok(now, 'db-failover: Aurora has another writer, and all is available again')
    tap.equal(statuses, {'available', 'rebooting'}, 'db-failover: instances were rebooting')
    tap.equal(cluster_statuses, {'available', 'failing-over'}, 'db-failover: the cluster failed over')
    if now:
        tap.equal((now[single]['AvailabilityZone'], now[single]['SecondaryAvailabilityZone']),
                  (first[single]['SecondaryAvailabilityZone'], first[single]['AvailabilityZone']),
                  'db-failover: the multi-AZ instance changed its zone')
    told = [e['Message'] for e in rds.describe_events(Duration=60)['Events']]
    for word in ('Multi-AZ instance failover started.', 'Multi-AZ instance failover completed',
                 'Started cross AZ failover', 'Completed failover to DB instance'):
        tap.ok(any(m.startswith(word) for m in told), 'db-failover: event: ' + word, told)


# ---- edge-errors ---------------------------------------------------------------------------------

def edge_errors(tap, simulator, clients):
    where = clients['cloudfront'].list_distributions()['DistributionList']['Items'][0]['Id']
    edge = harness.Clients(clients.url)
    edge.region = 'us-east-1'
    query = [{'Id': 'e', 'MetricStat': {'Period': 60, 'Stat': 'Maximum', 'Metric': {
        'Namespace': 'AWS/CloudFront', 'MetricName': '5xxErrorRate', 'Dimensions': [
            {'Name': 'DistributionId', 'Value': where}, {'Name': 'Region', 'Value': 'Global'}]}}}]

    def alarm():
        return [a for a in edge['cloudwatch'].describe_alarms(StateValue='ALARM')['MetricAlarms']
                if a['Namespace'] == 'AWS/CloudFront']
    tap.equal(alarm(), [], 'edge-errors: no alarm at first')
    found = simulator.until(alarm, 1200)
    tap.ok(found, 'edge-errors: the alarm of the edge goes off')
    for one in found or []:
        tap.ok(one['StateReason'].startswith('Threshold Crossed: ') and
               'greater than the threshold' in one['StateReason'], 'edge-errors: and says why',
               one['StateReason'])
    now = datetime.datetime.fromtimestamp(simulator.go_on(180), datetime.timezone.utc)
    window = {'StartTime': now - datetime.timedelta(minutes=9), 'EndTime': now}
    shares = edge['cloudwatch'].get_metric_data(MetricDataQueries=query, **window)[
        'MetricDataResults'][0]['Values']
    tap.ok(shares and shares[0] > 5, 'edge-errors: the share of errors is above 5 %', shares)
    elsewhere = clients['cloudwatch'].get_metric_data(MetricDataQueries=query, **window)
    tap.equal(elsewhere['MetricDataResults'][0]['Values'], [],
              "edge-errors: the stack's region knows nothing of it")


# ---- throttled -----------------------------------------------------------------------------------

def throttled(tap, _, clients):
    codes = set()
    answered = 0
    for _ in range(60):
        try:
            clients['ecs'].list_clusters()
            answered += 1
        except botocore.exceptions.ClientError as error:
            codes.add(error.response['Error']['Code'])
    tap.ok(answered, 'throttled: some requests are answered')
    tap.ok(codes and codes == {'ThrottlingException'},
           'throttled: others are told to slow down', codes)


if __name__ == '__main__':
    main()
