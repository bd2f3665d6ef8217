#include "config.h"

#include "aws/client/retry.h"

enum { COST = 5, COST_NO_ANSWER = 10, BASE_MS = 1000, MAX_MS = 20000, DOUBLINGS_MAX = 16 };

void aws_retry_init(struct aws_retry *r, struct aws_retry_settings how, uint64_t seed) {
  r->how = how;
  r->tokens = AWS_RETRY_QUOTA;
  r->random = seed;
}

/* SplitMix64: jitter needs spread, not secrecy. */
static uint64_t next_random(struct aws_retry *r) {
  uint64_t z = (r->random += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static int64_t most_after(int attempt) {
  int64_t most = attempt < DOUBLINGS_MAX ? (int64_t)BASE_MS << (attempt - 1) : MAX_MS;
  return most > MAX_MS ? MAX_MS : most;
}

int64_t aws_retry_delays(const struct aws_retry *r) {
  int64_t all = 0;
  for (int attempt = 1; attempt < r->how.max_attempts; attempt++)
    all += most_after(attempt);
  return all;
}

int64_t aws_retry_delay(struct aws_retry *r, const struct aws_error *err, int attempt, int *cost) {
  int price = err->code == AWS_E_NETWORK ? COST_NO_ANSWER : COST;
  if (r->how.mode == AWS_RETRY_LEGACY)
    price = 0;
  if (!err->retryable || attempt >= r->how.max_attempts || r->tokens < price ||
      err->retry_after_ms > MAX_MS)
    return -1;
  r->tokens -= price;
  *cost = price;
  int64_t delay = (int64_t)(next_random(r) % (uint64_t)(most_after(attempt) + 1));
  return delay > err->retry_after_ms ? delay : err->retry_after_ms;
}

bool aws_retry_spare(const struct aws_retry *r) {
  return r->tokens > AWS_RETRY_QUOTA / 4 * 3;
}

void aws_retry_give_back(struct aws_retry *r, int cost) {
  r->tokens += cost ? cost : 1;
  if (r->tokens > AWS_RETRY_QUOTA)
    r->tokens = AWS_RETRY_QUOTA;
}
