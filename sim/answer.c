/* One request answered: signature, operation, parameters, handler, and what goes round its answer.
 */
#include "sim/route.h"

#include "sim/params.h"

#include <stdio.h>

/* Requests for nobody are answered as JSON. */
static const struct sim_api_service nobody = {
    .name = "unknown", .protocol = SIM_JSON, .signing_name = "", .invalid_code = "InvalidAction"};

struct refusal {
  unsigned status;
  const char *code;
};

/* What a failed check is called: by the json protocols, by query and rest, by S3. */
static const struct {
  enum sim_verdict verdict;
  struct refusal json, query, s3;
  const char *message;
} refusals[] = {
    {SIM_VERDICT_NO_AUTH,
     {400, "MissingAuthenticationTokenException"},
     {403, "MissingAuthenticationToken"},
     {403, "AccessDenied"},
     "Request is missing Authentication Token"},
    {SIM_VERDICT_MALFORMED,
     {400, "IncompleteSignatureException"},
     {400, "IncompleteSignature"},
     {400, "AuthorizationHeaderMalformed"},
     "The request signature does not conform to AWS standards: Credential, SignedHeaders with host "
     "and every x-amz- header, Signature and X-Amz-Date are needed"},
    {SIM_VERDICT_KEY,
     {400, "UnrecognizedClientException"},
     {403, "InvalidClientTokenId"},
     {403, "InvalidAccessKeyId"},
     "The security token included in the request is invalid."},
    {SIM_VERDICT_SERVICE,
     {400, "InvalidSignatureException"},
     {403, "SignatureDoesNotMatch"},
     {400, "AuthorizationHeaderMalformed"},
     "Credential should be scoped to correct service."},
    {SIM_VERDICT_REGION,
     {400, "InvalidSignatureException"},
     {403, "SignatureDoesNotMatch"},
     {400, "AuthorizationHeaderMalformed"},
     "Credential should be scoped to a valid region."},
    {SIM_VERDICT_DATE,
     {400, "InvalidSignatureException"},
     {403, "SignatureDoesNotMatch"},
     {403, "SignatureDoesNotMatch"},
     "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP"},
    {SIM_VERDICT_SKEWED,
     {400, "InvalidSignatureException"},
     {403, "SignatureDoesNotMatch"},
     {403, "RequestTimeTooSkewed"},
     "Signature expired: the request's date is too far behind the server's clock"},
    {SIM_VERDICT_EARLY,
     {400, "InvalidSignatureException"},
     {403, "SignatureDoesNotMatch"},
     {403, "RequestTimeTooSkewed"},
     "Signature not yet current: the request's date is too far ahead of the server's clock"},
    {SIM_VERDICT_EXPIRED,
     {403, "ExpiredTokenException"},
     {403, "AccessDenied"},
     {403, "AccessDenied"},
     "Request has expired"},
    {SIM_VERDICT_TOKEN,
     {400, "ExpiredTokenException"},
     {403, "ExpiredToken"},
     {400, "ExpiredToken"},
     "The security token included in the request is expired"},
    {SIM_VERDICT_PAYLOAD,
     {400, "InvalidSignatureException"},
     {403, "SignatureDoesNotMatch"},
     {400, "XAmzContentSHA256Mismatch"},
     "The provided x-amz-content-sha256 does not match what was computed, or is missing."},
    {SIM_VERDICT_SIGNATURE,
     {400, "InvalidSignatureException"},
     {403, "SignatureDoesNotMatch"},
     {403, "SignatureDoesNotMatch"},
     "The request signature we calculated does not match the signature you provided. Check your "
     "AWS "
     "Secret Access Key and signing method. Consult the service documentation for details."},
};

static bool refuse(struct sim_request *rq, enum sim_verdict verdict, struct aws_str canonical) {
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    if (refusals[i].verdict != verdict)
      continue;
    bool json =
        rq->protocol == SIM_JSON || rq->protocol == SIM_CBOR || rq->protocol == SIM_REST_JSON;
    struct refusal r = rq->service->s3_errors ? refusals[i].s3
                       : json                 ? refusals[i].json
                                              : refusals[i].query;
    if (rq->protocol == SIM_REST_JSON)
      r.status = 403;
    if (verdict == SIM_VERDICT_SIGNATURE && canonical.n)
      sim_error(rq, r.status, r.code,
                "%s\n\nThe Canonical String for this request should have been\n'%.*s'",
                refusals[i].message, AWS_STR_ARG(canonical));
    else
      sim_error(rq, r.status, r.code, "%s", refusals[i].message);
  }
  return false;
}

