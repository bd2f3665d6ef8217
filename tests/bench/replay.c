/* The floor under a refresh: its signed requests sent again by libcurl alone, eight at a time,
 * every answer parsed and thrown away.
 *
 * Usage: bench-replay FILE URL   FILE holds requests, each "METHOD PATH HEADERS BYTES", so many
 * header lines, and so many bytes of body. Sends them all twice; prints the CPU seconds of the
 * second time, as a refresh inside a running process costs.
 */
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <expat.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SHOTS_MAX = 1000, LINE_MAX_BYTES = 8192, PARALLEL = 8 };

struct shot {
  char method[16], *url, *body;
  struct curl_slist *headers;
  long n;
  CURL *easy;
  char *answer;
  size_t got;
};

static struct shot shots[SHOTS_MAX];
static size_t nshots;

static double cpu_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int fail(const char *why) {
  fprintf(stderr, "bench-replay: %s\n", why);
  return 1;
}

static bool read_shot(FILE *f, const char *base, struct shot *s) {
  char line[LINE_MAX_BYTES], path[LINE_MAX_BYTES];
  long headers;
  if (!fgets(line, sizeof line, f) ||
      sscanf(line, "%15s %8191s %ld %ld", s->method, path, &headers, &s->n) != 4 || s->n < 0)
    return false;
  size_t size = strlen(base) + strlen(path) + 1;
  s->url = malloc(size);
  s->body = malloc((size_t)s->n + 1);
  if (!s->url || !s->body)
    return false;
  snprintf(s->url, size, "%s%s", base, path);
  for (long i = 0; i < headers; i++) {
    if (!fgets(line, sizeof line, f))
      return false;
    line[strcspn(line, "\r\n")] = '\0';
    s->headers = curl_slist_append(s->headers, line);
  }
  return fread(s->body, 1, (size_t)s->n, f) == (size_t)s->n;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg) {
  struct shot *s = arg;
  char *more = realloc(s->answer, s->got + size * n);
  if (!more)
    return 0;
  memcpy(more + s->got, p, size * n);
  s->answer = more;
  s->got += size * n;
  return size * n;
}

static void parse(const struct shot *s) {
  if (s->got && s->answer[0] == '<') {
    XML_Parser x = XML_ParserCreate(NULL);
    XML_Parse(x, s->answer, (int)s->got, 1);
    XML_ParserFree(x);
  } else if (s->got) {
    cJSON_Delete(cJSON_ParseWithLength(s->answer, s->got));
  }
}

static void start(CURLM *multi, struct shot *s) {
  s->got = 0;
  s->easy = s->easy ? s->easy : curl_easy_init();
  curl_easy_setopt(s->easy, CURLOPT_URL, s->url);
  curl_easy_setopt(s->easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, s->headers);
  if (strcmp(s->method, "GET") != 0) {
    curl_easy_setopt(s->easy, CURLOPT_POSTFIELDSIZE, s->n);
    curl_easy_setopt(s->easy, CURLOPT_POSTFIELDS, s->body);
  }
  curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(s->easy, CURLOPT_WRITEDATA, s);
  curl_easy_setopt(s->easy, CURLOPT_PRIVATE, (char *)s);
  curl_multi_add_handle(multi, s->easy);
}

/* The number of answers that were not 200. */
static size_t replay(CURLM *multi) {
  size_t next = 0, bad = 0;
  int running = 0, left;
  while (next < nshots && next < PARALLEL)
    start(multi, &shots[next++]);
  do {
    curl_multi_perform(multi, &running);
    for (CURLMsg *m; (m = curl_multi_info_read(multi, &left));) {
      char *private = NULL;
      long status = 0;
      curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
      curl_easy_getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &status);
      curl_multi_remove_handle(multi, m->easy_handle);
      parse((struct shot *)(void *)private);
      bad += status != 200;
      if (next < nshots) {
        start(multi, &shots[next++]);
        running = 1;
      }
    }
    if (running)
      curl_multi_poll(multi, NULL, 0, 1000, NULL);
  } while (running);
  return bad;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return fail("usage: bench-replay FILE URL");
  FILE *f = fopen(argv[1], "rb");
  if (!f)
    return fail("the file of requests cannot be read");
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM *multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 64L);
  while (nshots < SHOTS_MAX && read_shot(f, argv[2], &shots[nshots]))
    nshots++;
  fclose(f);
  size_t bad = replay(multi);
  double middle = cpu_now();
  bad += replay(multi);
  if (bad)
    return fail("an answer was not 200");
  printf("{\"requests\":%zu,\"cpu\":%.6f,\"again_cpu\":%.6f}\n", nshots, middle,
         cpu_now() - middle);
  return 0;
}
