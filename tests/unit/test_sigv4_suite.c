/* The signer against AWS's own test suite, our extra vectors and the golden requests, where those
 * lie beside the checkout (SHARED_DIR), and against cases of its own everywhere. */
#include "aws/auth.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned checks, failures;

static void count(bool ok, const char *name) {
  checks++;
  failures += !ok;
  printf("%s %s\n", ok ? "ok" : "not ok", name);
}

static bool same(const char *what, const char *stage, struct aws_str got, const char *want) {
  if (aws_str_eq_c(got, want))
    return true;
  printf("FAIL %s: %s\n--- got\n%.*s\n--- want\n%s\n", what, stage, AWS_STR_ARG(got), want);
  return false;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* The file without CR and without the last newline; NULL when there is none. Freed by the caller.
 */
static char *read_text(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f)
    return NULL;
  size_t n = 0, cap = 1 << 20;
  char *p = malloc(cap);
  if (!p)
    abort();
  n = fread(p, 1, cap - 1, f);
  fclose(f);
  size_t to = 0;
  for (size_t i = 0; i < n; i++)
    if (p[i] != '\r')
      p[to++] = p[i];
  while (to > 0 && p[to - 1] == '\n')
    to--;
  p[to] = '\0';
  return p;
}

static char *read_in(const char *dir, const char *name) {
  char path[1280];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  return read_text(path);
}

static const char *member(const cJSON *o, const char *name) {
  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
}

static bool is_true(const cJSON *o, const char *name) {
  return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, name));
}

static void set_creds(struct aws_creds *c, const char *id, const char *secret, const char *token) {
  memset(c, 0, sizeof *c);
  snprintf(c->key_id, sizeof c->key_id, "%s", id);
  if (!aws_secret_set(&c->secret, aws_str_from(secret)) ||
      (token && !aws_secret_set(&c->token, aws_str_from(token))))
    abort();
}

static void drop_creds(struct aws_creds *c) {
  aws_secret_done(&c->secret);
  aws_secret_done(&c->token);
}

/* ---- AWS's suite ----------------------------------------------------------------------------- */

struct parsed {
  char method[16];
  struct aws_sign_request rq;
  struct aws_http_header headers[32];
};

static struct aws_str line_of(struct aws_str *rest) {
  return aws_str_split(rest, '\n');
}

static void parse_request(char *text, struct parsed *p) {
  struct aws_str rest = aws_str_from(text), line = line_of(&rest);
  struct aws_str method = aws_str_split(&line, ' ');
  snprintf(p->method, sizeof p->method, "%.*s", AWS_STR_ARG(method));
  line.n -= strlen(" HTTP/1.1");
  p->rq = (struct aws_sign_request){.method = p->method, .headers = p->headers};
  p->rq.path = aws_str_split(&line, '?');
  p->rq.query = line;
  while (rest.n > 0) {
    struct aws_str h = line_of(&rest);
    if (h.n == 0)
      break;
    if (h.p[0] == ' ') { /* goes on: the value is one piece of the file */
      struct aws_str *v = &p->headers[p->rq.nheaders - 1].value;
      v->n = (size_t)(h.p + h.n - v->p);
      continue;
    }
    struct aws_http_header *to = &p->headers[p->rq.nheaders++];
    to->name = aws_str_split(&h, ':');
    to->value = h.p ? h : AWS_STR_LIT("");
  }
  if (rest.p)
    p->rq.body = rest;
}

static void suite_form(const char *dir, const char *name, const cJSON *ctx, bool presign,
                       struct aws_key_cache *cache) {
  char *text = read_in(dir, "request.txt");
  if (!text)
    return;
  struct parsed p;
  memset(&p, 0, sizeof p);
  parse_request(text, &p);
  if (!is_true(ctx, "sign_body"))
    p.rq.body = AWS_STR_LIT("");
  const cJSON *cr = cJSON_GetObjectItemCaseSensitive(ctx, "credentials");
  struct aws_creds creds;
  set_creds(&creds, member(cr, "access_key_id"), member(cr, "secret_access_key"),
            member(cr, "token"));
  aws_ms now = 0;
  if (!aws_time_parse(aws_str_from(member(ctx, "timestamp")), &now))
    abort();
  const cJSON *expires = cJSON_GetObjectItemCaseSensitive(ctx, "expiration_in_seconds");
  struct aws_sign_config cfg = {.region = member(ctx, "region"),
                                .service = member(ctx, "service"),
                                .now = now,
                                .creds = &creds,
                                .no_normalize = !is_true(ctx, "normalize"),
                                .content_sha256 = is_true(ctx, "sign_body"),
                                .token_after = is_true(ctx, "omit_session_token"),
                                .presign_seconds = presign ? expires->valueint : 0};
  struct aws_signing s;
  aws_signing_init(&s);
  struct aws_error err = {0};
  bool ok = aws_sigv4(&s, &p.rq, &cfg, cache, &err);
  if (!ok)
    printf("FAIL %s: %s\n", name, err.text);
  const char *stages[] = {"canonical-request", "string-to-sign", "signature"};
  const struct aws_str got[] = {aws_buf_str(&s.canonical), aws_buf_str(&s.to_sign),
                                aws_str_from(s.signature)};
  for (size_t i = 0; i < 3; i++) {
    char file[64];
    snprintf(file, sizeof file, "%s-%s.txt", presign ? "query" : "header", stages[i]);
    char *want = read_in(dir, file);
    ok = same(name, file, got[i], want ? want : "(no file)") && ok;
    free(want);
  }
  char label[300];
  snprintf(label, sizeof label, "%s %s form", name, presign ? "query" : "header");
  count(ok, label);
  aws_signing_done(&s);
  drop_creds(&creds);
  free(text);
}