/* Credentials that were given out need their token, and end. */
static enum sim_verdict check_key(struct sim_request *rq, const struct sim_http *h,
                                  const struct sim_key *k, aws_ms now) {
  const char *token = sim_http_header_value(h, "X-Amz-Security-Token");

  if (!token || strcmp(token, k->token) != 0)
    return SIM_VERDICT_KEY;
  rq->principal = k->principal;
  return now < k->expires ? SIM_VERDICT_GOOD : SIM_VERDICT_TOKEN;
}

static bool authenticate(struct sim_gate *gate, struct sim_request *rq, const struct sim_http *h,
                         const struct sim_auth *auth, aws_ms now) {
  const struct sim_key *given = sim_keys_find(gate->keys, rq->access_key);
  struct sim_expect expect = {
      .access_key = given ? given->id : gate->access_key,
      .secret = given ? given->secret : gate->secret,
      .service = rq->service->signing_name,
      .region = !strcmp(rq->service->name, "cloudfront") ? "us-east-1" : NULL,
      .now = now,
      .skew = (rq->service->s3_errors ? 15 : 5) * SIM_MINUTE,
      .s3 = rq->service->s3_errors,
  };
  struct aws_str canonical = {0};
  enum sim_verdict verdict;

  if (rq->service->open || rq->op->open)
    return true;
  verdict = sim_verify(rq->arena, h, auth, &expect, &canonical);
  if (verdict == SIM_VERDICT_GOOD && given)
    verdict = check_key(rq, h, given, now);
  return verdict == SIM_VERDICT_GOOD || refuse(rq, verdict, canonical);
}

static void open_answer(struct sim_request *rq) {
  struct aws_buf *b = &rq->out.buf;

  if (rq->out.format != SIM_FORMAT_XML) {
    sim_begin(rq, NULL);
    return;
  }
  if (rq->protocol == SIM_QUERY) {
    aws_buf_addf(b, "<%sResponse xmlns=\"%s\"><%sResult>", rq->op->name, rq->service->xmlns,
                 rq->op->name);
    return;
  }
  aws_buf_addf(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s xmlns=\"%s\">", rq->op->root,
               rq->service->xmlns);
}

static void close_answer(struct sim_request *rq) {
  struct aws_buf *b = &rq->out.buf;

  while (rq->out.depth)
    sim_end(rq);
  if (rq->out.format != SIM_FORMAT_XML)
    return;
  if (rq->protocol == SIM_QUERY)
    aws_buf_addf(b,
                 "</%sResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>"
                 "</%sResponse>",
                 rq->op->name, rq->id, rq->op->name);
  else
    aws_buf_addf(b, "</%s>", rq->op->root);
}

static void set_region(struct sim_gate *gate, struct sim_request *rq, struct aws_str region) {
  struct aws_str copy = aws_arena_copy(rq->arena, region);

  rq->region = copy.p ? copy.p : "";
  rq->world = gate->world;
  if (!rq->service->everywhere && strcmp(rq->region, gate->world->region) != 0) {
    gate->elsewhere->region = rq->region;
    gate->elsewhere->now = gate->world->now;
    rq->world = gate->elsewhere;
  }
  rq->out.world = rq->world;
}

static void new_id(struct sim_gate *gate, char id[37]) {
  struct sim_world w = {.random = gate->ids};

  sim_random_uuid(&w, id);
  gate->ids = w.random;
}

static void set_service(struct sim_request *rq, const struct sim_api_service *s,
                        enum sim_protocol protocol) {
  rq->service = s;
  rq->protocol = protocol;
  rq->out.format = protocol == SIM_CBOR                                ? SIM_FORMAT_CBOR
                   : protocol == SIM_QUERY || protocol == SIM_REST_XML ? SIM_FORMAT_XML
                                                                       : SIM_FORMAT_JSON;
  rq->out.times =
      rq->out.format == SIM_FORMAT_XML || protocol == SIM_REST_JSON ? SIM_TIME_ISO : SIM_TIME_EPOCH;
}

