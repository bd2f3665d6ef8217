/* A whole answer, as each operation reads it: a page when it is a success, else an error. The first
 * line says whose it is and its status, "ecs:DescribeServices 200"; an operation that there is not
 * stands for some other one. */
#include "aws/api.h"
#include "aws/client/errors.h"
#include "aws/client/page.h"
#include "tests/fuzz/fuzz.h"

static void read_page(const struct aws_op *op, const struct aws_http_reply *reply) {
  struct aws_error err = {0};
  char *token = NULL;
  struct aws_page *page = aws_page_decode(op, reply, reply->body.n % 2 == 1, 1, &token, &err);
  FUZZ_HOLDS(page || (err.code != AWS_OK && err.text[0] != '\0'));
  FUZZ_HOLDS(!token || (page && token[0] != '\0'));
  for (size_t i = 0; page && i < page->n; i++)
    FUZZ_HOLDS(aws_page_item(page, i) != NULL);
  free(token);
  aws_page_unref(page);
}

/* FNV-1a. */
static const struct aws_op *any_op(struct aws_str name) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < name.n; i++)
    hash = (hash ^ (unsigned char)name.p[i]) * 16777619u;
  return aws_ops[hash % aws_ops_n];
}

static const struct aws_op *op_of(struct aws_str name) {
  for (size_t i = 0; i < aws_ops_n; i++) {
    struct aws_str rest = name;
    if (aws_str_eq_c(aws_str_split(&rest, ':'), aws_ops[i]->service->id) &&
        aws_str_eq_c(rest, aws_ops[i]->name))
      return aws_ops[i];
  }
  return any_op(name);
}

static int status_of(struct aws_str text) {
  int64_t status;
  return aws_str_to_int(text, &status) && status >= 200 && status < 600 ? (int)status : 200;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct aws_str body = {(const char *)data, size}, line = aws_str_split(&body, '\n');
  const struct aws_op *op = op_of(aws_str_split(&line, ' '));
  struct aws_http_header header = {AWS_STR_LIT("x-amzn-requestid"), AWS_STR_LIT("r")};
  struct aws_http_reply reply = {
      .status = status_of(line), .body = body, .headers = &header, .nheaders = 1};
  if (reply.status < 300) {
    read_page(op, &reply);
    return 0;
  }
  struct aws_error err = {0};
  aws_error_from_reply(&err, op, &reply);
  FUZZ_HOLDS(err.code != AWS_OK && err.text[0] != '\0' && err.http_status == reply.status);
  aws_error_is_clock(&err);
  return 0;
}
