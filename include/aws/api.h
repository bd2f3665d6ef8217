/* Every service and operation that the console knows, as const tables: for contract tests, the
 * simulator's checks, the request budget and `--help`. */
#ifndef CAWSOLE_AWS_API_H
#define CAWSOLE_AWS_API_H

#include "aws/api/apigatewayv2.h"
#include "aws/api/autoscaling.h"
#include "aws/api/cloudfront.h"
#include "aws/api/cloudwatch.h"
#include "aws/api/ecs.h"
#include "aws/api/elbv2.h"
#include "aws/api/rds.h"
#include "aws/api/s3.h"
#include "aws/api/secretsmanager.h"
#include "aws/api/ssm.h"
#include "aws/api/sso.h"
#include "aws/api/ssooidc.h"
#include "aws/api/sts.h"

extern const struct aws_service *const aws_services[];
extern const size_t aws_services_n;
extern const struct aws_op *const aws_ops[];
extern const size_t aws_ops_n;

/* By id ("ecs") and AWS's name of the operation ("ListTasks"), exact case; NULL: not known. */
const struct aws_service *aws_service_find(const char *id);
const struct aws_op *aws_op_find(const char *service_id, const char *name);

#endif
