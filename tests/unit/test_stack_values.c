/* Values of parameters: plain ones for the rows on screen, secret ones on demand, for a while, and
 * then gone from memory; and what the operator asks to be read besides. */
#include "config.h"

#include "aws/api.h"
#include "stack_world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECRET_NAME "/shop/prod/db/password"
#define REVEAL_MS 30000

static struct world world;

static int set_up(void **state) {
  world_start(&world, NULL);
  *state = &world;
  return 0;
}

static int set_up_tls(void **state) {
  world_start_tls(&world);
  *state = &world;
  return 0;
}

static int tear_down(void **state) {
  world_stop(*state);
  return 0;
}

/* Puts these parameters on screen; all of them when there are no names. */
static void show(struct world *w, const char *const *names, size_t n) {
  struct aws_str ids[64];
  WORLD_UNTIL(w, stack_collection(w->stack, STACK_PARAMETER)->loaded);
  const struct stack_collection *all = stack_collection(w->stack, STACK_PARAMETER);
  for (size_t i = 0; names && i < n; i++)
    ids[i] = world_row(w, STACK_PARAMETER, names[i])->id;
  for (size_t i = 0; !names && i < all->n; i++)
    ids[n++] = all->rows[i]->id;
  stack_show_rows(w->stack, STACK_PARAMETER, ids, n);
}

static void show_one(struct world *w, const char *name) {
  show(w, &name, 1);
}

static enum stack_value_state state_of(struct world *w, const char *name) {
  struct aws_str value;
  return stack_value(w->stack, aws_str_from(name), &value, NULL);
}

static bool has_value(struct world *w, const char *name, const char *want) {
  struct aws_str value;
  enum stack_value_state st = stack_value(w->stack, aws_str_from(name), &value, NULL);
  return st == STACK_VALUE_PLAIN && aws_str_eq_c(value, want);
}

static void turn(struct world *w, int times) {
  while (times-- > 0)
    world_turn(w);
}

/* ---- plain values -------------------------------------------------------------------------------
 */

static void plain_values_come_for_rows_on_screen(void **state) {
  struct world *w = *state;
  static const char *const some[] = {"/shop/prod/web/theme", "/shop/prod/web/feature-flags",
                                     SECRET_NAME};
  world_open(w);
  show(w, some, COUNT(some));
  WORLD_UNTIL(w, has_value(w, "/shop/prod/web/theme", "autumn"));
  assert_true(has_value(w, "/shop/prod/web/feature-flags", "new-checkout,gift-cards,dark-mode"));
  assert_int_equal(state_of(w, SECRET_NAME), STACK_VALUE_MASKED);
  assert_int_equal(state_of(w, "/shop/prod/web/cdn-url"), STACK_VALUE_NONE);
  assert_int_equal(state_of(w, "/shop/prod/api/payment-key"), STACK_VALUE_MASKED);
  assert_int_equal(state_of(w, "/no/such/parameter"), STACK_VALUE_MASKED);
  assert_string_equal(w->asked, "/shop/prod/web/theme\n/shop/prod/web/feature-flags\n");
  stack_refresh(w->stack, STACK_PARAMETER);
  turn(w, 50);
  show_one(w, "/shop/prod/web/theme");
  turn(w, 50);
  assert_int_equal(w->value_requests, 1); /* what is known is not asked again */
}

static void ten_values_a_call_and_no_secret(void **state) {
  struct world *w = *state;
  world_open(w);
  show(w, NULL, 0);
  WORLD_UNTIL(w, has_value(w, "/shop/prod/release/version", "2026.11.1"));
  WORLD_UNTIL(w, has_value(w, "/shop/prod/aurora/pool-size", "20"));
  assert_int_equal(w->most_names, 10);
  assert_int_equal(w->value_requests, 2);
  assert_string_equal(w->decrypted, "");
  assert_null(strstr(w->asked, "password"));
  assert_null(strstr(w->asked, "-key"));
  assert_null(strstr(w->asked, "secret"));
  assert_null(strstr(w->asked, "slack-hook"));
}

