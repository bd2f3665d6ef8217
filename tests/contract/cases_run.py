"""Load balancers, ECS and its autoscaling; the writes are followed until the service is steady."""
import harness

PATIENCE = 1800  # seconds of the simulator's, for what takes minutes


def run(tap, clients):
    balancers(tap, clients)
    lists(tap, clients)
    tasks(tap, clients)
    definitions(tap, clients)
    autoscaling(tap, clients)
    updates_refused(tap, clients)
    scale(tap, clients)
    redeploy(tap, clients)
    change_definition(tap, clients)


def refusals(tap, clients, service, cases):
    for operation, arguments, want in cases:
        code, message, problems = harness.refused(clients, service, operation, **arguments)
        tap.ok(code == want and message and not problems,
               '%s: %s %s is refused' % (service, operation, str(arguments)[:60]),
               (code, message, problems))


# ---- load balancers ------------------------------------------------------------------------------

def balancers(tap, clients):
    elb = clients['elbv2']
    found = [b for page in harness.pages(elb, 'describe_load_balancers')
             for b in page['LoadBalancers']]
    paged = [b for page in harness.pages(elb, 'describe_load_balancers', page_size=1)
             for b in page['LoadBalancers']]
    tap.ok(found and paged == found, 'elbv2: load balancers, one a page too')
    one = elb.describe_load_balancers(Names=[found[0]['LoadBalancerName']])['LoadBalancers']
    tap.equal([b['LoadBalancerArn'] for b in one], [found[0]['LoadBalancerArn']], 'elbv2: by name')
    listeners = [x for b in found for page in harness.pages(
        elb, 'describe_listeners', LoadBalancerArn=b['LoadBalancerArn'])
                 for x in page['Listeners']]
    tap.ok(listeners, 'elbv2: listeners')
    rules = [r for x in listeners for page in harness.pages(
        elb, 'describe_rules', ListenerArn=x['ListenerArn']) for r in page['Rules']]
    tap.equal(sum(r['IsDefault'] for r in rules), len(listeners),
              'elbv2: each listener has one default rule')
    groups = [g for page in harness.pages(elb, 'describe_target_groups')
              for g in page['TargetGroups']]
    used = {t['TargetGroupArn'] for r in rules for a in r['Actions']
            for t in a.get('ForwardConfig', {}).get('TargetGroups', [])}
    known = {g['TargetGroupArn'] for g in groups}
    tap.ok(used and used <= known, 'elbv2: rules lead to groups that are there', used - known)
    health = {g['TargetGroupName']: [t['TargetHealth']['State'] for t in elb.describe_target_health(
        TargetGroupArn=g['TargetGroupArn'])['TargetHealthDescriptions']] for g in groups}
    tap.ok(any('healthy' in states for states in health.values()), 'elbv2: targets are healthy',
           health)
    arn = found[0]['LoadBalancerArn']
    group = groups[0]['TargetGroupArn']
    refusals(tap, clients, 'elbv2', (
        ('describe_load_balancers', {'LoadBalancerArns': [arn[:-4] + 'none']},
         'LoadBalancerNotFound'),
        ('describe_load_balancers', {'Names': ['none']}, 'LoadBalancerNotFound'),
        ('describe_load_balancers', {'PageSize': 401}, 'ValidationError'),
        ('describe_load_balancers', {'Marker': 'x'}, 'ValidationError'),
        ('describe_listeners', {'LoadBalancerArn': arn[:-4] + 'none'}, 'LoadBalancerNotFound'),
        ('describe_listeners', {}, 'ValidationError'),
        ('describe_rules', {'ListenerArn': listeners[0]['ListenerArn'][:-4] + 'none'},
         'ListenerNotFound'),
        ('describe_target_groups', {'Names': ['none']}, 'TargetGroupNotFound'),
        ('describe_target_health', {'TargetGroupArn': group[:-4] + 'none'},
         'TargetGroupNotFound')))


# ---- ECS -----------------------------------------------------------------------------------------

def the_cluster(clients):
    return clients['ecs'].list_clusters()['clusterArns'][0]


