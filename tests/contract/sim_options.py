"""What the simulator's options promise: growth, TLS, credentials, latency, the same story again."""
import os
import subprocess
import tempfile
import time

import botocore.exceptions

import harness


def main():
    tap = harness.Tap()
    grown(tap, 200, 500)
    grown(tap, 2000, 30)
    tls(tap)
    credentials(tap)
    latency(tap)
    seeds(tap)
    regions(tap)
    usage(tap)
    tap.done()


def every(client, operation, key, **arguments):
    return [item for page in harness.pages(client, operation, **arguments) for item in page[key]]


def grown(tap, tasks, parameters):
    """N tasks in N/10 services, N/4 targets in N/20 groups, of which there are 50 at most."""
    with harness.Simulator('--tasks', tasks, '--parameters', parameters) as simulator:
        clients = harness.Clients(simulator.url)
        ecs, elb = clients['ecs'], clients['elbv2']
        cluster = ecs.list_clusters()['clusterArns'][0]
        groups = every(elb, 'describe_target_groups', 'TargetGroups')
        targets = [t for g in groups for t in elb.describe_target_health(
            TargetGroupArn=g['TargetGroupArn'])['TargetHealthDescriptions']]
        have = (len(every(ecs, 'list_tasks', 'taskArns', cluster=cluster)),
                len(every(ecs, 'list_services', 'serviceArns', cluster=cluster)),
                len(targets), len(groups),
                len(every(clients['ssm'], 'describe_parameters', 'Parameters', page_size=50)))
        tap.equal(have, (tasks, tasks // 10, tasks // 4, min(tasks // 20, 50), parameters),
                  '--tasks %d: tasks, services, targets, groups, parameters' % tasks)
        tap.ok(not clients.problems, '--tasks %d: replies fit the models' % tasks, clients.problems)


def tls(tap):
    with tempfile.TemporaryDirectory() as folder:
        trust = os.path.join(folder, 'ca.pem')
        with harness.Simulator('--tls', '--ca-out', trust) as simulator:
            tap.ok(simulator.url.startswith('https://'), '--tls: says so')
            good = harness.Clients(simulator.url, trust=trust)
            tap.ok(good['sts'].get_caller_identity()['Account'], '--tls: whom it trusts may ask')
            try:
                harness.Clients(simulator.url)['sts'].get_caller_identity()
                tap.ok(False, '--tls: nobody else trusts it')
            except botocore.exceptions.SSLError:
                tap.ok(True, '--tls: nobody else trusts it')


def credentials(tap):
    with harness.Simulator('--credentials', 'AKIAEXAMPLE:a/secret+with:colons') as simulator:
        good = harness.Clients(simulator.url, key_id='AKIAEXAMPLE', secret='a/secret+with:colons')
        tap.ok(good['sts'].get_caller_identity()['Account'], '--credentials: the pair is accepted')
        code, _, _ = harness.refused(harness.Clients(simulator.url), 'sts', 'get_caller_identity')
        tap.equal(code, 'InvalidClientTokenId', '--credentials: the usual pair is not')


def latency(tap):
    with harness.Simulator('--latency', 150) as simulator:
        clients = harness.Clients(simulator.url)
        clients['sts'].get_caller_identity()
        begun = time.monotonic()
        clients['sts'].get_caller_identity()
        took = time.monotonic() - begun
        tap.ok(0.15 <= took < 1, '--latency: an answer takes so long', took)


def story(seed):
    """Ids and values that are made up, as one simulator tells them."""
    with harness.Simulator('--seed', seed) as simulator:
        clients = harness.Clients(simulator.url)
        cluster = clients['ecs'].list_clusters()['clusterArns'][0]
        return (clients['ecs'].list_tasks(cluster=cluster)['taskArns'],
                [b['LoadBalancerArn'] for b in
                 clients['elbv2'].describe_load_balancers()['LoadBalancers']],
                [p['Value'] for p in
                 clients['ssm'].get_parameters_by_path(Path='/', Recursive=True)['Parameters']])


def seeds(tap):
    first = story(5)
    tap.equal(story(5), first, '--seed: the same seed tells the same story')
    tap.ok(story(6) != first, '--seed: another seed tells another')


def regions(tap):
    with harness.Simulator() as simulator:
        elsewhere = harness.Clients(simulator.url)
        elsewhere.region = 'ap-south-1'
        tap.equal((elsewhere['ecs'].list_clusters()['clusterArns'],
                   elsewhere['rds'].describe_db_instances()['DBInstances'],
                   elsewhere['ssm'].describe_parameters()['Parameters'],
                   elsewhere['apigatewayv2'].get_apis()['Items']), ([], [], [], []),
                  'another region is empty')
        tap.ok(elsewhere['s3'].list_buckets()['Buckets'], 'buckets are listed from everywhere')
        tap.ok(not elsewhere.problems, 'empty replies fit the models', elsewhere.problems)


def usage(tap):
    path = harness.program('cawsole-sim', 'CAWSOLE_SIM')
    for arguments in (['--speed', '-1'], ['--port', '70000'], ['--scenario', 'none'], ['extra'],
                      ['--credentials', 'half'], ['--stack', '/nowhere'], ['--tasks', '-1'],
                      ['--ca-out', '/nowhere/ca.pem']):
        done = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=10)
        tap.ok(done.returncode in (1, 64) and done.stderr.startswith('cawsole-sim: ') and
               not done.stdout, 'refused with a word: %s' % ' '.join(arguments),
               (done.returncode, done.stderr))


if __name__ == '__main__':
    main()