static void handle(struct sim_request *rq) {
  const struct sim_scenario *scenario = rq->world->scenario;

  if (scenario && scenario->intercept && scenario->intercept(rq))
    return;
  if (!sim_params_check(rq))
    return;
  open_answer(rq);
  rq->op->handler(rq);
  if (!rq->failed)
    close_answer(rq);
}

static struct sim_tally *tally_of(struct sim_tallies *all, const struct sim_request *rq) {
  static struct sim_tally none; /* there are fewer operations than places */

  for (size_t i = 0; i < all->n; i++)
    if (all->t[i].op == rq->op)
      return &all->t[i];
  if (all->n == SIM_TALLIES_MAX)
    return &none;
  all->t[all->n] = (struct sim_tally){.service = rq->service, .op = rq->op};
  return &all->t[all->n++];
}

void sim_tallies_list(const struct sim_tallies *t, struct aws_buf *out) {
  for (size_t i = 0; i < t->n; i++)
    aws_buf_addf(out, "%s:%s %llu asked, %llu done, %llu spoilt\n", t->t[i].service->name,
                 t->t[i].op->name, (unsigned long long)t->t[i].asked,
                 (unsigned long long)t->t[i].done, (unsigned long long)t->t[i].spoilt);
}

/* Faults come first: what is spoilt on the way never reaches AWS. */
static void take(struct sim_gate *gate, const struct sim_http *h, const struct sim_auth *auth,
                 const struct sim_now *now, struct sim_request *rq) {
  struct aws_str key = aws_arena_copy(rq->arena, auth->access_key);

  rq->access_key = key.p ? key.p : "";
  rq->http = h;
  rq->wall = now->wall;
  rq->keys = gate->keys;
  set_region(gate, rq, auth->region);
  if (!sim_route_op(rq, h))
    return;
  struct sim_tally *tally = tally_of(&gate->tallies, rq);
  tally->asked++;
  sim_untwist((cJSON *)(uintptr_t)rq->in);
  sim_faults_choose(gate->faults, rq, now->mono);
  tally->spoilt += rq->nplays > 0;
  for (int stage = SIM_FAULT_BEFORE; stage < SIM_FAULT_AFTER; stage++)
    sim_faults_apply(rq, (enum sim_fault_stage)stage);
  if (!rq->failed && authenticate(gate, rq, h, auth, now->wall + rq->clock_ahead)) {
    handle(rq);
    tally->done += rq->status < 300;
  }
  sim_faults_apply(rq, SIM_FAULT_AFTER);
}

void sim_answer(struct sim_gate *gate, const struct sim_http *h, const struct sim_now *now,
                struct sim_request *rq) {
  struct sim_auth auth;
  enum sim_protocol protocol = SIM_JSON;

  rq->status = 200;
  rq->world = gate->world;
  aws_buf_init(&rq->out.buf, SIM_OUT_MAX);
  new_id(gate, rq->id);
  set_service(rq, &nobody, SIM_JSON);
  if (!sim_auth_read(rq->arena, h, &auth)) {
    sim_error(rq, 500, "InternalFailure", "out of memory");
    return;
  }
  const struct sim_api_service *s = sim_route_service(h, &auth, &protocol);
  if (!s) {
    sim_error(rq, 404, "UnknownOperationException", "There is no such service here");
    return;
  }
  set_service(rq, s, protocol);
  take(gate, h, &auth, now, rq);
  if (rq->out.buf.failed)
    sim_error(rq, 500, "InternalFailure", "The answer does not fit into memory");
}

const char *sim_content_type(const struct sim_request *rq) {
  if (rq->content_type)
    return rq->content_type;
  switch (rq->protocol) {
  case SIM_JSON:
    return strcmp(rq->service->name, "cloudwatch") ? "application/x-amz-json-1.1"
                                                   : "application/x-amz-json-1.0";
  case SIM_CBOR:
    return "application/cbor";
  case SIM_REST_JSON:
    return "application/json";
  case SIM_REST_XML:
    return rq->service->s3_errors ? "application/xml" : "text/xml";
  default:
    return "text/xml";
  }
}