static unsigned run_suite(const char *root) {
  DIR *d = opendir(root);
  if (!d)
    return 0;
  struct aws_key_cache *cache = aws_key_cache_new();
  unsigned before = checks;
  for (struct dirent *e; (e = readdir(d));) {
    char dir[1024];
    snprintf(dir, sizeof dir, "%s/%.255s", root, e->d_name);
    char *text = e->d_name[0] == '.' ? NULL : read_in(dir, "context.json");
    if (!text)
      continue;
    cJSON *ctx = cJSON_Parse(text);
    suite_form(dir, e->d_name, ctx, false, cache);
    suite_form(dir, e->d_name, ctx, true, NULL);
    cJSON_Delete(ctx);
    free(text);
  }
  closedir(d);
  aws_key_cache_free(cache);
  return checks - before;
}

/* ---- signed requests: extra vectors and golden requests -------------------------------------- */

struct url {
  struct aws_str host, path, query;
};

static struct url split_url(const char *text) {
  struct aws_str s = aws_str_from(strstr(text, "://") + 3);
  size_t n = strcspn(s.p, "/?");
  struct url u = {.host = {s.p, n}};
  s = (struct aws_str){s.p + n, s.n - n};
  u.path = aws_str_split(&s, '?');
  u.query = s;
  return u;
}

static bool made_by_signer(const char *name) {
  static const char *const names[] = {"X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256",
                                      "Authorization"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp(name, names[i]) == 0)
      return true;
  return false;
}

struct vector {
  const cJSON *json;
  const char *name, *service, *region, *method, *token;
  struct url url;
  const char *body;
  int presign;
  bool unsigned_payload;
};

static void run_vector(const cJSON *doc, const struct vector *v) {
  struct aws_creds creds;
  set_creds(&creds, member(doc, "access_key"), member(doc, "secret_key"), v->token);
  struct aws_http_header headers[32] = {{AWS_STR_LIT("Host"), v->url.host}};
  struct aws_sign_request rq = {.method = v->method,
                                .path = v->url.path,
                                .query = v->url.query,
                                .headers = headers,
                                .nheaders = 1,
                                .body = aws_str_from(v->body)};
  const cJSON *h;
  cJSON_ArrayForEach(
      h, cJSON_GetObjectItemCaseSensitive(v->json, "headers")) if (!made_by_signer(h->string))
      headers[rq.nheaders++] =
          (struct aws_http_header){aws_str_from(h->string), aws_str_from(h->valuestring)};
  bool s3 = strcmp(v->service, "s3") == 0;
  struct aws_sign_config cfg = {.region = v->region,
                                .service = v->service,
                                .now = INT64_C(1768478400000), /* 2026-01-15T12:00:00Z */
                                .creds = &creds,
                                .s3 = s3,
                                .content_sha256 = s3,
                                .unsigned_payload = v->unsigned_payload,
                                .presign_seconds = v->presign};
  struct aws_signing s;
  aws_signing_init(&s);
  struct aws_error err = {0};
  bool ok = aws_sigv4(&s, &rq, &cfg, NULL, &err);
  if (!ok)
    printf("FAIL %s: %s\n", v->name, err.text);
  const char *signature = member(v->json, "signature");
  const char *authorization =
      member(cJSON_GetObjectItemCaseSensitive(v->json, "headers"), "Authorization");
  ok =
      same(v->name, "canonical request", aws_buf_str(&s.canonical),
           member(v->json, "canonical_request")) &&
      same(v->name, "string to sign", aws_buf_str(&s.to_sign), member(v->json, "string_to_sign")) &&
      (!authorization ||
       same(v->name, "Authorization", aws_buf_str(&s.authorization), authorization)) &&
      (!signature || same(v->name, "signature", aws_str_from(s.signature), signature)) && ok;
  count(ok, v->name);
  aws_signing_done(&s);
  drop_creds(&creds);
}

