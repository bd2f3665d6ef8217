/* The table of services, and how a request finds its operation. */
#include "sim/route.h"

#include "aws/doc.h"
#include "sim/params.h"

#include <strings.h>

static const struct sim_api_service services[] = {
    {.name = "ecs",
     .protocol = SIM_JSON,
     .signing_name = "ecs",
     .target = "AmazonEC2ContainerServiceV20141113",
     .invalid_code = "InvalidParameterException",
     .token_code = "InvalidParameterException"},
    {.name = "elbv2",
     .protocol = SIM_QUERY,
     .signing_name = "elasticloadbalancing",
     .version = "2015-12-01",
     .xmlns = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
     .invalid_code = "ValidationError",
     .token_code = "ValidationError"},
    {.name = "sts",
     .protocol = SIM_QUERY,
     .signing_name = "sts",
     .version = "2011-06-15",
     .xmlns = "https://sts.amazonaws.com/doc/2011-06-15/",
     .invalid_code = "ValidationError",
     .token_code = "ValidationError",
     .everywhere = true},
    {.name = "rds",
     .protocol = SIM_QUERY,
     .signing_name = "rds",
     .version = "2014-10-31",
     .xmlns = "http://rds.amazonaws.com/doc/2014-10-31/",
     .invalid_code = "InvalidParameterValue",
     .token_code = "InvalidParameterValue"},
    {.name = "ssm",
     .protocol = SIM_JSON,
     .signing_name = "ssm",
     .target = "AmazonSSM",
     .invalid_code = "ValidationException",
     .token_code = "InvalidNextToken"},
    {.name = "cloudwatch",
     .protocol = SIM_JSON,
     .signing_name = "monitoring",
     .target = "GraniteServiceVersion20100801",
     .version = "2010-08-01",
     .xmlns = "http://monitoring.amazonaws.com/doc/2010-08-01/",
     .invalid_code = "InvalidParameterValue",
     .token_code = "InvalidNextToken",
     .everywhere = true},
    {.name = "secretsmanager",
     .protocol = SIM_JSON,
     .signing_name = "secretsmanager",
     .target = "secretsmanager",
     .invalid_code = "ValidationException",
     .token_code = "InvalidNextTokenException"},
    {.name = "application-autoscaling",
     .protocol = SIM_JSON,
     .signing_name = "application-autoscaling",
     .target = "AnyScaleFrontendService",
     .invalid_code = "ValidationException",
     .token_code = "InvalidNextTokenException"},
    {.name = "cloudfront",
     .protocol = SIM_REST_XML,
     .signing_name = "cloudfront",
     .version = "/2020-05-31/",
     .xmlns = "http://cloudfront.amazonaws.com/doc/2020-05-31/",
     .invalid_code = "InvalidArgument",
     .token_code = "InvalidArgument",
     .everywhere = true},
    {.name = "apigatewayv2",
     .protocol = SIM_REST_JSON,
     .signing_name = "apigateway",
     .version = "/v2/",
     .invalid_code = "BadRequestException",
     .token_code = "BadRequestException"},
    {.name = "sso",
     .protocol = SIM_REST_JSON,
     .signing_name = "",
     .invalid_code = "InvalidRequestException",
     .everywhere = true,
     .open = true},
    {.name = "sso-oidc",
     .protocol = SIM_REST_JSON,
     .signing_name = "",
     .invalid_code = "InvalidRequestException",
     .everywhere = true,
     .open = true},
    {.name = "signin",
     .protocol = SIM_REST_JSON,
     .signing_name = "",
     .invalid_code = "ValidationException",
     .everywhere = true,
     .open = true},
    {.name = "imds",
     .protocol = SIM_REST_JSON,
     .signing_name = "",
     .invalid_code = "BadRequest",
     .everywhere = true,
     .open = true},
    {.name = "container",
     .protocol = SIM_REST_JSON,
     .signing_name = "",
     .invalid_code = "BadRequest",
     .everywhere = true,
     .open = true},
    {.name = "s3",
     .protocol = SIM_REST_XML,
     .signing_name = "s3",
     .version = "/",
     .xmlns = "http://s3.amazonaws.com/doc/2006-03-01/",
     .invalid_code = "InvalidArgument",
     .token_code = "InvalidArgument",
     .everywhere = true,
     .s3_errors = true},
};

