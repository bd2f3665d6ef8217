/* A whole answer, as each operation reads it: a page when it is a success, else an error. The first
 * byte chooses the operation, the second the status. */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const int statuses[] = {200, 400, 403, 404, 429, 500, 503};
  if (size < 2)
    return 0;
  struct aws_http_header header = {AWS_STR_LIT("x-amzn-requestid"), AWS_STR_LIT("r")};
  struct aws_http_reply reply = {.status =
                                     statuses[data[1] % (sizeof statuses / sizeof statuses[0])],
                                 .body = {(const char *)data + 2, size - 2},
                                 .headers = &header,
                                 .nheaders = 1};
  const struct aws_op *op = aws_ops[data[0] % aws_ops_n];
  if (reply.status == 200) {
    read_page(op, &reply);
    return 0;
  }
  struct aws_error err = {0};
  aws_error_from_reply(&err, op, &reply);
  FUZZ_HOLDS(err.code != AWS_OK && err.text[0] != '\0' && err.http_status == reply.status);
  aws_error_is_clock(&err);
  return 0;
}
