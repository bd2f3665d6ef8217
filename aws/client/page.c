#include "config.h"

#include "aws/client/errors.h"
#include "aws/client/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { TREE_MAX = 128 << 20, PAGE_MAX = 64 << 20 };

/* ---- counted pages --------------------------------------------------------------------------- */

struct aws_page *aws_page_ref(struct aws_page *p) {
  p->refs++;
  return p;
}

void aws_page_unref(struct aws_page *p) {
  if (!p || --p->refs > 0)
    return;
  if (p->secret)
    aws_arena_wipe_done(&p->arena);
  else
    aws_arena_done(&p->arena);
  free(p);
}

const void *aws_page_item(const struct aws_page *p, size_t i) {
  size_t size = p->type ? p->type->size : sizeof(struct aws_str);
  return (const char *)p->items + i * size;
}

/* ---- from body to result --------------------------------------------------------------------- */

static bool is_json(const struct aws_op *op) {
  enum aws_protocol p = op->service->protocol;
  return p == AWS_JSON_1_0 || p == AWS_JSON_1_1 || p == AWS_REST_JSON;
}

/* The node that the operation's paths start from. */
static const cJSON *parse(struct aws_arena *tree, const struct aws_op *op, struct aws_str body,
                          struct aws_error *err) {
  if (is_json(op))
    return aws_json_parse(tree, body.p, body.n, err);
  const cJSON *root = aws_xml_parse(tree, body.p, body.n, err);
  if (!root || op->service->protocol != AWS_QUERY)
    return root;
  char name[128];
  snprintf(name, sizeof name, "%sResult", op->name);
  const cJSON *result = aws_doc_at(root, name);
  return result ? result : root;
}

static bool decode_one(struct aws_page *p, const cJSON *node, struct aws_odd *odd) {
  p->items = aws_arena_alloc(&p->arena, p->type->size);
  p->n = 1;
  return p->items && aws_decode(&p->arena, p->type, node, p->items, odd);
}

static bool decode_items(struct aws_page *p, const struct aws_op *op, const cJSON *result,
                         struct aws_odd *odd) {
  if (!op->items)
    return true;
  const cJSON *node = aws_doc_at(result, op->items);
  if (!node && op->none && aws_str_eq_c(aws_doc_str(result, op->none), "0"))
    return true;
  if (!node) {
    *odd = (struct aws_odd){.n = 1, .path = op->items, .missing = true};
    return true;
  }
  if (op->item && (!op->items[0] || (is_json(op) && cJSON_IsObject(node))))
    return decode_one(p, node, odd);
  struct aws_list list;
  if (!aws_decode_list(&p->arena, op->item, node, &list, odd))
    return false;
  p->items = list.items;
  p->n = list.n;
  return true;
}

/* `failures` of ECS, and the InvalidParameters of SSM: things asked for that are not there. */
static bool decode_failures(struct aws_page *p, const cJSON *result) {
  const cJSON *failures = aws_doc_at(result, "failures");
  const cJSON *invalid = aws_doc_at(result, "InvalidParameters");
  size_t n = 0;
  const cJSON *c;
  cJSON_ArrayForEach(c, failures) n++;
  cJSON_ArrayForEach(c, invalid) n++;
  if (n == 0)
    return true;
  p->failures = aws_arena_alloc_n(&p->arena, n, sizeof *p->failures);
  if (!p->failures)
    return false;
  cJSON_ArrayForEach(c, failures) {
    struct aws_failure *f = &p->failures[p->nfailures++];
    f->arn = aws_arena_copy(&p->arena, aws_doc_str(c, "arn"));
    f->reason = aws_arena_copy(&p->arena, aws_doc_str(c, "reason"));
    f->detail = aws_arena_copy(&p->arena, aws_doc_str(c, "detail"));
  }
  cJSON_ArrayForEach(c, invalid) {
    struct aws_failure *f = &p->failures[p->nfailures++];
    f->arn = aws_arena_copy(&p->arena, aws_doc_str(c, ""));
    f->reason = AWS_STR_LIT("InvalidParameter");
  }
  return true;
}

static bool find_token(const struct aws_op *op, const cJSON *result, char **token) {
  *token = NULL;
  if (!op->token_out)
    return true;
  if (op->more) {
    struct aws_str more = aws_doc_str(result, op->more);
    if (more.n != 4 || strncasecmp(more.p, "true", 4) != 0)
      return true;
  }
  struct aws_str t = aws_doc_str(result, op->token_out);
  if (t.n == 0)
    return true;
  *token = aws_calloc(t.n + 1, 1);
  if (*token)
    memcpy(*token, t.p, t.n);
  return *token != NULL;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* What AWS did not mean is not shown as if it did: the caller keeps what it had. */
static void say_odd(const struct aws_op *op, const struct aws_odd *odd, struct aws_error *err) {
  const char *of = odd->type ? odd->type : "list", *path = odd->path;
  const char *a = strchr("AEIOU", of[0]) ? "an" : "a";
  if (!odd->type && path)
    aws_error_set(err, AWS_E_BODY, "%s %s: the answer has no %s", op->service->id, op->name, path);
  else if (!path)
    aws_error_set(err, AWS_E_BODY, "%s %s: the answer has %s %s that is none", op->service->id,
                  op->name, a, of);
  else
    aws_error_set(err, AWS_E_BODY, "%s %s: the answer has %s %s %s %s", op->service->id, op->name,
                  a, of, odd->missing ? "without" : "with an impossible", path);
  err->retryable = true;
}

static bool fill(struct aws_page *p, const struct aws_op *op, const struct aws_http_reply *reply,
                 char **token, struct aws_error *err) {
  struct aws_arena tree;
  aws_arena_init(&tree, TREE_MAX);
  const cJSON *result = NULL;
  struct aws_odd odd = {0};
  bool ok = true, empty = reply->body.n == 0 && !op->items;
  if (!empty) {
    result = parse(&tree, op, reply->body, err);
    ok = result != NULL;
  }
  if (!ok) {
    aws_error_wrap(err, "%s %s: the answer cannot be read", op->service->id, op->name);
    err->retryable = true;
  } else if (result && !(decode_items(p, op, result, &odd) && decode_failures(p, result) &&
                         find_token(op, result, token))) {
    aws_error_set(err, AWS_E_MEMORY, "%s %s: no memory for the answer", op->service->id, op->name);
    ok = false;
  } else if (odd.n) {
    say_odd(op, &odd, err);
    ok = false;
  }
  if (p->secret)
    aws_arena_wipe_done(&tree);
  else
    aws_arena_done(&tree);
  return ok;
}

struct aws_page *aws_page_decode(const struct aws_op *op, const struct aws_http_reply *reply,
                                 bool secret, aws_ms now, char **token, struct aws_error *err) {
  struct aws_page *p = aws_calloc(1, sizeof *p);
  *token = NULL;
  if (!p) {
    aws_error_set(err, AWS_E_MEMORY, "%s %s: no memory for the answer", op->service->id, op->name);
    return NULL;
  }
  aws_arena_init(&p->arena, PAGE_MAX);
  p->refs = 1;
  p->type = op->item;
  p->secret = secret;
  p->fetched_at = now;
  aws_request_id(reply, p->request_id, sizeof p->request_id);
  if (fill(p, op, reply, token, err)) {
    p->etag = aws_arena_copy(&p->arena, aws_http_header(reply, "etag"));
    return p;
  }
  free(*token);
  *token = NULL;
  err->http_status = reply->status;
  aws_request_id(reply, err->request_id, sizeof err->request_id);
  aws_page_unref(p);
  return NULL;
}
