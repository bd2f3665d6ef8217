/* The service rows, one in each file of this folder. */
#ifndef CAWSOLE_AWS_API_ROWS_H
#define CAWSOLE_AWS_API_ROWS_H

#include "aws/client.h"

extern const struct aws_service aws_service_apigatewayv2, aws_service_autoscaling,
    aws_service_cloudfront, aws_service_cloudwatch, aws_service_ecs, aws_service_elbv2,
    aws_service_rds, aws_service_s3, aws_service_secretsmanager, aws_service_ssm, aws_service_sso,
    aws_service_ssooidc, aws_service_sts;

#endif
