#include "config.h"

#include "control.h"

#include "console.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CURL *handle;

struct text {
  char *to;
  size_t size, n;
};

static size_t keep(char *bytes, size_t one, size_t n, void *arg) {
  struct text *t = arg;
  size_t room = t->size - 1 - t->n, taken = n < room ? n : room;
  (void)one;
  memcpy(t->to + t->n, bytes, taken);
  t->n += taken;
  return n;
}

/* One request to the simulator itself. The connection is kept: a fault may refuse new ones, or show
 * them a wrong certificate. signs: for which service it is signed, as libcurl has it, or NULL. */
static bool request(const char *method, const char *path, const char *signs, const char *body,
                    char *answer, size_t size) {
  struct text text = {.to = answer, .size = size};
  char url[160];
  long status = 0;
  if (!handle)
    handle = curl_easy_init();
  CURL *e = handle;
  snprintf(url, sizeof url, "%s%s", console_simulator_url(), path);
  if (!e)
    return false;
  curl_easy_reset(e);
  curl_easy_setopt(e, CURLOPT_URL, url);
  if (body)
    curl_easy_setopt(e, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(e, CURLOPT_WRITEDATA, &text);
  curl_easy_setopt(e, CURLOPT_PROXY, "");
  curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(e, CURLOPT_TIMEOUT, 30L);
  if (signs) {
    curl_easy_setopt(e, CURLOPT_AWS_SIGV4, signs);
    curl_easy_setopt(e, CURLOPT_USERPWD, "testing:testing");
  }
  bool done = curl_easy_perform(e) == CURLE_OK;
  curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &status);
  answer[text.n] = '\0';
  return done && status == 200;
}

static bool control(const char *method, const char *body, char *answer, size_t size) {
  return request(method, "/_sim/faults", NULL, body, answer, size);
}

int control_invalidations(const char *distribution) {
  char path[96], answer[16384];
  int n = 0;
  snprintf(path, sizeof path, "/2020-05-31/distribution/%s/invalidation", distribution);
  if (!request("GET", path, "aws:amz:us-east-1:cloudfront", NULL, answer, sizeof answer))
    return -1;
  for (const char *at = answer; (at = strstr(at, "<InvalidationSummary>")); at++)
    n++;
  return n;
}

bool control_fault(const char *spec) {
  char answer[1024];
  return control("POST", spec, answer, sizeof answer);
}

bool control_faults_count(unsigned *met, unsigned *calls) {
  char answer[1024];
  bool there = control("GET", "", answer, sizeof answer);
  const char *counts = strrchr(answer, ',');
  *met = *calls = 0;
  /* NOLINTNEXTLINE(cert-err34-c): the simulator's own numbers */
  return there && counts && sscanf(counts, ", %u of %u", met, calls) == 2;
}

bool control_faults_end(unsigned *met, unsigned *calls) {
  char answer[1024];
  bool there = control_faults_count(met, calls);
  return control("DELETE", "", answer, sizeof answer) && there;
}

bool control_calls(const char *operation, unsigned *asked, unsigned *done) {
  char answer[16384], line[96];
  *asked = *done = 0;
  if (!request("GET", "/_sim/calls", NULL, NULL, answer, sizeof answer))
    return false;
  snprintf(line, sizeof line, "%s ", operation);
  const char *at = strstr(answer, line);
  /* NOLINTNEXTLINE(cert-err34-c): the simulator's own numbers */
  return !at || sscanf(at + strlen(line), "%u asked, %u done", asked, done) == 2;
}

bool control_spoilt(unsigned long *n) {
  char answer[16384];
  *n = 0;
  if (!request("GET", "/_sim/calls", NULL, NULL, answer, sizeof answer))
    return false;
  for (const char *at = answer; (at = strstr(at, " done, ")); at++)
    *n += strtoul(at + strlen(" done, "), NULL, 10);
  return true;
}

void control_end(void) {
  if (handle)
    curl_easy_cleanup(handle);
  handle = NULL;
}
