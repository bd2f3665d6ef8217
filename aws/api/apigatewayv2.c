/* API Gateway v2: HTTP APIs and what they hand requests on to. */
#include "config.h"

#include "aws/api/apigatewayv2.h"
#include "aws/api/rows.h"

const struct aws_service aws_service_apigatewayv2 = {
    .id = "apigatewayv2",
    .endpoint_var = "APIGATEWAYV2",
    .host_prefix = "apigateway",
    .signing_name = "apigateway",
    .protocol = AWS_REST_JSON,
};

static const struct aws_limit management = {"API Gateway management", 10, 40, true};

static const struct aws_field api_fields[] = {
    AWS_F_STR(apigatewayv2_api, endpoint, "apiEndpoint"),
    AWS_MUST_STR(apigatewayv2_api, id, "apiId"),
    AWS_F_TIME(apigatewayv2_api, created, "createdDate"),
    AWS_F_STR(apigatewayv2_api, description, "description"),
    AWS_MUST_STR(apigatewayv2_api, name, "name"),
    AWS_MUST_STR(apigatewayv2_api, protocol, "protocolType"),
};
AWS_TYPE(apigatewayv2_api_type, "Api", apigatewayv2_api, api_fields);

static const struct aws_field integration_fields[] = {
    AWS_F_STR(apigatewayv2_integration, connection_id, "connectionId"),
    AWS_F_STR(apigatewayv2_integration, connection_type, "connectionType"),
    AWS_MUST_STR(apigatewayv2_integration, id, "integrationId"),
    AWS_F_STR(apigatewayv2_integration, method, "integrationMethod"),
    AWS_F_STR(apigatewayv2_integration, type, "integrationType"),
    AWS_F_STR(apigatewayv2_integration, uri, "integrationUri"),
};
AWS_TYPE(apigatewayv2_integration_type, "Integration", apigatewayv2_integration,
         integration_fields);

const struct aws_op apigatewayv2_get_apis = {
    .name = "GetApis",
    .service = &aws_service_apigatewayv2,
    .limit = &management,
    .method = "GET",
    .path = "/v2/apis",
    .query = "MaxResults=maxResults NextToken=nextToken",
    .items = "items",
    .item = &apigatewayv2_api_type,
    .token_in = "NextToken",
    .token_out = "nextToken",
    .size_in = "MaxResults",
    .size = 100,
};

const struct aws_op apigatewayv2_get_integrations = {
    .name = "GetIntegrations",
    .service = &aws_service_apigatewayv2,
    .limit = &management,
    .method = "GET",
    .path = "/v2/apis/{ApiId}/integrations",
    .query = "MaxResults=maxResults NextToken=nextToken",
    .items = "items",
    .item = &apigatewayv2_integration_type,
    .token_in = "NextToken",
    .token_out = "nextToken",
    .size_in = "MaxResults",
    .size = 100,
};