def service_named(clients, word):
    ecs, cluster = clients['ecs'], the_cluster(clients)
    arns = [a for page in harness.pages(ecs, 'list_services', cluster=cluster)
            for a in page['serviceArns']]
    return next(a for a in arns if word in a.split('/')[-1])


def describe(clients, arn):
    return clients['ecs'].describe_services(cluster=the_cluster(clients), services=[arn],
                                            include=['TAGS'])['services'][0]


def lists(tap, clients):
    ecs, cluster = clients['ecs'], the_cluster(clients)
    one = ecs.describe_clusters(clusters=[cluster], include=[
        'ATTACHMENTS', 'CONFIGURATIONS', 'SETTINGS', 'STATISTICS', 'TAGS'])['clusters'][0]
    tap.equal(one['status'], 'ACTIVE', 'ecs: the cluster is active')
    arns = [a for page in harness.pages(ecs, 'list_services', cluster=cluster)
            for a in page['serviceArns']]
    few = [a for page in harness.pages(ecs, 'list_services', cluster=cluster, page_size=1)
           for a in page['serviceArns']]
    tap.equal(few, arns, 'ecs: services one a page')
    tap.equal(one['activeServicesCount'], len(arns), 'ecs: the cluster counts its services')
    got = ecs.describe_services(cluster=cluster, services=arns[:9] + [arns[0] + 'none'])
    tap.equal([f['reason'] for f in got['failures']], ['MISSING'],
              'ecs: an unknown service is a failure in a good answer')
    services = got['services']
    tap.equal(sum(s['runningCount'] for s in services), one['runningTasksCount'],
              'ecs: running tasks add up')
    tap.ok(all(s['events'] and s['deployments'][0]['rolloutState'] == 'COMPLETED'
               for s in services), 'ecs: services have events and a completed deployment')
    lost = ecs.describe_clusters(clusters=['none'])
    tap.equal([f['reason'] for f in lost['failures']], ['MISSING'], 'ecs: an unknown cluster too')
    refusals(tap, clients, 'ecs', (
        ('list_services', {'cluster': 'none'}, 'ClusterNotFoundException'),
        ('list_services', {'cluster': cluster, 'maxResults': 101}, 'InvalidParameterException'),
        ('list_services', {'cluster': cluster, 'nextToken': 'x'}, 'InvalidParameterException'),
        ('list_clusters', {'maxResults': 101}, 'InvalidParameterException'),
        ('describe_services', {'cluster': cluster, 'services': ['s%d' % i for i in range(11)]},
         'InvalidParameterException'),
        ('describe_services', {'cluster': cluster, 'services': []}, 'InvalidParameterException'),
        ('describe_services', {'cluster': 'none', 'services': ['web']},
         'ClusterNotFoundException')))


def tasks(tap, clients):
    ecs, cluster = clients['ecs'], the_cluster(clients)
    arns = [a for page in harness.pages(ecs, 'list_tasks', cluster=cluster)
            for a in page['taskArns']]
    few = [a for page in harness.pages(ecs, 'list_tasks', cluster=cluster, page_size=1)
           for a in page['taskArns']]
    tap.equal(few, arns, 'ecs: tasks one a page')
    got = ecs.describe_tasks(cluster=cluster, tasks=arns[:100], include=['TAGS'])['tasks']
    tap.ok(got and all(t['lastStatus'] == 'RUNNING' and t['healthStatus'] == 'HEALTHY' and
                       t['containers'] and t['availabilityZone'] for t in got),
           'ecs: tasks run and are healthy')
    web = service_named(clients, 'web').split('/')[-1]
    of_web = ecs.list_tasks(cluster=cluster, serviceName=web)['taskArns']
    tap.equal({t['taskArn'] for t in got if t['group'] == 'service:' + web}, set(of_web),
              'ecs: tasks by service')
    ecs.list_tasks(cluster=cluster, desiredStatus='STOPPED')
    lost = ecs.describe_tasks(cluster=cluster, tasks=[arns[0][:-4] + '0000'])
    tap.equal([f['reason'] for f in lost['failures']], ['MISSING'],
              'ecs: an unknown task is a failure in a good answer')
    refusals(tap, clients, 'ecs', (
        ('list_tasks', {'cluster': 'none'}, 'ClusterNotFoundException'),
        ('list_tasks', {'cluster': cluster, 'maxResults': 0}, 'InvalidParameterException'),
        ('list_tasks', {'cluster': cluster, 'desiredStatus': 'ASLEEP'},
         'InvalidParameterException'),
        ('list_tasks', {'cluster': cluster, 'serviceName': 'none'}, 'ServiceNotFoundException'),
        ('describe_tasks', {'cluster': cluster, 'tasks': ['t%d' % i for i in range(101)]},
         'InvalidParameterException'),
        ('describe_tasks', {'cluster': cluster, 'tasks': []}, 'InvalidParameterException')))