/* One row a service that has handlers. */
static const struct {
  const char *service;
  const struct sim_op *ops;
} operations[] = {
    {"ecs", sim_ops_ecs},
    {"elbv2", sim_ops_elbv2},
    {"sts", sim_ops_sts},
    {"rds", sim_ops_rds},
    {"ssm", sim_ops_ssm},
    {"cloudwatch", sim_ops_cloudwatch},
    {"secretsmanager", sim_ops_secretsmanager},
    {"application-autoscaling", sim_ops_autoscaling},
    {"cloudfront", sim_ops_cloudfront},
    {"apigatewayv2", sim_ops_apigatewayv2},
    {"sso", sim_ops_sso},
    {"sso-oidc", sim_ops_oidc},
    {"signin", sim_ops_signin},
    {"imds", sim_ops_imds},
    {"container", sim_ops_container},
    {"s3", sim_ops_s3},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct sim_api_service *by_target(struct aws_str target) {
  for (size_t i = 0; i < COUNT(services); i++)
    if (services[i].target && aws_str_eq_c(target, services[i].target))
      return &services[i];
  return NULL;
}

static bool is_query(const struct sim_api_service *s) {
  return s->version && s->version[0] != '/';
}

/* The services of the query protocol are told apart by their version; where that is none of theirs,
 * by what the request was signed for. */
static const struct sim_api_service *by_version(struct aws_str body, const struct sim_auth *auth) {
  struct aws_str version = {0};

  while (body.n) {
    struct aws_str value = aws_str_split(&body, '&');
    struct aws_str name = aws_str_split(&value, '=');
    if (aws_str_eq_c(name, "Version"))
      version = value;
  }
  for (size_t i = 0; i < COUNT(services); i++)
    if (is_query(&services[i]) && aws_str_eq_c(version, services[i].version))
      return &services[i];
  for (size_t i = 0; i < COUNT(services); i++)
    if (is_query(&services[i]) && aws_str_eq_c(auth->service, services[i].signing_name))
      return &services[i];
  return NULL;
}

static const struct sim_op *op_at(const struct sim_api_service *s, const struct sim_http *h);

static const struct sim_api_service *by_path(const struct sim_http *h,
                                             const struct sim_auth *auth) {
  const struct aws_str path = h->path;

  for (size_t i = 0; i < COUNT(services); i++)
    if (services[i].open && !auth->service.n && op_at(&services[i], h))
      return &services[i];
  for (size_t i = 0; i < COUNT(services); i++) {
    const struct sim_api_service *s = &services[i];
    if (!s->version || s->version[0] != '/' || !aws_str_starts(path, s->version))
      continue;
    /* Every path begins with a slash: S3's is known by what it was signed for. */
    if (!s->s3_errors || aws_str_eq_c(auth->service, "s3") || !auth->present)
      return s;
  }
  return NULL;
}

const struct sim_api_service *sim_route_service(const struct sim_http *h,
                                                const struct sim_auth *auth,
                                                enum sim_protocol *protocol) {
  static const char cbor_path[] = "/service/GraniteServiceVersion20100801/operation/";
  struct aws_str target = aws_str_from(sim_http_header_value(h, "X-Amz-Target"));
  const char *type = sim_http_header_value(h, "Content-Type");
  const struct sim_api_service *s;

  if (aws_str_starts(h->path, cbor_path)) {
    *protocol = SIM_CBOR;
    return by_target(AWS_STR_LIT("GraniteServiceVersion20100801"));
  }
  if (target.p) {
    *protocol = SIM_JSON;
    return by_target(aws_str_split(&target, '.'));
  }
  if (!strcmp(h->method, "POST") && type &&
      !strncasecmp(type, "application/x-www-form-urlencoded", 33)) {
    *protocol = SIM_QUERY;
    return by_version((struct aws_str){h->body, h->nbody}, auth);
  }
  s = by_path(h, auth);
  if (s)
    *protocol = s->protocol;
  return s;
}

/* ---- operations ------------------------------------------------------------------------------ */

static const struct sim_op *op_named(const struct sim_api_service *s, struct aws_str name) {
  for (size_t i = 0; i < COUNT(operations); i++) {
    if (strcmp(operations[i].service, s->name) != 0)
      continue;
    for (const struct sim_op *op = operations[i].ops; op->name; op++)
      if (aws_str_eq_c(name, op->name))
        return op;
  }
  return NULL;
}

/* Matches a path against "/a/{Id}/b"; members of the path go into `into` unless that is NULL. */
static bool path_match(struct aws_arena *a, const char *pattern, struct aws_str path, cJSON *into) {
  struct aws_str want = aws_str_from(pattern);

  while (want.n || path.n) {
    struct aws_str w = aws_str_split(&want, '/'), p = aws_str_split(&path, '/');
    if (!w.n || w.p[0] != '{') {
      if (!aws_str_eq(w, p))
        return false;
      continue;
    }
    if (!p.n)
      return false;
    if (!into)
      continue;
    struct aws_str name = aws_arena_copy(a, (struct aws_str){w.p + 1, w.n - 2});
    struct aws_str value = sim_unescape(a, p, false);
    cJSON *node = value.p ? sim_node_text(a, value) : NULL;
    if (!name.p || !node)
      return false;
    sim_node_add(into, name.p, node);
  }
  return true;
}

static const struct sim_op *op_at(const struct sim_api_service *s, const struct sim_http *h) {
  for (size_t i = 0; i < COUNT(operations); i++) {
    if (strcmp(operations[i].service, s->name) != 0)
      continue;
    for (const struct sim_op *op = operations[i].ops; op->name; op++)
      if (!strcmp(op->method, h->method) && path_match(NULL, op->path, h->path, NULL))
        return op;
  }
  return NULL;
}

static bool no_such_op(struct sim_request *rq, struct aws_str name) {
  if (rq->protocol == SIM_QUERY)
    sim_error(rq, 400, "InvalidAction", "Could not find operation %.*s for version %s",
              AWS_STR_ARG(name), rq->service->version);
  else if (rq->protocol == SIM_REST_XML || rq->protocol == SIM_REST_JSON)
    sim_error(rq, rq->service->s3_errors ? 501 : 404,
              rq->service->s3_errors ? "NotImplemented" : "UnknownOperationException",
              "There is no operation of that method and path here");
  else
    sim_error(rq, 400, "UnknownOperationException", "There is no operation %.*s here",
              AWS_STR_ARG(name));
  return false;
}

/* Bodies of json and CBOR requests; empty stands for no parameters. */
static bool read_document(struct sim_request *rq, const struct sim_http *h) {
  struct aws_error err = {0};
  cJSON *in;

  if (!h->nbody)
    in = sim_node(rq->arena, cJSON_Object);
  else if (rq->protocol == SIM_CBOR)
    in = sim_cbor_parse(rq->arena, h->body, h->nbody);
  else
    in = aws_json_parse(rq->arena, h->body, h->nbody, &err);
  rq->in = in;
  if (cJSON_IsObject(in))
    return true;
  sim_error(rq, 400, "SerializationException", "The body could not be read: %s",
            err.text[0] ? err.text : "not an object");
  return false;
}

static bool read_rest(struct sim_request *rq, const struct sim_http *h) {
  struct aws_error err = {0};
  cJSON *in = sim_node(rq->arena, cJSON_Object), *body = NULL;

  rq->in = in;
  if (!in || !sim_query_parse(rq->arena, h->query, in) ||
      !path_match(rq->arena, rq->op->path, h->path, in)) {
    sim_invalid(rq, "The query string is malformed");
    return false;
  }
  if (!h->nbody)
    return true;
  bool xml = rq->protocol == SIM_REST_XML;
  body = xml ? aws_xml_parse(rq->arena, h->body, h->nbody, &err)
             : aws_json_parse(rq->arena, h->body, h->nbody, &err);
  if (!body || (!xml && !cJSON_IsObject(body))) {
    sim_error(rq, 400, xml ? "MalformedXML" : "BadRequestException",
              "The body could not be read: %s", err.text);
    return false;
  }
  if (xml) {
    sim_node_add(in, body->string, body);
    return true;
  }
  for (cJSON *c = body->child, *next; c; c = next) {
    next = c->next;
    sim_node_add(in, c->string, c);
  }
  return true;
}

static bool read_query_form(struct sim_request *rq, const struct sim_http *h) {
  const char *why;

  rq->in = sim_form_parse(rq->arena, (struct aws_str){h->body, h->nbody}, &why);
  if (rq->in)
    return true;
  sim_error(rq, 400, "MalformedQueryString", "The form could not be read: %s", why);
  return false;
}

bool sim_route_op(struct sim_request *rq, const struct sim_http *h) {
  struct aws_str name;

  switch (rq->protocol) {
  case SIM_JSON:
    name = aws_str_after_last(aws_str_from(sim_http_header_value(h, "X-Amz-Target")), '.');
    break;
  case SIM_CBOR:
    name = aws_str_after_last(h->path, '/');
    break;
  case SIM_QUERY:
    if (!read_query_form(rq, h))
      return false;
    if (!sim_in_has(rq, "Action")) {
      sim_error(rq, 400, "MissingAction", "Missing Action");
      return false;
    }
    name = aws_str_from(sim_in_str(rq, "Action"));
    break;
  default:
    rq->op = op_at(rq->service, h);
    return rq->op ? read_rest(rq, h) : no_such_op(rq, (struct aws_str){0});
  }
  rq->op = op_named(rq->service, name);
  const char *version = rq->protocol == SIM_QUERY ? sim_in_str(rq, "Version") : NULL;
  if (rq->protocol == SIM_QUERY && (!version || strcmp(version, rq->service->version) != 0))
    rq->op = NULL;
  if (!rq->op)
    return no_such_op(rq, name);
  return rq->protocol == SIM_QUERY || read_document(rq, h);
}
