#!/usr/bin/env python3
"""Asks our table and botocore's endpoint rules for every service that either room may call, in every
region, with and without FIPS and dual-stack. All must agree, refusals included."""
import os
import subprocess
import sys
from urllib.parse import urlsplit

try:
    import botocore
    import botocore.session
    from botocore.endpoint_provider import EndpointProvider
    from botocore.exceptions import EndpointProviderError
except ImportError:
    print('skipped: botocore is not installed')
    sys.exit(77)

SERVICES = ('apigateway apigatewayv2 application-autoscaling budgets cloudfront cloudtrail cloudwatch '
            'dynamodb ec2 ecr ecs eks elasticache elbv2 guardduty lambda logs rds '
            'resourcegroupstaggingapi route53 s3 secretsmanager signin ssm sso sso-oidc sts '
            'wafv2').split()
# The rules of sign-in outside the two large partitions came late.
NEWER = {'signin': (1, 44)}
GLOBAL = {'budgets', 'cloudfront', 'route53'}
# What the SDKs pass besides: the addressing that we use.
EXTRA = {'s3': {'UseGlobalEndpoint': True, 'Accelerate': False}, 'sts': {'UseGlobalEndpoint': False}}


def ask_botocore(provider, service, region, fips, dualstack):
    params = {'Region': region, 'UseFIPS': fips, 'UseDualStack': dualstack, **EXTRA.get(service, {})}
    try:
        endpoint = provider.resolve_endpoint(**params)
    except EndpointProviderError:
        return '-'
    schemes = endpoint.properties.get('authSchemes') or [{}]
    return f"{urlsplit(endpoint.url).netloc} {schemes[0].get('signingRegion', region)}"


def main():
    loader = botocore.session.get_session().get_component('data_loader')
    partitions = loader.load_data('partitions')
    regions = [r for p in partitions['partitions'] for r in p['regions'] if not r.endswith('-global')]
    lines, expected, skipped = [], [], []
    version = tuple(int(part) for part in botocore.__version__.split('.')[:2])
    for service in SERVICES:
        if version < NEWER.get(service, (0, 0)):
            skipped.append(service)
            continue
        try:
            rules = loader.load_service_model(service, 'endpoint-rule-set-1')
        except botocore.exceptions.UnknownServiceError:
            skipped.append(service)
            continue
        prefix = loader.load_service_model(service, 'service-2')['metadata']['endpointPrefix']
        provider = EndpointProvider(rules, partitions)
        for region in regions:
            for fips in (False, True):
                for dualstack in (False, True):
                    lines.append(f'{service} {prefix} {int(service in GLOBAL)} {region} '
                                 f'{int(fips)} {int(dualstack)}\n')
                    expected.append(ask_botocore(provider, service, region, fips, dualstack))
    tool = os.path.join(os.environ.get('CAWSOLE_BUILDDIR', '.'), 'endpoint_lines')
    got = subprocess.run([tool], input=''.join(lines), capture_output=True, text=True, check=True,
                         timeout=60).stdout.splitlines()
    faults = [f'{line.strip()}: {ours}, botocore has {theirs}'
              for line, ours, theirs in zip(lines, got, expected) if ours != theirs]
    if len(got) != len(expected):
        faults.append(f'{len(got)} answers to {len(expected)} questions')
    for fault in faults[:40]:
        print(fault)
    print(f'{len(expected)} endpoints of {len(SERVICES) - len(skipped)} services compared, '
          f'{len(faults)} differ' + (f"; not by this botocore: {', '.join(skipped)}" if skipped else ''))
    sys.exit(1 if faults or len(expected) < 2000 else 0)


if __name__ == '__main__':
    main()