static struct aws_str until(struct aws_str s, const char *mark) {
  const char *at = s.p ? strstr(s.p, mark) : NULL;
  if (at)
    s.n = (size_t)(at - s.p);
  return s;
}

static void run_extra_one(const cJSON *doc, const cJSON *json) {
  const char *kind = member(json, "kind");
  struct vector v = {.json = json,
                     .name = member(json, "name"),
                     .service = member(json, "service"),
                     .region = member(doc, "region"),
                     .token = member(json, "token"),
                     .method = "GET",
                     .body = ""};
  char url[1024];
  if (strcmp(kind, "header") == 0) {
    v.method = member(json, "method");
    v.body = member(json, "body");
    snprintf(url, sizeof url, "%s", member(json, "url"));
    v.url = split_url(url);
  } else if (strcmp(kind, "presign") == 0) {
    snprintf(url, sizeof url, "%s", member(json, "url"));
    v.presign = atoi(strstr(url, "X-Amz-Expires=") + strlen("X-Amz-Expires="));
    v.url = split_url(url);
    v.url.query = until(until(v.url.query, "&X-Amz-"), "X-Amz-");
    v.unsigned_payload = strcmp(v.service, "s3") == 0;
  } else { /* rds-auth-token */
    snprintf(url, sizeof url, "https://%s", member(json, "auth_token"));
    v.service = "rds-db";
    v.presign = 900;
    v.url = split_url(url);
    v.url.query = until(v.url.query, "&X-Amz-");
  }
  run_vector(doc, &v);
}

static unsigned run_extra(const char *path) {
  char *text = read_text(path);
  if (!text)
    return 0;
  cJSON *doc = cJSON_Parse(text);
  unsigned before = checks;
  const cJSON *json;
  cJSON_ArrayForEach(json, cJSON_GetObjectItemCaseSensitive(doc, "vectors"))
      run_extra_one(doc, json);
  cJSON_Delete(doc);
  free(text);
  return checks - before;
}

static unsigned run_golden(const char *path) {
  char *text = read_text(path);
  if (!text)
    return 0;
  cJSON *doc = cJSON_Parse(text);
  unsigned before = checks;
  const cJSON *json;
  cJSON_ArrayForEach(json, cJSON_GetObjectItemCaseSensitive(doc, "requests")) {
    if (!member(json, "canonical_request")) /* anonymous operations */
      continue;
    struct vector v = {.json = json,
                       .name = member(json, "operation"),
                       .service = member(json, "signing_name"),
                       .region = member(json, "signing_region"),
                       .method = member(json, "method"),
                       .url = split_url(member(json, "url")),
                       .body = member(json, "body")};
    run_vector(doc, &v);
  }
  cJSON_Delete(doc);
  free(text);
  return checks - before;
}

/* ---- cases of our own ------------------------------------------------------------------------ */

struct own {
  const char *name, *path, *query, *header, *value;
  bool s3;
  const char *want; /* the canonical request up to the signed headers */
};

static const struct own own_cases[] = {
    {"dots and slashes", "/a/./b//../c/", "", "X", " a   b\t\tc ", false,
     "GET\n/a/c/\n\nhost:h\nx:a b c\nx-amz-date:20260115T120000Z\n"},
    {"above the root", "/../..", "", "X", "", false,
     "GET\n/\n\nhost:h\nx:\nx-amz-date:20260115T120000Z\n"},
    {"no path", "", "", "x", "y", false, "GET\n/\n\nhost:h\nx:y\nx-amz-date:20260115T120000Z\n"},
    {"encoded twice", "/a%3Ab", "", "X", "y", false,
     "GET\n/a%253Ab\n\nhost:h\nx:y\nx-amz-date:20260115T120000Z\n"},
    {"S3 as it is", "/a%20b//../c", "", "X", "y", true,
     "GET\n/a%20b//../c\n\nhost:h\nx:y\nx-amz-date:20260115T120000Z\n"},
    {"query sorted by pairs", "/", "b=2&a-3=x&a=z&a=%7e&&v&b=1%2f", "X", "y", false,
     "GET\n/\na=z&a=~&a-3=x&b=1%2F&b=2&v=\nhost:h\nx:y\nx-amz-date:20260115T120000Z\n"},
    {"broken escapes", "/", "q=%zz%4&r=%", "X", "y", false,
     "GET\n/\nq=%25zz%254&r=%25\nhost:h\nx:y\nx-amz-date:20260115T120000Z\n"},
    {"names sorted alone", "/", "", "x-amz-date-2", "y", false,
     "GET\n/\n\nhost:h\nx-amz-date:20260115T120000Z\nx-amz-date-2:y\n"},
    {"repeated header", "/", "", "HOST", "2", false,
     "GET\n/\n\nhost:h,2\nx-amz-date:20260115T120000Z\n"},
};

