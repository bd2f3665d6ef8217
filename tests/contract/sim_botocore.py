"""Every operation of the console against the simulator, by botocore's clients.

Each reply is walked against AWS's own service model (wire_check.py); paginators, limits, errors and
signatures are tried as AWS has them; each write is followed to its end.
"""
import os
import sys
import tempfile

import harness
import cases_data
import cases_edge
import cases_garbled
import cases_run
import cases_sign
import cases_walker

OPERATIONS = {
    'sts': 'GetCallerIdentity',
    'cloudfront': 'ListDistributions GetDistribution GetVpcOrigin ListInvalidations GetInvalidation '
                  'CreateInvalidation',
    'elbv2': 'DescribeLoadBalancers DescribeListeners DescribeRules DescribeTargetGroups '
             'DescribeTargetHealth',
    'ecs': 'ListClusters DescribeClusters ListServices DescribeServices ListTasks DescribeTasks '
           'DescribeTaskDefinition ListTaskDefinitions UpdateService',
    'application-autoscaling': 'DescribeScalableTargets DescribeScalingPolicies',
    'rds': 'DescribeDBInstances DescribeDBClusters DescribeEvents',
    'ssm': 'DescribeParameters GetParametersByPath GetParameters GetParameterHistory',
    'cloudwatch': 'GetMetricData DescribeAlarms',
    'secretsmanager': 'ListSecrets',
    's3': 'ListBuckets',
    'apigatewayv2': 'GetApis GetIntegrations',
}


def main():
    tap = harness.Tap()
    wanted = set(sys.argv[1:])
    cases_walker.run(tap)
    with tempfile.TemporaryDirectory() as folder, harness.Simulator(
            '--seed', 7, '--speed', 0, '--parameters', 120, '--stack',
            harness.stack_of_every_kind(os.path.join(folder, 'stack.cfg'))) as simulator:
        clients = harness.Clients(simulator.url)
        clients.simulator = simulator  # whose world goes on when it is told to
        for module in (cases_sign, cases_edge, cases_data, cases_run, cases_garbled):
            if not wanted or module.__name__ in wanted:
                module.run(tap, clients)
        unique = sorted(set(clients.problems))
        tap.ok(not unique, 'every reply fits the service models', '\n'.join(unique))
        if not wanted:
            missing = [(s, o) for s, names in OPERATIONS.items() for o in names.split()
                       if (s, o) not in clients.seen]
            tap.ok(not missing, 'every operation was answered', missing)
    tap.done()


if __name__ == '__main__':
    main()