def definitions(tap, clients):
    ecs = clients['ecs']
    web = describe(clients, service_named(clients, 'web'))
    one = ecs.describe_task_definition(taskDefinition=web['taskDefinition'], include=['TAGS'])
    family = one['taskDefinition']['family']
    container = one['taskDefinition']['containerDefinitions'][0]
    tap.equal((one['taskDefinition']['cpu'], one['taskDefinition']['memory'],
               container['portMappings'][0]['containerPort']), ('256', '512', 8080),
              'ecs: web has a quarter of a processor, 512 MiB and port 8080')
    tap.ok(container.get('secrets'), 'ecs: web takes secrets')
    every = [a for page in harness.pages(ecs, 'list_task_definitions', familyPrefix=family,
                                         page_size=1) for a in page['taskDefinitionArns']]
    tap.ok(len(every) > 1 and web['taskDefinition'] in every, 'ecs: web has earlier revisions')
    newest = ecs.list_task_definitions(familyPrefix=family, sort='DESC')['taskDefinitionArns']
    tap.equal(newest, every[::-1], 'ecs: the newest revision first')
    latest = ecs.describe_task_definition(taskDefinition=family)['taskDefinition']
    tap.equal(latest['taskDefinitionArn'], every[-1], 'ecs: a family stands for its newest')
    refusals(tap, clients, 'ecs', (
        ('describe_task_definition', {'taskDefinition': 'none:1'}, 'ClientException'),
        ('list_task_definitions', {'maxResults': 101}, 'InvalidParameterException'),
        ('list_task_definitions', {'sort': 'UP'}, 'InvalidParameterException')))


def autoscaling(tap, clients):
    scaling = clients['application-autoscaling']
    targets = [t for page in harness.pages(scaling, 'describe_scalable_targets',
                                           ServiceNamespace='ecs') for t in page['ScalableTargets']]
    policies = [p for page in harness.pages(scaling, 'describe_scaling_policies',
                                            ServiceNamespace='ecs')
                for p in page['ScalingPolicies']]
    tap.ok(targets and all((t['MinCapacity'], t['MaxCapacity']) in ((1, 10), (2, 10))
                           for t in targets), 'autoscaling: from 1 or 2 to 10 tasks')
    tap.equal({p['ResourceId'] for p in policies}, {t['ResourceId'] for t in targets},
              'autoscaling: each target has a policy')
    tap.ok(all(p['TargetTrackingScalingPolicyConfiguration']['TargetValue'] == 70.0
               for p in policies), 'autoscaling: at 70 % CPU')
    one = scaling.describe_scalable_targets(
        ServiceNamespace='ecs', ResourceIds=[targets[0]['ResourceId']],
        ScalableDimension='ecs:service:DesiredCount')['ScalableTargets']
    tap.equal(one, targets[:1], 'autoscaling: one target')
    tap.equal(scaling.describe_scalable_targets(ServiceNamespace='dynamodb')['ScalableTargets'], [],
              'autoscaling: none of another service')
    refusals(tap, clients, 'application-autoscaling', (
        ('describe_scalable_targets', {}, 'ValidationException'),
        ('describe_scalable_targets', {'ServiceNamespace': 'fax'}, 'ValidationException'),
        ('describe_scalable_targets', {'ServiceNamespace': 'ecs', 'MaxResults': 51},
         'ValidationException'),
        ('describe_scaling_policies', {'ServiceNamespace': 'ecs', 'MaxResults': 11},
         'ValidationException'),
        ('describe_scaling_policies', {'ServiceNamespace': 'ecs', 'NextToken': 'x'},
         'InvalidNextTokenException')))


