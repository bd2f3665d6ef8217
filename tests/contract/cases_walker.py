"""The walker itself: a good reply passes, and each way of being wrong is caught."""
import botocore.session

import wire_check

HEADERS = {'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'r'}
XML = {'content-type': 'text/xml', 'x-amzn-requestid': 'r'}

JSON_BREAKS = [
    ('an unknown member', '"Type":"String"', '"Typ":"String"'),
    ('an enumeration', '"Type":"String"', '"Type":"Text"'),
    ('a number for text', '"Name":"/a"', '"Name":1'),
    ('text for a number', '"Version":3', '"Version":"3"'),
    ('a broken time', '1763800000.5', '"2026-01-15"'),
    ('null', '"/a"', 'null'),
    ('a fraction for a long', '"Version":3', '"Version":3.5'),
    ('too short', '"Name":"/a"', '"Name":""'),
    ('bad JSON', '}]}', '}]'),
]
JSON_GOOD = ('{"Parameters":[{"Name":"/a","Type":"String","Version":3,'
             '"LastModifiedDate":1763800000.5}]}')

XML_BREAKS = [
    ('an unknown element', '<Marker></Marker>', '<Marker></Marker><Mark/>'),
    ('a missing required', '<IsTruncated>false</IsTruncated>', ''),
    ('a wrong Quantity', '<Quantity>1</Quantity>', '<Quantity>2</Quantity>'),
    ('a wrong item name', 'InvalidationSummary>', 'member>'),
    ('a wrong time', '2026-01-15T12:00:00Z', '1763800000'),
    ('a wrong boolean', '>false<', '>no<'),
    ('a wrong root', 'InvalidationList', 'ListInvalidationsResult'),
    ('a doubled element', '<Marker></Marker>', '<Marker></Marker><Marker></Marker>'),
    ('no namespace', ' xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"', ''),
]
XML_GOOD = ('<InvalidationList xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">'
            '<Marker></Marker><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated>'
            '<Quantity>1</Quantity><Items><InvalidationSummary><Id>I1</Id>'
            '<CreateTime>2026-01-15T12:00:00Z</CreateTime><Status>Completed</Status>'
            '</InvalidationSummary></Items></InvalidationList>')


def run(tap):
    session = botocore.session.get_session()
    ssm = session.get_service_model('ssm').operation_model('DescribeParameters')
    cloudfront = session.get_service_model('cloudfront').operation_model('ListInvalidations')
    for operation, headers, good, breaks in ((ssm, HEADERS, JSON_GOOD, JSON_BREAKS),
                                             (cloudfront, XML, XML_GOOD, XML_BREAKS)):
        found = wire_check.check_reply(operation, 200, headers, good.encode())
        tap.ok(not found, 'walker: a good %s passes' % operation.name, found)
        for what, have, instead in breaks:
            bad = good.replace(have, instead)
            found = wire_check.check_reply(operation, 200, headers, bad.encode())
            tap.ok(bad != good and found, 'walker: %s in %s is caught' % (what, operation.name))
    found = wire_check.check_reply(ssm, 200, {'content-type': 'text/html'}, JSON_GOOD.encode())
    tap.equal(len(found), 2, 'walker: content type and request id are looked at')
