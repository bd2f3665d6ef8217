"""Who we are, CloudFront with its invalidations, buckets, APIs."""
import uuid

import harness


def run(tap, clients):
    identity(tap, clients)
    distributions(tap, clients)
    invalidate(tap, clients)
    refuse_paths(tap, clients)
    limits(tap, clients)
    buckets(tap, clients)
    apis(tap, clients)


def identity(tap, clients):
    me = clients['sts'].get_caller_identity()
    tap.ok(len(me['Account']) == 12 and me['Account'] in me['Arn'], 'sts: account and ARN', me)


def distributions(tap, clients):
    cloudfront = clients['cloudfront']
    found = [d for page in harness.pages(cloudfront, 'list_distributions')
             for d in page['DistributionList'].get('Items', [])]
    tap.ok(found, 'cloudfront: there are distributions')
    paged = [d['Id'] for page in harness.pages(cloudfront, 'list_distributions', page_size=1)
             for d in page['DistributionList']['Items']]
    tap.equal(paged, [d['Id'] for d in found], 'cloudfront: one a page gives the same')
    kinds = set()
    for d in found:
        for origin in d['Origins']['Items']:
            kinds |= {'s3'} & {'s3' if 'S3OriginConfig' in origin else ''}
            if 'VpcOriginConfig' in origin:
                kinds.add('vpc')
                one = cloudfront.get_vpc_origin(Id=origin['VpcOriginConfig']['VpcOriginId'])
                endpoint = one['VpcOrigin']['VpcOriginEndpointConfig']['Arn']
                tap.ok(':loadbalancer/' in endpoint, 'cloudfront: a VPC origin is a load balancer',
                       endpoint)
            if '.execute-api.' in origin['DomainName']:
                kinds.add('api')
    tap.equal(kinds, {'s3', 'vpc', 'api'}, 'cloudfront: origins of every kind')
    whole = cloudfront.get_distribution(Id=found[0]['Id'])
    config = whole['Distribution']['DistributionConfig']
    tap.equal(config['Origins'], found[0]['Origins'], 'cloudfront: list and whole agree on origins')
    tap.equal(whole['ETag'], found[0].get('ETag'), 'cloudfront: the ETag is the same in both')
    for operation, arguments, want in (
            ('get_distribution', {'Id': 'ENOSUCH'}, 'NoSuchDistribution'),
            ('get_vpc_origin', {'Id': 'vo_none'}, 'EntityNotFound'),
            ('list_invalidations', {'DistributionId': 'ENOSUCH'}, 'NoSuchDistribution'),
            ('get_invalidation', {'DistributionId': found[0]['Id'], 'Id': 'INONE'},
             'NoSuchInvalidation'),
            ('list_distributions', {'Marker': 'nonsense'}, 'InvalidArgument'),
            ('list_distributions', {'MaxItems': '101'}, 'InvalidArgument'),
            ('list_distributions', {'MaxItems': 'many'}, None)):
        code, message, problems = harness.refused(clients, 'cloudfront', operation, **arguments)
        tap.ok(code == want if want else code, 'cloudfront: %s %s is refused' %
               (operation, arguments), code)
        tap.ok(message and not problems, 'cloudfront: and says so as CloudFront does', problems)


def batch(paths, reference=None, quantity=None):
    return {'Paths': {'Quantity': len(paths) if quantity is None else quantity, 'Items': paths},
            'CallerReference': reference or str(uuid.uuid4())}


def first_distribution(clients):
    listed = clients['cloudfront'].list_distributions()['DistributionList']
    return listed['Items'][0]['Id']


def invalidate(tap, clients):
    cloudfront, where = clients['cloudfront'], first_distribution(clients)
    body = batch(['/index.html', '/img/*'])
    made = cloudfront.create_invalidation(DistributionId=where, InvalidationBatch=body)
    first = made['Invalidation']
    tap.ok(made['Location'].endswith(first['Id']), 'invalidation: Location names it',
           made['Location'])
    tap.equal(first['Status'], 'InProgress', 'invalidation: begins in progress')
    tap.equal(first['InvalidationBatch'], body, 'invalidation: holds what was sent')
    again = cloudfront.create_invalidation(DistributionId=where, InvalidationBatch=body)
    tap.equal(again['Invalidation']['Id'], first['Id'], 'invalidation: the same again is the same')
    other = batch(['/other'], body['CallerReference'])
    code, _, problems = harness.refused(clients, 'cloudfront', 'create_invalidation',
                                        DistributionId=where, InvalidationBatch=other)
    tap.ok(code == 'InvalidationBatchAlreadyExists' and not problems,
           'invalidation: the same reference with other paths is refused', (code, problems))
    whole = cloudfront.get_distribution(Id=where)['Distribution']
    tap.ok(whole['InProgressInvalidationBatches'] >= 1, 'invalidation: the distribution counts it')
    listed = [i for page in harness.pages(cloudfront, 'list_invalidations', DistributionId=where,
                                          page_size=1)
              for i in page['InvalidationList']['Items']]
    tap.equal(listed[0]['Id'], first['Id'], 'invalidation: the newest is listed first')

    def completed():
        now = cloudfront.get_invalidation(DistributionId=where, Id=first['Id'])
        return now['Invalidation']['Status'] == 'Completed'
    tap.ok(clients.simulator.until(completed, 600), 'invalidation: completes')