static void forge(struct world *w, unsigned times, int status, const char *error,
                  const char *body) {
  world_trick(w, (struct trick){"GetParameters", TRICK_ANSWER, times, status, error, body});
}

static void an_error_stands_where_the_value_would(void **state) {
  struct world *w = *state;
  struct aws_str text;
  world_open(w);
  forge(w, 1, 400, "AccessDeniedException", "{\"message\":\"no\"}");
  show_one(w, "/shop/prod/web/theme");
  WORLD_UNTIL(w, state_of(w, "/shop/prod/web/theme") == STACK_VALUE_ERROR);
  stack_value(w->stack, AWS_STR_LIT("/shop/prod/web/theme"), &text, NULL);
  assert_true(aws_str_has(text, AWS_STR_LIT("not permitted for this role")));
  turn(w, 20);
  assert_int_equal(w->value_requests, 1); /* not again at once */
  world_jump(w, 61000);
  stack_refresh(w->stack, STACK_PARAMETER);
  show_one(w, "/shop/prod/web/theme");
  show(w, (const char *const[]){"/shop/prod/web/theme", "/shop/prod/web/cdn-url"}, 2);
  WORLD_UNTIL(w, has_value(w, "/shop/prod/web/theme", "autumn"));
}

static void what_became_secret_is_not_shown(void **state) {
  struct world *w = *state;
  world_open(w);
  forge(w, 9, 200, "",
        "{\"Parameters\":[{\"Name\":\"/shop/prod/web/theme\",\"Type\":\"SecureString\","
        "\"Value\":\"AQICAHh\",\"Version\":9}],\"InvalidParameters\":[]}");
  show_one(w, "/shop/prod/web/theme");
  WORLD_UNTIL(w, state_of(w, "/shop/prod/web/theme") == STACK_VALUE_MASKED);
  turn(w, 50);
  assert_int_equal(w->value_requests, 1);
}

static void a_value_that_lags_is_not_asked_for_ever(void **state) {
  struct world *w = *state;
  world_open(w);
  forge(w, 99, 200, "",
        "{\"Parameters\":[{\"Name\":\"/shop/prod/web/theme\",\"Type\":\"String\",\"Value\":\"old\","
        "\"Version\":1}],\"InvalidParameters\":[]}");
  show_one(w, "/shop/prod/web/theme"); /* which is at version 4 */
  WORLD_UNTIL(w, has_value(w, "/shop/prod/web/theme", "old"));
  turn(w, 50);
  assert_int_equal(w->value_requests, 1);
}

/* ---- revealing ----------------------------------------------------------------------------------
 */

static void reveal(struct world *w, const char *name) {
  struct aws_error err = {0};
  world_slow_down(w); /* half a minute has to last on a slow machine */
  if (!stack_reveal(w->stack, aws_str_from(name), &err))
    fail_msg("%s", err.text);
  WORLD_UNTIL(w, state_of(w, name) == STACK_VALUE_SHOWN);
}

static void a_secret_is_shown_for_thirty_seconds(void **state) {
  struct world *w = *state;
  struct aws_str value;
  aws_ms until = 0;
  w->deps.read_only = true; /* revealing is reading */
  world_open(w);
  show_one(w, SECRET_NAME);
  aws_ms before = w->clock.mono(w);
  reveal(w, SECRET_NAME);
  stack_value(w->stack, AWS_STR_LIT(SECRET_NAME), &value, &until);
  assert_true(aws_str_eq_c(value, "example-db-password"));
  assert_true(until >= before + REVEAL_MS && until <= w->clock.mono(w) + REVEAL_MS);
  assert_string_equal(w->decrypted, SECRET_NAME "\n");
  cJSON *l = world_journal(w, -1);
  assert_int_equal(world_journal_lines(w), 1);
  assert_string_equal(json_text(l, "event"), "revealed");
  assert_string_equal(json_text(l, "resource"), SECRET_NAME);
  assert_string_equal(json_text(l, "account"), "123456789012");
  assert_true(aws_str_has(aws_str_from(json_text(l, "caller")), AWS_STR_LIT("OpsRole")));
  cJSON_Delete(l);
  world_jump(w, until - w->clock.mono(w) - REVEAL_MS / 2);
  world_turn(w);
  assert_int_equal(state_of(w, SECRET_NAME), STACK_VALUE_SHOWN);
  world_jump(w, REVEAL_MS / 2 + 1);
  WORLD_UNTIL(w, state_of(w, SECRET_NAME) != STACK_VALUE_SHOWN);
  assert_int_equal(stack_value(w->stack, AWS_STR_LIT(SECRET_NAME), &value, &until),
                   STACK_VALUE_MASKED);
  assert_null(value.p);
  assert_int_equal(until, 0);
}

