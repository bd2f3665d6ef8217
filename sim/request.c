/* What a handler works with: parameters, errors, page tokens. */
#include "sim/sim.h"

#include "aws/doc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void restart(struct sim_request *rq, unsigned status) {
  aws_buf_clear(&rq->out.buf);
  rq->out.buf.failed = false;
  rq->out.depth = 0;
  rq->status = status;
  rq->failed = true;
}

static void xml_error(struct sim_request *rq, const char *code, const char *message) {
  struct aws_buf *b = &rq->out.buf;

  aws_buf_add_c(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  if (rq->service->s3_errors) {
    sim_begin(rq, "Error");
    sim_str(rq, "Code", code);
    sim_str(rq, "Message", message);
    sim_str(rq, "RequestId", rq->id);
    sim_str(rq, "HostId", "c2ltdWxhdGVkIGhvc3QgaWQ=");
    sim_end(rq);
    return;
  }
  aws_buf_addf(b, "<ErrorResponse xmlns=\"%s\">", rq->service->xmlns ? rq->service->xmlns : "");
  sim_begin(rq, "Error");
  sim_str(rq, "Type", rq->status < 500 ? "Sender" : "Receiver");
  sim_str(rq, "Code", code);
  sim_str(rq, "Message", message);
  sim_end(rq);
  sim_str(rq, "RequestId", rq->id);
  aws_buf_add_c(b, "</ErrorResponse>");
}

void sim_error(struct sim_request *rq, unsigned status, const char *code, const char *fmt, ...) {
  char message[1024];
  va_list ap;
  const char *fault = status < 500 ? "Sender" : "Receiver";

  va_start(ap, fmt);
  vsnprintf(message, sizeof message, fmt, ap);
  va_end(ap);
  restart(rq, status);
  if (rq->out.format == SIM_FORMAT_XML) {
    xml_error(rq, code, message);
    return;
  }
  sim_begin(rq, NULL);
  if (rq->protocol == SIM_CBOR)
    sim_strf(rq, "__type", "com.amazonaws.%s#%s", rq->service->name, code);
  else if (rq->protocol == SIM_JSON)
    sim_str(rq, "__type", code);
  else
    sim_header(rq, "x-amzn-ErrorType", "%s", code);
  sim_str(rq, "message", message);
  sim_end(rq);
  if (!strcmp(rq->service->name, "cloudwatch"))
    sim_header(rq, "x-amzn-query-error", "%s;%s", code, fault);
}

void sim_plain(struct sim_request *rq, unsigned status, const char *type, const char *text) {
  restart(rq, status);
  rq->content_type = type;
  aws_buf_add_c(&rq->out.buf, text);
}

void sim_invalid(struct sim_request *rq, const char *fmt, ...) {
  char message[1024];
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(message, sizeof message, fmt, ap);
  va_end(ap);
  sim_error(rq, 400, rq->service->invalid_code, "%s", message);
}

void sim_header(struct sim_request *rq, const char *name, const char *fmt, ...) {
  va_list ap;

  if (rq->nheaders == sizeof rq->headers / sizeof rq->headers[0])
    return;
  rq->headers[rq->nheaders].name = name;
  va_start(ap, fmt);
  vsnprintf(rq->headers[rq->nheaders].value, sizeof rq->headers[0].value, fmt, ap);
  va_end(ap);
  rq->nheaders++;
}

/* ---- parameters ------------------------------------------------------------------------------ */

const char *sim_item_str(const cJSON *item) {
  return cJSON_IsString(item) && item->valuestring ? item->valuestring : "";
}

const char *sim_in_str(const struct sim_request *rq, const char *path) {
  const cJSON *v = aws_doc_at(rq->in, path);

  return cJSON_IsString(v) ? v->valuestring : NULL;
}

int64_t sim_in_int(const struct sim_request *rq, const char *path, int64_t absent) {
  const cJSON *v = aws_doc_at(rq->in, path);
  int64_t n;

  if (cJSON_IsNumber(v)) {
    if (v->valuedouble >= 9e18 || v->valuedouble <= -9e18)
      return v->valuedouble > 0 ? INT64_MAX : INT64_MIN;
    return (int64_t)v->valuedouble;
  }
  if (cJSON_IsString(v) && aws_str_to_int(aws_str_from(v->valuestring), &n))
    return n;
  return absent;
}

bool sim_in_bool(const struct sim_request *rq, const char *path, bool absent) {
  const cJSON *v = aws_doc_at(rq->in, path);

  if (cJSON_IsBool(v))
    return cJSON_IsTrue(v);
  if (cJSON_IsString(v))
    return !strcmp(v->valuestring, "true");
  return absent;
}

aws_ms sim_in_time(const struct sim_request *rq, const char *path, aws_ms absent) {
  const cJSON *v = aws_doc_at(rq->in, path);
  aws_ms t;

  if (cJSON_IsNumber(v) && v->valuedouble > -9e12 && v->valuedouble < 9e12)
    return sim_unwall(rq->world, (aws_ms)(v->valuedouble * 1000.0));
  if (cJSON_IsString(v) && aws_time_parse(aws_str_from(v->valuestring), &t))
    return sim_unwall(rq->world, t);
  return absent;
}

const cJSON *sim_in_list(const struct sim_request *rq, const char *path) {
  const cJSON *v = aws_doc_at(rq->in, path);

  return cJSON_IsArray(v) ? v : NULL;
}

bool sim_in_has(const struct sim_request *rq, const char *path) {
  return aws_doc_at(rq->in, path) != NULL;
}

/* ---- page tokens ----------------------------------------------------------------------------- */

static bool is_token(const char *name) {
  static const char *const tokens[] = {"Marker", "nextToken", "NextToken", "continuation-token"};

  for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
    if (!strcmp(name, tokens[i]))
      return true;
  return false;
}

static uint64_t hash_tree(uint64_t h, const cJSON *node, bool root) {
  for (const cJSON *c = node->child; c; c = c->next) {
    if (root && c->string && is_token(c->string))
      continue;
    if (c->string)
      h = h * 31 + aws_hash(c->string, strlen(c->string));
    if (c->valuestring)
      h = h * 31 + aws_hash(c->valuestring, strlen(c->valuestring));
    h = h * 31 + (uint64_t)(int64_t)c->valuedouble + (uint64_t)c->type;
    h = hash_tree(h, c, false);
  }
  return h;
}

/* What a token is bound to: the operation and every parameter but the token itself. */
static uint64_t token_mark(const struct sim_request *rq) {
  uint64_t h = aws_hash(rq->op->name, strlen(rq->op->name));

  return hash_tree(h, rq->in, true) & UINT64_C(0xffffffffff);
}

bool sim_token_read(struct sim_request *rq, const char *token, uint64_t *position) {
  const char *text = sim_in_str(rq, token);
  uint64_t mark;
  int used = 0;

  *position = 0;
  if (!text || !*text)
    return true;
  /* NOLINTNEXTLINE(cert-err34-c): the widths keep the numbers in range */
  if (sscanf(text, "eyJzaW0i%10" SCNx64 "%16" SCNx64 "%n", &mark, position, &used) == 2 &&
      !text[used] && mark == token_mark(rq))
    return true;
  sim_error(rq, 400, rq->service->token_code, "Invalid token");
  return false;
}

void sim_token_write(struct sim_request *rq, const char *name, uint64_t position) {
  sim_strf(rq, name, "eyJzaW0i%010" PRIx64 "%016" PRIx64, token_mark(rq), position);
}

void sim_access_denied(struct sim_request *rq) {
  sim_error(rq, rq->protocol == SIM_JSON ? 400 : 403,
            rq->out.format == SIM_FORMAT_JSON ? "AccessDeniedException" : "AccessDenied",
            "User: arn:aws:sts::%s:%s is not authorized to perform: %s:%s because no "
            "identity-based policy allows it",
            rq->world->account, rq->world->principal, rq->service->signing_name, rq->op->name);
}

bool sim_page_fault(struct sim_request *rq, const char *token, struct sim_page *page) {
  const bool first = !sim_in_has(rq, token);

  page->again = rq->pages == SIM_PAGES_LOOP ||
                ((rq->pages == SIM_PAGES_EMPTY || rq->pages == SIM_PAGES_DENIED) && first);
  if (rq->pages == SIM_PAGES_EMPTY && first)
    page->end = page->first;
  if (rq->pages == SIM_PAGES_DENIED && first && page->end - page->first > 1)
    page->end = page->first + (page->end - page->first) / 2;
  if (rq->pages != SIM_PAGES_DENIED || first)
    return true;
  sim_access_denied(rq);
  return false;
}

bool sim_page(struct sim_request *rq, const char *token, const char *size, size_t preset,
              size_t total, struct sim_page *page) {
  uint64_t first;
  int64_t want = size ? sim_in_int(rq, size, (int64_t)preset) : (int64_t)preset;

  if (!sim_token_read(rq, token, &first))
    return false;
  page->total = total;
  page->first = first < total ? (size_t)first : total;
  page->end = want > 0 && (uint64_t)want < total - page->first ? page->first + (size_t)want : total;
  return sim_page_fault(rq, token, page);
}

bool sim_page_more(const struct sim_page *page) {
  return page->again || page->end < page->total;
}

void sim_next(struct sim_request *rq, const char *name, const struct sim_page *page) {
  if (sim_page_more(page))
    sim_token_write(rq, name, page->again ? page->first : page->end);
}
