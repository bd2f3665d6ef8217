/* API Gateway v2. https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/ */
#ifndef CAWSOLE_AWS_API_APIGATEWAYV2_H
#define CAWSOLE_AWS_API_APIGATEWAYV2_H

#include "aws/client.h"

struct apigatewayv2_api {
  uint64_t has;
  struct aws_str id, name, protocol, endpoint, description;
  aws_ms created;
};
struct apigatewayv2_integration {
  uint64_t has;
  struct aws_str id, type, uri, connection_type, connection_id, method;
};
extern const struct aws_type apigatewayv2_api_type, apigatewayv2_integration_type;
extern const struct aws_op apigatewayv2_get_apis, apigatewayv2_get_integrations;

#endif
