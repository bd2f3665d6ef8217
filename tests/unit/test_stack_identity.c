/* Who is asking, while the console runs: keys that end, come back, or become another account's. */
#include "config.h"

#include "stack_fake.h"
#include "test.h"

static const struct aws_creds newer = {.key_id = "ASIANEWER", .provider = "sso"};

static struct aws_error no_login(void) {
  struct aws_error err = {0};
  aws_error_set(&err, AWS_E_CREDENTIALS, "run `aws sso login`");
  return err;
}

static void the_board_stays_without_new_keys(void **state) {
  struct aws_error err = no_login();
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_keys(NULL, &err);
  fake_pass(s, 60000);
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_string_equal(stack_keys_error(s)->text, "run `aws sso login`");
  assert_int_equal(stack_collection(s, STACK_TASK)->n, 2);
  fake_forget();
  fake_keys(&newer, NULL);
  fake_pass(s, 100);
  assert_null(stack_keys_error(s));
  assert_string_equal(stack_keys(s)->key_id, "ASIANEWER");
  assert_int_equal(fake_sent("GetCallerIdentity"), 1); /* it may be somebody else now */
  assert_int_equal(stack_state(s), STACK_RUNNING);
  fake_free(s);
}

static void nothing_is_shown_under_another_account(void **state) {
  static const struct fake_answer other[] = {
      {.op = "GetCallerIdentity",
       .items = "[{\"Account\":\"999999999999\",\"Arn\":\"arn:aws:iam::999999999999:user/bob\"}]"}};
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_answers(other, 1, fake_shop, fake_shop_n);
  fake_keys(&newer, NULL);
  fake_pass(s, 100);
  assert_int_equal(stack_state(s), STACK_REFUSED);
  assert_non_null(strstr(stack_refusal(s)->text, "account 999999999999"));
  assert_string_equal(stack_account(s).p, "123456789012");
  fake_forget();
  fake_pass(s, 120000);
  assert_int_equal(fake_sent(NULL), 0);
  fake_answers(fake_shop, fake_shop_n, NULL, 0); /* and back */
  fake_keys(&newer, NULL);
  fake_pass(s, 60000);
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_true(fake_sent("DescribeServices") > 0);
  fake_free(s);
}

static void keys_that_come_late_start_the_board(void **state) {
  struct aws_error err = no_login();
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_stack(NULL, false);
  fake_keys(NULL, &err);
  assert_int_equal(stack_state(s), STACK_REFUSED);
  fake_keys(&newer, NULL);
  fake_pass(s, 60000);
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_true(stack_settled(s));
  fake_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_board_stays_without_new_keys),
      cmocka_unit_test(nothing_is_shown_under_another_account),
      cmocka_unit_test(keys_that_come_late_start_the_board),
  };
  return cmocka_run_group_tests_name("stack identity", tests, NULL, NULL);
}
