/* API Gateway, HTTP APIs.
 * https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/api-reference.html
 */
#include "sim/sim.h"

/* Not published for version 2; version 1 has these. */
#define PAGE 25

static void write_tags(struct sim_request *rq) {
  sim_begin(rq, "tags");
  sim_str(rq, "Project", rq->world->project);
  sim_str(rq, "Environment", rq->world->environment);
  sim_end(rq);
}

static void write_api(struct sim_request *rq, const struct sim_api *api) {
  const bool http = strcmp(api->protocol, "HTTP") == 0;
  sim_begin(rq, NULL);
  sim_str(rq, "apiEndpoint", api->endpoint);
  sim_bool(rq, "apiGatewayManaged", false);
  sim_str(rq, "apiId", api->id);
  sim_str(rq, "apiKeySelectionExpression", "$request.header.x-api-key");
  sim_time(rq, "createdDate", api->created);
  sim_str(rq, "description", api->description);
  sim_bool(rq, "disableExecuteApiEndpoint", false);
  sim_str(rq, "ipAddressType", "ipv4");
  sim_str(rq, "name", api->name);
  sim_str(rq, "protocolType", api->protocol);
  sim_str(rq, "routeSelectionExpression",
          http ? "$request.method $request.path" : "$request.body.action");
  write_tags(rq);
  sim_end(rq);
}

static void get_apis(struct sim_request *rq) {
  const struct sim_vec *apis = &rq->world->apis;
  struct sim_page page;
  if (!sim_page(rq, "nextToken", "maxResults", PAGE, apis->n, &page))
    return;
  sim_list(rq, "items", "member");
  for (size_t i = page.first; i < page.end; i++)
    write_api(rq, apis->v[i]);
  sim_end(rq);
  sim_next(rq, "nextToken", &page);
}

static void write_integration(struct sim_request *rq, const struct sim_integration *in) {
  sim_begin(rq, NULL);
  sim_bool(rq, "apiGatewayManaged", false);
  sim_str(rq, "connectionId", in->connection_id);
  sim_str(rq, "connectionType", in->connection_type);
  sim_str(rq, "integrationId", in->id);
  sim_str(rq, "integrationMethod", in->method);
  sim_str(rq, "integrationType", in->type);
  sim_str(rq, "integrationUri", in->uri);
  sim_str(rq, "payloadFormatVersion", in->payload_version);
  sim_int(rq, "timeoutInMillis", 30000);
  sim_end(rq);
}

static void get_integrations(struct sim_request *rq) {
  const struct sim_world *w = rq->world;
  const char *id = sim_in_str(rq, "apiId");
  const struct sim_api *api = NULL;
  for (size_t i = 0; i < w->apis.n && !api; i++) {
    const struct sim_api *candidate = w->apis.v[i];
    if (strcmp(candidate->id, id) == 0)
      api = candidate;
  }
  if (!api) {
    sim_error(rq, 404, "NotFoundException", "Invalid API identifier specified %s:%s", w->account,
              id);
    return;
  }
  struct sim_page page;
  if (!sim_page(rq, "nextToken", "maxResults", PAGE, api->integrations.n, &page))
    return;
  sim_list(rq, "items", "member");
  for (size_t i = page.first; i < page.end; i++)
    write_integration(rq, api->integrations.v[i]);
  sim_end(rq);
  sim_next(rq, "nextToken", &page);
}

static const struct sim_param page_params[] = {
    {.name = "maxResults", .kind = SIM_P_INT, .min = 1, .max = 500},
    {.name = "nextToken", .kind = SIM_P_STR, .max = 1024},
};

const struct sim_op sim_ops_apigatewayv2[] = {
    {.name = "GetApis",
     .handler = get_apis,
     .SIM_PARAMS(page_params),
     .method = "GET",
     .path = "/v2/apis"},
    {.name = "GetIntegrations",
     .handler = get_integrations,
     .SIM_PARAMS(page_params),
     .method = "GET",
     .path = "/v2/apis/{apiId}/integrations"},
    {.name = NULL},
};
