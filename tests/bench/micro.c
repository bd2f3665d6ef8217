/* What the inner parts cost: signatures a second, and decoding against parsing alone.
 *
 * Usage: bench-micro sign | bench-micro decode-json FILE | bench-micro decode-xml FILE
 * Prints one line "name value unit" each. FILE holds a reply: DescribeTasks in JSON,
 * DescribeDBInstances in XML. Times are processor time; ratios are taken turn by turn within one
 * run.
 */
#include "aws/api/ecs.h"
#include "aws/api/rds.h"
#include "aws/auth.h"
#include "aws/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 15

static double cpu_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double median(double *v, size_t n) {
  qsort(v, n, sizeof *v, by_value);
  return v[n / 2];
}

/* ---- signing -----------------------------------------------------------------------------------
 */

static int bench_sign(void) {
  char body[700];
  struct aws_creds creds = {.key_id = "AKIDEXAMPLE"};
  struct aws_key_cache *cache = aws_key_cache_new();
  struct aws_signing out;
  struct aws_error err;
  struct aws_http_header headers[] = {
      {AWS_STR_LIT("host"), AWS_STR_LIT("ecs.eu-west-1.amazonaws.com")},
      {AWS_STR_LIT("content-type"), AWS_STR_LIT("application/x-amz-json-1.1")},
      {AWS_STR_LIT("x-amz-target"),
       AWS_STR_LIT("AmazonEC2ContainerServiceV20141113.DescribeTasks")},
  };
  struct aws_sign_request rq = {.method = "POST",
                                .path = AWS_STR_LIT("/"),
                                .headers = headers,
                                .nheaders = 3,
                                .body = {body, sizeof body}};
  struct aws_sign_config cfg = {
      .region = "eu-west-1", .service = "ecs", .now = 1768478400000, .creds = &creds};
  double rates[ROUNDS];
  const int calls = 20000;

  memset(body, 'x', sizeof body);
  if (!aws_secret_set(&creds.secret, AWS_STR_LIT("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")))
    return 1;
  aws_signing_init(&out);
  for (int r = 0; r < ROUNDS; r++) {
    double start = cpu_now();
    for (int i = 0; i < calls; i++) {
      body[0] = (char)i; /* no two bodies in a row alike */
      if (!aws_sigv4(&out, &rq, &cfg, cache, &err)) {
        fprintf(stderr, "bench-micro: %s\n", err.text);
        return 1;
      }
    }
    rates[r] = calls / (cpu_now() - start);
  }
  printf("sign_per_second %.0f 1/s\n", median(rates, ROUNDS));
  aws_signing_done(&out);
  aws_key_cache_free(cache);
  aws_creds_done(&creds);
  return 0;
}

/* ---- decoding ----------------------------------------------------------------------------------
 */

static char *read_file(const char *name, size_t *n) {
  FILE *f = fopen(name, "rb");
  char *p = NULL;

  if (f && fseek(f, 0, SEEK_END) == 0) {
    long size = ftell(f);
    rewind(f);
    p = size > 0 ? malloc((size_t)size) : NULL;
    if (p && fread(p, 1, (size_t)size, f) != (size_t)size) {
      free(p);
      p = NULL;
    }
    *n = (size_t)size;
  }
  if (f)
    fclose(f);
  return p;
}

/* The floor for JSON: cJSON with an allocator that only moves on. */
static struct {
  char *p;
  size_t n, used;
} plain;

static void *plain_malloc(size_t n) {
  size_t at = (plain.used + 15) & ~(size_t)15;
  if (n > plain.n || at > plain.n - n)
    return NULL;
  plain.used = at + n;
  return plain.p + at;
}

static void plain_free(void *p) {
  (void)p;
}

/* Seconds; below 0: it could not be parsed. The memory is fresh, as an arena's is. */
static double parse_plain(const char *body, size_t n) {
  cJSON_Hooks hooks = {plain_malloc, plain_free};
  plain.n = n * 16;
  plain.used = 0;
  double start = cpu_now();
  plain.p = malloc(plain.n);
  cJSON_InitHooks(&hooks);
  const cJSON *root = plain.p ? cJSON_ParseWithLength(body, n) : NULL;
  cJSON_InitHooks(NULL);
  free(plain.p);
  return root ? cpu_now() - start : -1;
}

static int bench_decode(const char *what, const char *file, bool xml, const char *items,
                        const struct aws_type *type) {
  double floors[ROUNDS], parse[ROUNDS], whole[ROUNDS], ratio[ROUNDS];
  size_t n = 0, got = 0;
  char *body = read_file(file, &n);
  struct aws_error err;

  if (!body) {
    fprintf(stderr, "bench-micro: %s cannot be read\n", file);
    return 1;
  }
  for (int r = 0; r < ROUNDS; r++) {
    struct aws_arena tree, structs;
    struct aws_list list;
    aws_arena_init(&tree, (size_t)1 << 30);
    aws_arena_init(&structs, (size_t)1 << 30);
    floors[r] = xml ? 0 : parse_plain(body, n);
    double start = cpu_now();
    cJSON *root = xml ? aws_xml_parse(&tree, body, n, &err) : aws_json_parse(&tree, body, n, &err);
    parse[r] = cpu_now() - start;
    if (!root || floors[r] < 0 ||
        !aws_decode_list(&structs, type, aws_doc_at(root, items), &list, NULL)) {
      fprintf(stderr, "bench-micro: %s: %s\n", file, root ? "not decoded" : err.text);
      free(body);
      return 1;
    }
    aws_arena_done(&tree);
    whole[r] = cpu_now() - start;
    floors[r] = xml ? parse[r] : floors[r]; /* expat has no tree of its own: ours is the floor */
    ratio[r] = whole[r] / floors[r];
    got = list.n;
    aws_arena_done(&structs);
  }
  printf("%s_items %zu\n%s_bytes %zu B\n%s_floor_ms %.3f ms\n%s_parse_ms %.3f ms\n%s_ms %.3f "
         "ms\n%s_ratio %.2f x\n",
         what, got, what, n, what, median(floors, ROUNDS) * 1e3, what, median(parse, ROUNDS) * 1e3,
         what, median(whole, ROUNDS) * 1e3, what, median(ratio, ROUNDS));
  free(body);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "sign") == 0)
    return bench_sign();
  if (argc == 3 && strcmp(argv[1], "decode-json") == 0)
    return bench_decode("decode_json", argv[2], false, "tasks", &ecs_task_type);
  if (argc == 3 && strcmp(argv[1], "decode-xml") == 0)
    return bench_decode("decode_xml", argv[2], true, "DescribeDBInstancesResult/DBInstances",
                        &rds_instance_type);
  fprintf(stderr, "usage: bench-micro sign | decode-json FILE | decode-xml FILE\n");
  return 64;
}