static void a_secret_is_masked_when_hidden_or_gone_from_screen(void **state) {
  struct world *w = *state;
  struct aws_error err;
  world_open(w);
  show_one(w, SECRET_NAME);
  reveal(w, SECRET_NAME);
  stack_hide(w->stack, AWS_STR_LIT("/shop/prod/web/theme"));
  assert_int_equal(state_of(w, SECRET_NAME), STACK_VALUE_SHOWN);
  stack_hide(w->stack, AWS_STR_LIT(SECRET_NAME));
  assert_int_equal(state_of(w, SECRET_NAME), STACK_VALUE_MASKED);
  reveal(w, SECRET_NAME);
  stack_hide(w->stack, (struct aws_str){NULL, 0});
  assert_int_equal(state_of(w, SECRET_NAME), STACK_VALUE_MASKED);
  reveal(w, SECRET_NAME);
  show_one(w, "/shop/prod/web/theme");
  assert_int_equal(state_of(w, SECRET_NAME), STACK_VALUE_MASKED);
  /* Under way when it leaves: it must not appear later. */
  show_one(w, SECRET_NAME);
  assert_true(stack_reveal(w->stack, AWS_STR_LIT(SECRET_NAME), &err));
  assert_int_equal(state_of(w, SECRET_NAME), STACK_VALUE_ASKED);
  stack_show_rows(w->stack, STACK_PARAMETER, NULL, 0);
  assert_int_equal(state_of(w, SECRET_NAME), STACK_VALUE_MASKED);
  turn(w, 30);
  assert_int_equal(state_of(w, SECRET_NAME), STACK_VALUE_MASKED);
}

static void revealing_may_be_forbidden(void **state) {
  struct world *w = *state;
  struct aws_error err;
  struct stack *young = stack_new(&w->cfg, &w->deps, &err);
  assert_false(stack_reveal(young, AWS_STR_LIT(SECRET_NAME), &err));
  assert_non_null(strstr(err.text, "not connected yet"));
  stack_free(young);
  w->cfg.reveal_forbidden = true;
  world_open(w);
  show_one(w, SECRET_NAME);
  assert_false(stack_reveal(w->stack, AWS_STR_LIT(SECRET_NAME), &err));
  assert_string_equal(err.text, "the configuration forbids revealing secrets in stack shop");
  world_close(w);
  w->cfg.reveal_forbidden = false;
  free(w->cfg.audit_path);
  w->cfg.audit_path = strdup("/dev/full");
  world_open(w);
  show_one(w, SECRET_NAME);
  assert_false(stack_reveal(w->stack, AWS_STR_LIT(SECRET_NAME), &err));
  assert_non_null(strstr(err.text, "the journal /dev/full cannot be written"));
  turn(w, 20);
  assert_int_equal(w->value_requests, 0);
  assert_int_equal(state_of(w, SECRET_NAME), STACK_VALUE_MASKED);
}

static void a_refused_reveal_says_why(void **state) {
  struct world *w = *state;
  struct aws_error err;
  struct aws_str text;
  world_open(w);
  show_one(w, SECRET_NAME);
  forge(w, 1, 400, "AccessDeniedException", "{\"message\":\"kms:Decrypt\"}");
  assert_true(stack_reveal(w->stack, AWS_STR_LIT(SECRET_NAME), &err));
  WORLD_UNTIL(w, state_of(w, SECRET_NAME) == STACK_VALUE_ERROR);
  stack_value(w->stack, AWS_STR_LIT(SECRET_NAME), &text, NULL);
  assert_true(aws_str_has(text, AWS_STR_LIT("kms:Decrypt")));
  reveal(w, SECRET_NAME); /* asked again */
}

