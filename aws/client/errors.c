#include "config.h"

#include "aws/client/errors.h"

#include <stdio.h>

enum { ERROR_TREE_MAX = 8 << 20, RETRY_AFTER_MAX_MS = 24 * 3600 * 1000 };

/* ---- what a code means ----------------------------------------------------------------------- */

static const struct meaning {
  const char *code;
  enum aws_errc errc;
  bool retryable;
} meanings[] = {
    {"Throttling", AWS_E_THROTTLED, true},
    {"ThrottlingException", AWS_E_THROTTLED, true},
    {"ThrottledException", AWS_E_THROTTLED, true},
    {"RequestThrottled", AWS_E_THROTTLED, true},
    {"RequestThrottledException", AWS_E_THROTTLED, true},
    {"TooManyRequestsException", AWS_E_THROTTLED, true},
    {"ProvisionedThroughputExceededException", AWS_E_THROTTLED, true},
    {"TransactionInProgressException", AWS_E_THROTTLED, true},
    {"RequestLimitExceeded", AWS_E_THROTTLED, true},
    {"BandwidthLimitExceeded", AWS_E_THROTTLED, true},
    {"LimitExceededException", AWS_E_SERVICE, true},
    {"SlowDown", AWS_E_THROTTLED, true},
    {"EC2ThrottledException", AWS_E_THROTTLED, true},
    {"PriorRequestNotComplete", AWS_E_SERVICE, true},
    {"IDPCommunicationError", AWS_E_SERVICE, true},
    {"RequestTimeout", AWS_E_SERVICE, true},
    {"RequestTimeoutException", AWS_E_SERVICE, true},
    {"ExpiredToken", AWS_E_EXPIRED, false},
    {"ExpiredTokenException", AWS_E_EXPIRED, false},
    {"RequestExpired", AWS_E_EXPIRED, false},
    {"RequestTimeTooSkewed", AWS_E_EXPIRED, false},
    {"RequestInTheFuture", AWS_E_EXPIRED, false},
    {"InvalidClientTokenId", AWS_E_CREDENTIALS, false},
    {"UnrecognizedClientException", AWS_E_CREDENTIALS, false},
    {"InvalidAccessKeyId", AWS_E_CREDENTIALS, false},
    {"InvalidToken", AWS_E_CREDENTIALS, false},
    {"AuthFailure", AWS_E_CREDENTIALS, false},
    {"SignatureDoesNotMatch", AWS_E_CREDENTIALS, false},
    {"InvalidSignatureException", AWS_E_CREDENTIALS, false},
    {"IncompleteSignature", AWS_E_CREDENTIALS, false},
    {"IncompleteSignatureException", AWS_E_CREDENTIALS, false},
    {"MissingAuthenticationToken", AWS_E_CREDENTIALS, false},
    {"MissingAuthenticationTokenException", AWS_E_CREDENTIALS, false},
    {"AccessDenied", AWS_E_DENIED, false},
    {"AccessDeniedException", AWS_E_DENIED, false},
    {"UnauthorizedOperation", AWS_E_DENIED, false},
    {"UnauthorizedException", AWS_E_DENIED, false},
    {"AllAccessDisabled", AWS_E_DENIED, false},
    {"OptInRequired", AWS_E_DENIED, false},
};

/* What an operator can do about it; goes before AWS's own words. */
static const struct advice {
  enum aws_errc errc;
  const char *text;
} advices[] = {
    {AWS_E_DENIED, "not permitted for this role"},
    {AWS_E_THROTTLED, "AWS asks to slow down"},
    {AWS_E_EXPIRED, "the credentials or the clock are out of date; log in again or set the clock"},
    {AWS_E_CREDENTIALS,
     "AWS does not accept these credentials; check the profile, or AWS_ACCESS_KEY_ID "
     "and its like where they are set"},
};

static void classify(struct aws_error *err) {
  for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
    if (strcmp(meanings[i].code, err->aws_code) == 0) {
      err->code = meanings[i].errc;
      err->retryable = meanings[i].retryable || err->http_status >= 500;
      return;
    }
  int status = err->http_status;
  err->retryable =
      status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
  if (status == 429)
    err->code = AWS_E_THROTTLED;
  else if (strstr(err->aws_code, "NotFound") || strncmp(err->aws_code, "NoSuch", 6) == 0 ||
           status == 404)
    err->code = AWS_E_NOT_FOUND;
  else if (status == 403 || status == 401)
    err->code = AWS_E_DENIED;
  else
    err->code = AWS_E_SERVICE;
}

/* A signature that AWS refuses because of its date, not of its key. */
bool aws_error_is_clock(const struct aws_error *err) {
  static const char *const codes[] = {"RequestTimeTooSkewed", "RequestExpired",
                                      "RequestInTheFuture"};
  for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
    if (strcmp(err->aws_code, codes[i]) == 0)
      return true;
  return err->code == AWS_E_CREDENTIALS &&
         (strstr(err->text, "Signature expired") || strstr(err->text, "Signature not yet current"));
}

bool aws_error_is_keys(const struct aws_error *err) {
  static const char *const codes[] = {"ExpiredToken",         "ExpiredTokenException",
                                      "InvalidClientTokenId", "UnrecognizedClientException",
                                      "InvalidAccessKeyId",   "InvalidToken"};
  for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
    if (strcmp(err->aws_code, codes[i]) == 0)
      return true;
  return false;
}