# ---- writes --------------------------------------------------------------------------------------

def updates_refused(tap, clients):
    cluster, web = the_cluster(clients), service_named(clients, 'web')
    refusals(tap, clients, 'ecs', (
        ('update_service', {'cluster': cluster, 'service': 'none', 'desiredCount': 1},
         'ServiceNotFoundException'),
        ('update_service', {'cluster': 'none', 'service': web}, 'ClusterNotFoundException'),
        ('update_service', {'cluster': cluster, 'service': web, 'desiredCount': -1},
         'InvalidParameterException'),
        ('update_service', {'cluster': cluster, 'service': web, 'taskDefinition': 'none:1'},
         'ClientException')))


def steady(clients, arn):
    service = describe(clients, arn)
    first = service['deployments'][0]
    done = (len(service['deployments']) == 1 and first['rolloutState'] == 'COMPLETED' and
            service['runningCount'] == service['desiredCount'] and service['pendingCount'] == 0)
    return service if done else None


def follow(tap, clients, what, arn, **change):
    """Makes a change and waits until the service is steady again; the service, or None."""
    answer = clients['ecs'].update_service(cluster=the_cluster(clients), service=arn, **change)
    tap.equal(answer['service']['serviceArn'], arn, 'ecs: %s is answered with the service' % what)
    after = clients.simulator.until(lambda: steady(clients, arn), PATIENCE)
    tap.ok(after, 'ecs: %s ends steady' % what, describe(clients, arn)['deployments'])
    return after, answer['service']


def scale(tap, clients):
    arn = service_named(clients, 'worker')
    before = describe(clients, arn)['desiredCount']
    after, answer = follow(tap, clients, 'scaling out', arn, desiredCount=before + 2)
    tap.equal(answer['desiredCount'], before + 2, 'ecs: the answer has the new count')
    tap.equal(after and after['runningCount'], before + 2, 'ecs: two tasks more run')
    after, _ = follow(tap, clients, 'scaling in', arn, desiredCount=before)
    tap.equal(after and after['runningCount'], before, 'ecs: as many as before run')
    stopped = clients['ecs'].list_tasks(cluster=the_cluster(clients), desiredStatus='STOPPED',
                                        serviceName=arn.split('/')[-1])['taskArns']
    tap.ok(stopped, 'ecs: stopped tasks are listed')
    got = clients['ecs'].describe_tasks(cluster=the_cluster(clients), tasks=stopped)['tasks']
    tap.ok(all(t['stoppedReason'] and t['stopCode'] for t in got), 'ecs: and say why they stopped')


def redeploy(tap, clients):
    arn = service_named(clients, 'api')
    before = describe(clients, arn)
    after, answer = follow(tap, clients, 'redeploying', arn, forceNewDeployment=True)
    tap.equal(answer['deployments'][0]['rolloutState'], 'IN_PROGRESS',
              'ecs: the new deployment is in progress')
    tap.equal(len(answer['deployments']), 2, 'ecs: beside the old one')
    tap.ok(after and after['deployments'][0]['id'] != before['deployments'][0]['id'] and
           after['taskDefinition'] == before['taskDefinition'],
           'ecs: another deployment of the same revision')
    tap.ok(after and any('has reached a steady state' in e['message'] for e in after['events']),
           'ecs: the service says that it is steady')


def change_definition(tap, clients):
    arn = service_named(clients, 'web')
    before = describe(clients, arn)
    family = before['taskDefinition'].split('/')[-1].split(':')[0]
    every = clients['ecs'].list_task_definitions(familyPrefix=family)['taskDefinitionArns']
    earlier = every[every.index(before['taskDefinition']) - 1]
    after, _ = follow(tap, clients, 'rolling back', arn, taskDefinition=earlier)
    tap.equal(after and after['taskDefinition'], earlier, 'ecs: the earlier revision runs')
    tasks_now = clients['ecs'].list_tasks(cluster=the_cluster(clients),
                                          serviceName=arn.split('/')[-1])['taskArns']
    got = clients['ecs'].describe_tasks(cluster=the_cluster(clients), tasks=tasks_now)['tasks']
    tap.equal({t['taskDefinitionArn'] for t in got}, {earlier}, 'ecs: in every task')