def refuse_paths(tap, clients):
    where = first_distribution(clients)
    cases = (
        ('without a leading slash', batch(['index.html']), 'InvalidArgument'),
        ('with a wildcard inside', batch(['/a*b']), 'InvalidArgument'),
        ('with two wildcards', batch(['/a**']), 'InvalidArgument'),
        ('with a tilde', batch(['/~me']), 'InvalidArgument'),
        ('with a blank', batch(['/a b']), 'InvalidArgument'),
        ('beyond ASCII', batch(['/ä']), 'InvalidArgument'),
        ('of 4,001 characters', batch(['/' + 'x' * 4000]), 'InvalidArgument'),
        ('that is empty', batch(['']), 'InvalidArgument'),
        ('counted wrongly', batch(['/a'], quantity=2), 'InconsistentQuantities'),
        ('counted none', batch([]), 'InvalidArgument'),
    )
    for what, body, want in cases:
        code, _, problems = harness.refused(clients, 'cloudfront', 'create_invalidation',
                                            DistributionId=where, InvalidationBatch=body)
        tap.ok(code == want and not problems, 'invalidation: a path %s is refused' % what,
               (code, problems))
    code, _, _ = harness.refused(clients, 'cloudfront', 'create_invalidation',
                                 DistributionId='ENOSUCH', InvalidationBatch=batch(['/a']))
    tap.equal(code, 'NoSuchDistribution', 'invalidation: of no distribution is refused')
    longest = clients['cloudfront'].create_invalidation(
        DistributionId=where, InvalidationBatch=batch(['/' + 'x' * 3999]))
    tap.ok(longest, 'invalidation: 4,000 characters pass')


def limits(tap, clients):
    """3,000 paths and 15 wildcards in progress, on the last distribution."""
    cloudfront = clients['cloudfront']
    where = cloudfront.list_distributions()['DistributionList']['Items'][-1]['Id']

    def refuse(paths):
        return harness.refused(clients, 'cloudfront', 'create_invalidation',
                               DistributionId=where, InvalidationBatch=batch(paths))[0]
    tap.equal(refuse(['/p%d' % i for i in range(3001)]), 'BatchTooLarge',
              'invalidation: 3,001 paths at once are too many')
    cloudfront.create_invalidation(DistributionId=where,
                                   InvalidationBatch=batch(['/w%d/*' % i for i in range(15)]))
    tap.equal(refuse(['/one/more/*']), 'TooManyInvalidationsInProgress',
              'invalidation: a sixteenth wildcard has to wait')
    cloudfront.create_invalidation(DistributionId=where,
                                   InvalidationBatch=batch(['/p%d' % i for i in range(2985)]))
    tap.equal(refuse(['/p']), 'TooManyInvalidationsInProgress',
              'invalidation: path 3,001 has to wait')

    def room_again():
        return cloudfront.get_distribution(
            Id=where)['Distribution']['InProgressInvalidationBatches'] == 0
    tap.ok(clients.simulator.until(room_again, 600),
           'invalidation: there is room again after they completed')


def buckets(tap, clients):
    s3 = clients['s3']
    plain = s3.list_buckets()
    names = [b['Name'] for b in plain['Buckets']]
    tap.ok(names and 'BucketRegion' not in plain['Buckets'][0], 's3: buckets, without regions')
    paged = [b for page in harness.pages(s3, 'list_buckets', page_size=1) for b in page['Buckets']]
    tap.equal([b['Name'] for b in paged], names, 's3: one a page gives the same')
    tap.ok(all(b.get('BucketRegion') for b in paged), 's3: a paged list tells regions')
    some = s3.list_buckets(Prefix=names[0])
    tap.ok(names[0] in [b['Name'] for b in some['Buckets']] and some['Prefix'] == names[0],
           's3: by prefix')
    tap.equal(s3.list_buckets(BucketRegion='ap-south-1')['Buckets'], [], 's3: by region')
    for arguments in ({'MaxBuckets': 0}, {'MaxBuckets': 10001}, {'ContinuationToken': 'x'}):
        code, _, problems = harness.refused(clients, 's3', 'list_buckets', **arguments)
        tap.ok(code == 'InvalidArgument' and not problems, 's3: %s is refused' % arguments,
               (code, problems))


def apis(tap, clients):
    gateway = clients['apigatewayv2']
    found = [a for page in harness.pages(gateway, 'get_apis') for a in page['Items']]
    tap.ok(found, 'apigatewayv2: there are APIs')
    linked = 0
    for api in found:
        one = [i for page in harness.pages(gateway, 'get_integrations', ApiId=api['ApiId'])
               for i in page['Items']]
        linked += sum(i.get('ConnectionType') == 'VPC_LINK' and ':listener/' in i['IntegrationUri']
                      for i in one)
    tap.ok(linked, 'apigatewayv2: an API reaches a listener through a VPC link')
    code, _, problems = harness.refused(clients, 'apigatewayv2', 'get_integrations', ApiId='none')
    tap.ok(code == 'NotFoundException' and not problems, 'apigatewayv2: no such API',
           (code, problems))
    for arguments in ({'MaxResults': '0'}, {'NextToken': 'x'}):
        code, _, problems = harness.refused(clients, 'apigatewayv2', 'get_apis', **arguments)
        tap.ok(code == 'BadRequestException' and not problems,
               'apigatewayv2: %s is refused' % arguments, (code, problems))
