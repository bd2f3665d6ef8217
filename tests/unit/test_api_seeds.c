/* Each operation has a seed for the fuzzer of replies (tests/fuzz/corpus/reply): an answer with
 * something in it, which decodes. */
#include "config.h"

#include "aws/api.h"
#include "aws/client/page.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static struct aws_str read_seed(const struct aws_op *op, char *text, size_t size) {
  const char *top = getenv("CAWSOLE_SRCDIR");
  char path[1024], line[128];
  snprintf(path, sizeof path, "%s/tests/fuzz/corpus/reply/%s-%s", top ? top : ".", op->service->id,
           op->name);
  FILE *f = fopen(path, "rb");
  if (!f)
    fail_msg("there is no seed %s", path);
  struct aws_str body = {text, fread(text, 1, size, f)}, head = aws_str_split(&body, '\n');
  fclose(f);
  snprintf(line, sizeof line, "%s:%s 200", op->service->id, op->name);
  if (!aws_str_eq_c(head, line))
    fail_msg("%s does not begin with %s", path, line);
  return body;
}

static void each_operation_decodes_its_seed(void **state) {
  static char text[65536];
  (void)state;
  for (size_t i = 0; i < aws_ops_n; i++) {
    struct aws_error err = {0};
    char *token = NULL;
    struct aws_http_reply reply = {.status = 200, .body = read_seed(aws_ops[i], text, sizeof text)};
    struct aws_page *page = aws_page_decode(aws_ops[i], &reply, false, 1, &token, &err);
    if (!page)
      fail_msg("%s: %s", aws_ops[i]->name, err.text);
    if (aws_ops[i]->items && page->n == 0)
      fail_msg("%s: nothing is in its seed", aws_ops[i]->name);
    aws_page_unref(page);
    free(token);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_operation_decodes_its_seed)};
  return cmocka_run_group_tests_name("seeds of replies", tests, NULL, NULL);
}
