"""What boto3 spends on the same board: the same calls, one after another, in a process of its own.

Prints one JSON object: requests, CPU seconds of the whole and of a second refresh, peak MiB.
The endpoint and the keys come from the environment, as for the console.
"""
import json
import resource
import time

import boto3

calls = 0


def count(**_):
    global calls
    calls += 1


def client(name):
    made = boto3.client(name, region_name="us-east-1" if name == "cloudfront" else None)
    made.meta.events.register("before-send", count)
    return made


def pages(made, operation, key, **params):
    return [item for page in made.get_paginator(operation).paginate(**params)
            for item in page.get(key, [])]


def batches(items, size):
    return [items[i:i + size] for i in range(0, len(items), size)]


def containers(ecs):
    definitions = set()
    for arn in pages(ecs, "list_clusters", "clusterArns"):
        ecs.describe_clusters(clusters=[arn])
        services = pages(ecs, "list_services", "serviceArns", cluster=arn,
                         PaginationConfig={"PageSize": 100})
        for batch in batches(services, 10):
            for service in ecs.describe_services(cluster=arn, services=batch)["services"]:
                definitions.add(service["taskDefinition"])
        for state in ("RUNNING", "STOPPED"):
            tasks = pages(ecs, "list_tasks", "taskArns", cluster=arn, desiredStatus=state)
            for batch in batches(tasks, 100):
                ecs.describe_tasks(cluster=arn, tasks=batch)
    return definitions


def balancers(elb):
    for lb in pages(elb, "describe_load_balancers", "LoadBalancers"):
        for listener in pages(elb, "describe_listeners", "Listeners",
                              LoadBalancerArn=lb["LoadBalancerArn"]):
            elb.describe_rules(ListenerArn=listener["ListenerArn"])
    for group in pages(elb, "describe_target_groups", "TargetGroups"):
        elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])


def refresh(c, definitions_too):
    definitions = containers(c["ecs"])
    for arn in sorted(definitions) if definitions_too else ():
        c["ecs"].describe_task_definition(taskDefinition=arn)
    balancers(c["elbv2"])
    scaling = c["application-autoscaling"]
    pages(scaling, "describe_scalable_targets", "ScalableTargets", ServiceNamespace="ecs")
    pages(scaling, "describe_scaling_policies", "ScalingPolicies", ServiceNamespace="ecs")
    pages(c["rds"], "describe_db_instances", "DBInstances")
    pages(c["rds"], "describe_db_clusters", "DBClusters")
    pages(c["rds"], "describe_events", "Events", Duration=60)
    pages(c["ssm"], "describe_parameters", "Parameters", PaginationConfig={"PageSize": 50})
    pages(c["secretsmanager"], "list_secrets", "SecretList")
    pages(c["cloudwatch"], "describe_alarms", "MetricAlarms")
    c["s3"].list_buckets()
    for api in pages(c["apigatewayv2"], "get_apis", "Items"):
        c["apigatewayv2"].get_integrations(ApiId=api["ApiId"])
    for page in c["cloudfront"].get_paginator("list_distributions").paginate():
        for d in page["DistributionList"].get("Items", []):
            c["cloudfront"].list_invalidations(DistributionId=d["Id"])


def main():
    names = ("ecs", "elbv2", "application-autoscaling", "rds", "ssm", "secretsmanager", "cloudwatch",
             "s3", "apigatewayv2", "cloudfront", "sts")
    clients = {name: client(name) for name in names}
    clients["sts"].get_caller_identity()
    refresh(clients, True)
    first, cpu = calls, time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    refresh(clients, False)
    print(json.dumps({"requests": first, "cpu": cpu, "again_cpu": time.process_time() - cpu,
                      "again_requests": calls - first, "peak_mib": peak}))


main()