static void run_own(void) {
  struct aws_creds creds;
  set_creds(&creds, "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", NULL);
  struct aws_sign_config cfg = {
      .region = "eu-central-1", .service = "sts", .now = INT64_C(1768478400000), .creds = &creds};
  struct aws_key_cache *cache = aws_key_cache_new();
  struct aws_signing s;
  aws_signing_init(&s);
  struct aws_error err = {0};
  for (size_t i = 0; i < sizeof own_cases / sizeof own_cases[0]; i++) {
    const struct own *o = &own_cases[i];
    struct aws_http_header headers[] = {{AWS_STR_LIT("Host"), AWS_STR_LIT("h")},
                                        {aws_str_from(o->header), aws_str_from(o->value)}};
    struct aws_sign_request rq = {"GET", aws_str_from(o->path), aws_str_from(o->query), headers,
                                  2,     AWS_STR_LIT("")};
    cfg.s3 = o->s3;
    bool ok =
        aws_sigv4(&s, &rq, &cfg, cache, &err) && aws_str_starts(aws_buf_str(&s.canonical), o->want);
    if (!ok)
      printf("FAIL %s: %s\n--- got\n%.*s\n", o->name, err.text,
             AWS_STR_ARG(aws_buf_str(&s.canonical)));
    count(ok, o->name);
  }

  /* GetCallerIdentity, signed by AWS's own tools with this key and clock. */
  struct aws_http_header headers[] = {
      {AWS_STR_LIT("Host"), AWS_STR_LIT("sts.eu-central-1.amazonaws.com")},
      {AWS_STR_LIT("Content-Type"),
       AWS_STR_LIT("application/x-www-form-urlencoded; charset=utf-8")}};
  struct aws_sign_request rq = {"POST", AWS_STR_LIT("/"),
                                {0},    headers,
                                2,      AWS_STR_LIT("Action=GetCallerIdentity&Version=2011-06-15")};
  cfg.s3 = false;
  for (int i = 0; i < 2; i++) { /* the second time with the cached key */
    bool ok = aws_sigv4(&s, &rq, &cfg, cache, &err);
    count(same("GetCallerIdentity", "signature", aws_str_from(ok ? s.signature : err.text),
               "c282bb411ac75492fd098f0793d83a2438a2104eda989e344d0663d2e827c8f1"),
          "GetCallerIdentity");
  }
  cfg.region = "us-east-1"; /* another region must not take the cached key */
  bool ok = aws_sigv4(&s, &rq, &cfg, cache, &err);
  struct aws_signing fresh;
  aws_signing_init(&fresh);
  ok = ok && aws_sigv4(&fresh, &rq, &cfg, NULL, &err);
  count(same("other region", "signature", aws_str_from(s.signature), ok ? fresh.signature : ""),
        "other region");

  rq.nheaders = 0;
  count(!aws_sigv4(&s, &rq, &cfg, cache, &err) && err.code == AWS_E_USAGE, "no host is refused");
  aws_signing_done(&fresh);
  aws_signing_done(&s);
  aws_key_cache_free(cache);
  drop_creds(&creds);
}

static void expect(const char *what, unsigned got, unsigned want) {
  printf("%s: %u checks\n", what, got);
  if (got == want)
    return;
  failures++;
  printf("FAIL %s: %u checks wanted\n", what, want);
}

int main(void) {
  run_own();
  printf("own cases: %u checks\n", checks);
  DIR *d = opendir(SHARED_DIR "/aws");
  if (d) {
    closedir(d);
    expect("suite", run_suite(SHARED_DIR "/aws/sigv4-suite"), 76);
    expect("extra vectors", run_extra(SHARED_DIR "/aws/vectors/sigv4-extra.json"), 18);
    expect("golden requests", run_golden(SHARED_DIR "/aws/wire/requests.json"), 112);
  } else {
    printf("ok suite, extra vectors, golden requests # SKIP no %s/aws\n", SHARED_DIR);
  }
  printf("%u passed, %u failed\n", checks - failures, failures);
  return failures != 0;
}
