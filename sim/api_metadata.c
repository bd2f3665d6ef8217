/* What machines and containers ask for their credentials: the instance metadata service (version 2
 * alone) and the container endpoint. Nothing here is signed.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
#include "sim/keys.h"

#include <stdio.h>

#define HOUR 3600
#define TOKEN "sim-imds-token"
#define NODE_ROLE "shop-prod-node"
#define GUARDED "guarded" /* the container that wants the word below in Authorization */
#define WORD "example-token"

/* ---- instances ------------------------------------------------------------------------------- */

static void put_token(struct sim_request *rq) {
  const char *ttl = sim_http_header_value(rq->http, "x-aws-ec2-metadata-token-ttl-seconds");
  int64_t seconds;

  if (!ttl || !aws_str_to_int(aws_str_from(ttl), &seconds) || seconds < 1 || seconds > 21600) {
    sim_plain(rq, 400, "text/plain", "Bad Request\n");
    return;
  }
  sim_plain(rq, 200, "text/plain", TOKEN);
  sim_header(rq, "x-aws-ec2-metadata-token-ttl-seconds", "%lld", (long long)seconds);
}

static bool has_token(struct sim_request *rq) {
  const char *token = sim_http_header_value(rq->http, "x-aws-ec2-metadata-token");

  if (token && !strcmp(token, TOKEN))
    return true;
  sim_plain(rq, 401, "text/plain", "Unauthorized\n");
  return false;
}

static void list_roles(struct sim_request *rq) {
  if (has_token(rq))
    sim_plain(rq, 200, "text/plain", NODE_ROLE);
}

static void get_region(struct sim_request *rq) {
  if (has_token(rq))
    sim_plain(rq, 200, "text/plain", rq->world->region);
}

static void write_key(struct sim_request *rq, const struct sim_key *k) {
  sim_str(rq, "AccessKeyId", k->id);
  sim_str(rq, "SecretAccessKey", k->secret);
  sim_str(rq, "Token", k->token);
  sim_time(rq, "Expiration", sim_unwall(rq->world, k->expires));
}

static void get_instance_credentials(struct sim_request *rq) {
  if (!has_token(rq))
    return;
  if (strcmp(sim_in_str(rq, "Role"), NODE_ROLE) != 0) {
    sim_plain(rq, 404, "text/plain", "Not Found\n");
    return;
  }
  sim_str(rq, "Code", "Success");
  sim_time(rq, "LastUpdated", sim_unwall(rq->world, rq->wall));
  sim_str(rq, "Type", "AWS-HMAC");
  write_key(rq, sim_keys_give(rq, 6 * HOUR, NODE_ROLE, "i-0example1234567890"));
}

/* ---- containers ------------------------------------------------------------------------------ */

static void get_container_credentials(struct sim_request *rq) {
  const char *word = sim_http_header_value(rq->http, "Authorization");

  if (!strcmp(sim_in_str(rq, "Id"), GUARDED) && (!word || strcmp(word, WORD) != 0)) {
    sim_plain(rq, 401, "application/json",
              "{\"code\":\"Unauthorized\",\"message\":\"Bad authorization token\"}");
    return;
  }
  sim_strf(rq, "RoleArn", "arn:aws:iam::%s:role/shop-prod-task", rq->world->account);
  write_key(rq, sim_keys_give(rq, 6 * HOUR, "shop-prod-task", sim_in_str(rq, "Id")));
}

const struct sim_op sim_ops_imds[] = {
    {.name = "PutToken", .handler = put_token, .method = "PUT", .path = "/latest/api/token"},
    {.name = "ListRoles",
     .handler = list_roles,
     .method = "GET",
     .path = "/latest/meta-data/iam/security-credentials/"},
    {.name = "GetCredentials",
     .handler = get_instance_credentials,
     .method = "GET",
     .path = "/latest/meta-data/iam/security-credentials/{Role}"},
    {.name = "GetRegion",
     .handler = get_region,
     .method = "GET",
     .path = "/latest/meta-data/placement/region"},
    {.name = NULL},
};
const struct sim_op sim_ops_container[] = {
    {.name = "GetCredentials",
     .handler = get_container_credentials,
     .method = "GET",
     .path = "/v2/credentials/{Id}"},
    {.name = NULL},
};