/* ---- finding code and message ---------------------------------------------------------------- */

/* "com.amazonaws.ecs#ClientException:http://..." is "ClientException". */
static struct aws_str bare_code(struct aws_str s) {
  s = aws_str_after_last(s, '#');
  return aws_str_trim(aws_str_split(&s, ':'));
}

static struct aws_str first_of(const cJSON *doc, const char *const *paths) {
  struct aws_str s = {0};
  for (; *paths && !s.p; paths++)
    s = aws_doc_str(doc, *paths);
  return s;
}

struct told {
  struct aws_str code, message, request_id;
};

static void read_json(const cJSON *doc, struct told *t) {
  static const char *const codes[] = {"__type", "code", "Code", "error", NULL};
  static const char *const messages[] = {"message", "Message", "errorMessage", "error_description",
                                         NULL};
  if (!t->code.n)
    t->code = first_of(doc, codes);
  t->message = first_of(doc, messages);
}

/* ErrorResponse (query, CloudFront), Error (S3), Response (ec2). */
static void read_xml(const cJSON *doc, struct told *t) {
  static const char *const codes[] = {"Error/Code", "Code", "Errors/Error/Code", NULL};
  static const char *const messages[] = {"Error/Message", "Message", "Errors/Error/Message", NULL};
  static const char *const ids[] = {"RequestId", "RequestID", NULL};
  t->code = first_of(doc, codes);
  t->message = first_of(doc, messages);
  t->request_id = first_of(doc, ids);
}

static void read_body(struct aws_arena *a, const struct aws_http_reply *reply, struct told *t) {
  struct aws_str body = aws_str_trim(reply->body);
  struct aws_error ignored = {0};
  if (body.n == 0)
    return;
  if (body.p[0] == '{') {
    const cJSON *doc = aws_json_parse(a, body.p, body.n, &ignored);
    if (doc)
      read_json(doc, t);
  } else if (body.p[0] == '<') {
    const cJSON *doc = aws_xml_parse(a, body.p, body.n, &ignored);
    if (doc) /* an HTML page of a load balancer may parse, but tells nothing */
      read_xml(doc, t);
  }
}

/* ---- the rest of the head -------------------------------------------------------------------- */

void aws_request_id(const struct aws_http_reply *reply, char *out, size_t n) {
  static const char *const names[] = {"x-amzn-requestid", "x-amz-request-id", "x-amz-cf-id"};
  out[0] = '\0';
  for (size_t i = 0; i < sizeof names / sizeof names[0] && !out[0]; i++)
    snprintf(out, n, "%.*s", AWS_STR_ARG(aws_http_header(reply, names[i])));
}

/* Seconds in Retry-After, milliseconds in x-amz-retry-after. A date there is not taken, nor more
 * than a day. */
static int64_t retry_after(const struct aws_http_reply *reply) {
  int64_t ms = 0, s = 0;
  if (!aws_str_to_int(aws_http_header(reply, "x-amz-retry-after"), &ms) &&
      aws_str_to_int(aws_http_header(reply, "retry-after"), &s) && s <= RETRY_AFTER_MAX_MS / 1000)
    ms = s * 1000;
  return ms > 0 && ms <= RETRY_AFTER_MAX_MS ? ms : 0;
}

/* ---- the sentence ---------------------------------------------------------------------------- */

static const char *advice_for(enum aws_errc errc) {
  for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++)
    if (advices[i].errc == errc)
      return advices[i].text;
  return NULL;
}

/* Below its first line the message of a refused signature repeats the request that was signed, the
 * session token in it. */
static struct aws_str without_request(const struct aws_error *err, struct aws_str message) {
  return err->code == AWS_E_CREDENTIALS ? aws_str_trim(aws_str_split(&message, '\n')) : message;
}

static void put_into_words(struct aws_error *err, const struct aws_op *op, struct aws_str message) {
  const char *advice = advice_for(err->code);
  struct aws_error said = *err; /* aws_error_set clears the rest */
  char code[96];
  if (err->aws_code[0])
    snprintf(code, sizeof code, "%s", err->aws_code);
  else
    snprintf(code, sizeof code, "HTTP %d without an error code", err->http_status);
  aws_error_set(err, err->code, "%s %s: %s%s%s%s%s%.*s", op->service->id, op->name,
                advice ? advice : "", advice ? " (" : "", code, advice ? ")" : "",
                message.n ? ": " : "", AWS_STR_ARG(message));
  memcpy(said.text, err->text, sizeof said.text);
  *err = said;
}

void aws_error_from_reply(struct aws_error *err, const struct aws_op *op,
                          const struct aws_http_reply *reply) {
  struct told t = {.code = aws_http_header(reply, "x-amzn-errortype")};
  struct aws_arena a;
  aws_arena_init(&a, ERROR_TREE_MAX);
  aws_error_clear(err);
  err->http_status = reply->status;
  read_body(&a, reply, &t);
  snprintf(err->aws_code, sizeof err->aws_code, "%.*s", AWS_STR_ARG(bare_code(t.code)));
  aws_request_id(reply, err->request_id, sizeof err->request_id);
  if (!err->request_id[0])
    snprintf(err->request_id, sizeof err->request_id, "%.*s", AWS_STR_ARG(t.request_id));
  err->retry_after_ms = retry_after(reply);
  classify(err);
  put_into_words(err, op, without_request(err, aws_str_trim(t.message)));
  aws_arena_done(&a);
}