/* ---- memory -------------------------------------------------------------------------------------
 */

/* The secret is not spelled out in this process: every byte is turned. */
static const unsigned char turned[] = {'e' ^ 0x5a, 'x' ^ 0x5a, 'a' ^ 0x5a, 'm' ^ 0x5a, 'p' ^ 0x5a,
                                       'l' ^ 0x5a, 'e' ^ 0x5a, '-' ^ 0x5a, 'd' ^ 0x5a, 'b' ^ 0x5a,
                                       '-' ^ 0x5a, 'p' ^ 0x5a, 'a' ^ 0x5a, 's' ^ 0x5a, 's' ^ 0x5a,
                                       'w' ^ 0x5a, 'o' ^ 0x5a, 'r' ^ 0x5a, 'd' ^ 0x5a};

static size_t find_turned(const unsigned char *p, size_t n) {
  size_t found = 0;
  for (size_t i = 0; i + sizeof turned <= n; i++) {
    size_t k = 0;
    while (k < sizeof turned && (p[i + k] ^ 0x5a) == turned[k])
      k++;
    found += k == sizeof turned;
  }
  return found;
}

/* Copies of the secret in what this process can write to. */
static size_t copies_in_memory(void) {
  enum { CHUNK = 1 << 20 };
  unsigned char *chunk = malloc(CHUNK);
  FILE *maps = fopen("/proc/self/maps", "re");
  int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  char line[512], mode[8];
  unsigned long from, to;
  size_t found = 0;

  assert_true(chunk && maps && mem >= 0);
  while (fgets(line, sizeof line, maps)) {
    if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 || strncmp(mode, "rw", 2) != 0 ||
        to - from > (64UL << 20)) /* the sanitizer's shadow */
      continue;
    while (from < to) {
      size_t n = to - from < CHUNK ? to - from : CHUNK;
      ssize_t got = pread(mem, chunk, n, (off_t)from);
      found += got > 0 ? find_turned(chunk, (size_t)got) : 0;
      from += n > sizeof turned && from + n < to ? n - sizeof turned : n;
    }
  }
  aws_wipe(chunk, CHUNK);
  free(chunk);
  fclose(maps);
  close(mem);
  return found;
}

static void play_wiping(struct world *w) {
  if (access("/proc/self/mem", R_OK) != 0)
    skip();
  world_open(w);
  show_one(w, SECRET_NAME);
  assert_int_equal(copies_in_memory(), 0);
  reveal(w, SECRET_NAME);
  assert_true(copies_in_memory() >= 1); /* or else it looks in the wrong place */
  stack_hide(w->stack, AWS_STR_LIT(SECRET_NAME));
  assert_int_equal(copies_in_memory(), 0);
  reveal(w, SECRET_NAME);
  world_close(w);
  assert_int_equal(copies_in_memory(), 0);
}

static void a_secret_leaves_no_copy_in_memory(void **state) {
  struct world *w = *state;
  world_without_proxy(w);
  play_wiping(w);
}

static void nor_does_one_that_came_over_tls(void **state) {
  play_wiping(*state);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      /* First: the proxy of the others keeps copies in this process. */
      TEST(a_secret_leaves_no_copy_in_memory),
      cmocka_unit_test_setup_teardown(nor_does_one_that_came_over_tls, set_up_tls, tear_down),
      TEST(plain_values_come_for_rows_on_screen),
      TEST(ten_values_a_call_and_no_secret),
      TEST(an_error_stands_where_the_value_would),
      TEST(what_became_secret_is_not_shown),
      TEST(a_value_that_lags_is_not_asked_for_ever),
      TEST(a_secret_is_shown_for_thirty_seconds),
      TEST(a_secret_is_masked_when_hidden_or_gone_from_screen),
      TEST(revealing_may_be_forbidden),
      TEST(a_refused_reveal_says_why),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
