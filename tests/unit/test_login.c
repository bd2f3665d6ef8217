/* login_session: the cache, the renewal and its proof of possession; AWS's cases where they lie
 * beside the checkout (SHARED_DIR). */
#include "config.h"

#include "aws/identity/dpop.h"
#include "aws/identity/login_cache.h"
#include "aws/identity/provider.h"
#include "server.h"
#include "test.h"

#include <cjson/cJSON.h>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Made for this test; it opens nothing. */
static const char key[] = "-----BEGIN EC PRIVATE KEY-----\n"
                          "MHcCAQEEIEL3nPu3GlPbHCnc86sJUMif3B23sKhQtxYs24gz3a0VoAoGCCqGSM49\n"
                          "AwEHoUQDQgAEzK8Wx2osvKwVPMzD7X/Mzih740BV3DNiTqlxPUxj2lheE4A+N40S\n"
                          "2HRn7hl93Z/Yo9M1cOz+xCz928pVLvBnvg==\n"
                          "-----END EC PRIVATE KEY-----\n";
#define SESSION "arn:aws:sts::012345678910:assumed-role/Admin/admin"
#define CACHE_FILE "4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json"
static const aws_ms case_now = INT64_C(1763510400000); /* 2025-11-19T00:00:00Z */

struct world {
  char dir[64], config[128], cache[256];
  struct aws_io *io;
  struct test_server *server;
  int status;
  char answer[4096], target[128], body[2048], proof[4096];
  unsigned asked;
};

static const char *fake_env(void *arg, const char *name) {
  const struct world *w = arg;
  if (strcmp(name, "HOME") == 0)
    return w->dir;
  if (strcmp(name, "AWS_LOGIN_CACHE_DIRECTORY") == 0)
    return "${HOME}"; /* read as the places of the two files are */
  if (strcmp(name, "AWS_CONFIG_FILE") == 0)
    return w->config;
  if (strcmp(name, "AWS_ENDPOINT_URL_SIGNIN") == 0)
    return "http://signin.example.org";
  if (strcmp(name, "AWS_REGION") == 0)
    return "us-east-1";
  return strcmp(name, "AWS_EC2_METADATA_DISABLED") == 0 ? "true" : NULL;
}

static aws_ms fake_wall(void *arg) {
  (void)arg;
  return case_now;
}

static void play(void *arg, const struct test_request *rq, struct test_answer *a) {
  struct world *w = arg;
  w->asked++;
  snprintf(w->target, sizeof w->target, "%s %.100s", rq->method, rq->target);
  snprintf(w->body, sizeof w->body, "%.*s", AWS_STR_ARG(rq->body));
  test_request_header(rq, "DPoP", w->proof, sizeof w->proof);
  if (w->status)
    test_answer_set(a, w->status, NULL, w->answer);
  else
    a->close = true;
}

static void write_file(const char *path, const char *text) {
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static int set_up(void **state) {
  static struct world w;
  struct aws_error err = {0};
  memset(&w, 0, sizeof w);
  strcpy(w.dir, "/tmp/cawsole-test-XXXXXX");
  if (!mkdtemp(w.dir))
    return -1;
  snprintf(w.config, sizeof w.config, "%s/config", w.dir);
  snprintf(w.cache, sizeof w.cache, "%s/%s", w.dir, CACHE_FILE);
  write_file(w.config, "[profile signin]\nlogin_session = " SESSION "\n");
  struct aws_clock clock = {fake_wall, aws_clock_system.mono, NULL};
  w.io = aws_io_new(&clock, NULL, &err);
  w.server = test_server_new(play, &w);
  *state = &w;
  return w.io && aws_io_connect_all(w.io, test_server_port(w.server)) ? 0 : -1;
}

static int tear_down(void **state) {
  struct world *w = *state;
  aws_io_free(w->io);
  test_server_free(w->server);
  unlink(w->config);
  unlink(w->cache);
  return rmdir(w->dir);
}

struct found {
  bool done, ok;
  char id[160], secret[64], token[1024], provider[32], account[32], expires[AWS_TIME_MAX];
  struct aws_error err;
};

static void on_creds(void *arg, const struct aws_creds *c, const struct aws_error *err) {
  struct found *f = arg;
  f->done = true;
  f->ok = c != NULL;
  if (err)
    f->err = *err;
  if (!c)
    return;
  snprintf(f->id, sizeof f->id, "%s", c->key_id);
  snprintf(f->secret, sizeof f->secret, "%s", c->secret.p);
  snprintf(f->token, sizeof f->token, "%s", c->token.p ? c->token.p : "-");
  snprintf(f->provider, sizeof f->provider, "%s", c->provider);
  snprintf(f->account, sizeof f->account, "%s", c->account);
  aws_time_iso(c->expires, f->expires);
}

static struct found find(struct world *w) {
  struct aws_error err = {0};
  struct found f = {.done = false};
  struct aws_settings_input in = {.getenv = fake_env, .getenv_arg = w, .profile = "signin"};
  struct aws_settings *s = aws_settings_load(&in, &err);
  assert_non_null(s);
  assert_non_null(aws_creds_find(w->io, s, NULL, on_creds, &f));
  assert_true(test_run(w->io, w->server, &f.done, 20000));
  aws_settings_free(s);
  return f;
}

static cJSON *read_json(const char *path) {
  static char text[1 << 17];
  FILE *f = fopen(path, "rb");
  if (!f)
    return NULL;
  size_t n = fread(text, 1, sizeof text - 1, f);
  fclose(f);
  text[n] = '\0';
  return cJSON_Parse(text);
}

/* ---- AWS's cases ------------------------------------------------------------------------------
 */

static bool same(const cJSON *want, const char *member, const char *got) {
  return strcmp(aws_doc_str(want, member).p, got) == 0;
}

static bool check_outcome(struct world *w, const cJSON *want, const struct found *f) {
  const char *kind = aws_doc_str(want, "result").p;
  if (strcmp(kind, "error") == 0)
    return !f->ok && f->err.code == AWS_E_CREDENTIALS && strstr(f->err.text, "aws login");
  if (strcmp(kind, "credentials") == 0)
    return f->ok && same(want, "accessKeyId", f->id) && same(want, "secretAccessKey", f->secret) &&
           same(want, "sessionToken", f->token) && same(want, "accountId", f->account) &&
           same(want, "expiresAt", f->expires);
  cJSON *file = read_json(w->cache);
  struct stat st;
  bool ok = cJSON_Compare(file, cJSON_GetObjectItem(want, CACHE_FILE), true) &&
            stat(w->cache, &st) == 0 && (st.st_mode & 0777) == 0600;
  cJSON_Delete(file);
  return ok;
}

static bool check_call(struct world *w, const cJSON *call) {
  cJSON *body = cJSON_Parse(w->body);
  bool ok = cJSON_Compare(body, aws_doc_at(call, "request/tokenInput"), true) &&
            strcmp(w->target, "POST /v1/token") == 0 && w->asked == 1;
  cJSON_Delete(body);
  return ok;
}

static bool run_case(struct world *w, const cJSON *test) {
  const cJSON *cache = cJSON_GetObjectItem(cJSON_GetObjectItem(test, "cacheContents"), CACHE_FILE);
  const cJSON *call = cJSON_GetObjectItem(test, "mockApiCalls");
  call = call ? call->child : NULL;
  unlink(w->cache);
  char *text = cache ? cJSON_Print(cache) : NULL;
  if (text)
    write_file(w->cache, text);
  free(text);
  w->asked = 0;
  const cJSON *output = aws_doc_at(call, "response/tokenOutput");
  const cJSON *status = call ? cJSON_GetObjectItem(call, "responseCode") : NULL;
  text = output ? cJSON_Print(output) : NULL;
  snprintf(w->answer, sizeof w->answer, "%s", text ? text : "{}");
  free(text);
  w->status = status ? status->valueint : 200;
  struct found f = find(w);
  bool ok = call ? check_call(w, call) : w->asked == 0;
  const cJSON *want;
  cJSON_ArrayForEach(want, cJSON_GetObjectItem(test, "outcomes")) {
    ok = check_outcome(w, want, &f) && ok;
  }
  if (!ok)
    print_message("wrong: %s: %s\n", aws_doc_str(test, "documentation").p, f.err.text);
  return ok;
}

static void test_cases(void **state) {
  cJSON *doc = read_json(SHARED_DIR "/aws/vectors/aws-config/login-provider-test-cases.json");
  if (!doc) {
    print_message("no AWS test data at %s\n", SHARED_DIR);
    skip();
  }
  int total = 0, passed = 0;
  const cJSON *test;
  cJSON_ArrayForEach(test, doc) {
    total++;
    passed += run_case(*state, test);
  }
  cJSON_Delete(doc);
  print_message("login: %d of %d\n", passed, total);
  assert_int_equal(total, 8);
  assert_int_equal(passed, total);
}

/* ---- our own ----------------------------------------------------------------------------------
 */

static void write_cache(struct world *w, const char *expires) {
  char text[2048], escaped[512];
  size_t n = 0;
  for (const char *p = key; *p; p++)
    n += (size_t)snprintf(escaped + n, sizeof escaped - n, *p == '\n' ? "\\n" : "%c", *p);
  snprintf(text, sizeof text,
           "{\"accessToken\":{\"accessKeyId\":\"OLD\",\"secretAccessKey\":\"oldsecret\","
           "\"sessionToken\":\"oldtoken\",\"accountId\":\"1\",\"expiresAt\":\"%s\"},"
           "\"clientId\":\"c\",\"refreshToken\":\"hidden-refresh\",\"future\":[1,{\"a\":null}],"
           "\"dpopKey\":\"%s\"}",
           expires, escaped);
  write_file(w->cache, text);
}

static void test_renewal(void **state) {
  struct world *w = *state;
  static const struct {
    const char *expires;
    int status;
    const char *answer, *id, *says; /* id NULL: an error */
  } rows[] = {
      {"2025-11-19T00:06:00Z", 500, "", "OLD", NULL}, /* not yet */
      {"2025-11-19T00:04:00Z", 500, "", "OLD", NULL}, /* it still lives */
      {"2025-11-19T00:04:00Z", 200, "[]", "OLD", NULL},
      {"2025-11-18T00:00:00Z", 200,
       "{\"accessToken\":{\"accessKeyId\":\"NEW\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\"}"
       ","
       "\"expiresIn\":900}",
       "NEW", NULL},
      {"2025-11-18T00:00:00Z", 200,
       "{\"accessToken\":{\"accessKeyId\":\"NEW\",\"secretAccessKey\":\"s\"},\"expiresIn\":\"x\"}",
       NULL, "has no expiresIn"},
      {"2025-11-18T00:00:00Z", 400, "{\"error\":\"TOKEN_EXPIRED\"}", NULL, "login has expired"},
      {"2025-11-18T00:00:00Z", 400, "{\"error\":\"USER_CREDENTIALS_CHANGED\"}", NULL, "password"},
      {"2025-11-18T00:00:00Z", 400, "{\"error\":\"INSUFFICIENT_PERMISSIONS\"}", NULL,
       "signin:CreateOAuth2Token"},
      {"2025-11-18T00:00:00Z", 503, "", NULL, "HTTP 503"},
      {"2025-11-18T00:00:00Z", 0, "", NULL, "without an answer"},
      {"no time", 200, "", NULL, "expiresAt is not a time"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    write_cache(w, rows[i].expires);
    w->status = rows[i].status;
    snprintf(w->answer, sizeof w->answer, "%s", rows[i].answer);
    struct found f = find(w);
    assert_int_equal(f.ok, rows[i].id != NULL);
    if (f.ok) {
      assert_string_equal(f.id, rows[i].id);
      assert_string_equal(f.provider, "login");
      continue;
    }
    if (!strstr(f.err.text, rows[i].says))
      print_message("%s\n", f.err.text);
    assert_non_null(strstr(f.err.text, rows[i].says));
    assert_null(strstr(f.err.text, "hidden-refresh"));
    /* A new login does not mend a service that is down. */
    bool down = rows[i].status == 0 || rows[i].status >= 500;
    assert_int_equal(strstr(f.err.text, "aws login") == NULL, down);
  }
}

/* What others keep in the file is theirs. */
static void test_kept(void **state) {
  struct world *w = *state;
  write_cache(w, "2025-11-18T00:00:00Z");
  w->status = 200;
  strcpy(w->answer, "{\"accessToken\":{\"accessKeyId\":\"NEW\",\"secretAccessKey\":\"s\","
                    "\"sessionToken\":\"t\"},\"expiresIn\":900}");
  assert_true(find(w).ok);
  cJSON *file = read_json(w->cache);
  assert_string_equal(aws_doc_str(file, "refreshToken").p, "hidden-refresh");
  assert_string_equal(aws_doc_str(file, "accessToken/accessKeyId").p, "NEW");
  assert_string_equal(aws_doc_str(file, "accessToken/expiresAt").p, "2025-11-19T00:15:00Z");
  assert_string_equal(aws_doc_str(file, "dpopKey").p, key);
  assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(file, "future")), 2);
  cJSON_Delete(file);
}

/* ---- the proof ---------------------------------------------------------------------------------
 */

static size_t from_base64url(struct aws_str s, unsigned char *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  unsigned v = 0, bits = 0;
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++) {
    const char *d = strchr(digits, s.p[i]);
    assert_non_null(d);
    v = v << 6 | (unsigned)(d - digits);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[n++] = (unsigned char)(v >> bits);
    }
  }
  return n;
}

static bool verifies(struct aws_str text, const unsigned char raw[64]) {
  BIO *bio = BIO_new_mem_buf(key, -1);
  EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
  ECDSA_SIG *sig = ECDSA_SIG_new();
  ECDSA_SIG_set0(sig, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
  unsigned char *der = NULL;
  int n = i2d_ECDSA_SIG(sig, &der);
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  bool ok = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, pkey) == 1 &&
            EVP_DigestVerify(ctx, der, (size_t)n, (const unsigned char *)text.p, text.n) == 1;
  EVP_MD_CTX_free(ctx);
  OPENSSL_free(der);
  ECDSA_SIG_free(sig);
  EVP_PKEY_free(pkey);
  BIO_free(bio);
  return ok;
}

static void test_proof(void **state) {
  (void)state;
  struct aws_buf jwt;
  struct aws_error err = {0};
  unsigned char bytes[1024];
  aws_buf_init(&jwt, 8192);
  assert_true(aws_dpop_proof(&jwt, aws_str_from(key), "POST", "https://x/v1/token", "id-1",
                             case_now, &err));
  struct aws_str rest = aws_buf_str(&jwt), header = aws_str_split(&rest, '.'),
                 payload = aws_str_split(&rest, '.');
  struct aws_str signed_part = {header.p, header.n + 1 + payload.n};
  size_t n = from_base64url(header, bytes);
  cJSON *doc = cJSON_ParseWithLength((const char *)bytes, n);
  assert_string_equal(aws_doc_str(doc, "typ").p, "dpop+jwt");
  assert_string_equal(aws_doc_str(doc, "alg").p, "ES256");
  assert_string_equal(aws_doc_str(doc, "jwk/crv").p, "P-256");
  assert_int_equal(aws_doc_str(doc, "jwk/x").n, 43);
  assert_int_equal(aws_doc_str(doc, "jwk/y").n, 43);
  cJSON_Delete(doc);
  n = from_base64url(payload, bytes);
  assert_int_equal(n, strlen("{\"htm\":\"POST\",\"htu\":\"https://x/v1/token\",\"iat\":1763510400,"
                             "\"jti\":\"id-1\"}"));
  assert_memory_equal(bytes,
                      "{\"htm\":\"POST\",\"htu\":\"https://x/v1/token\",\"iat\":1763510400,"
                      "\"jti\":\"id-1\"}",
                      n);
  assert_int_equal(from_base64url(rest, bytes), 64);
  assert_true(verifies(signed_part, bytes));
  bytes[5] ^= 1;
  assert_false(verifies(signed_part, bytes));
  aws_buf_done(&jwt);
  static const char *const bad[] = {"", "no key", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n"};
  for (size_t i = 0; i < COUNT(bad); i++) {
    assert_false(aws_dpop_proof(&jwt, aws_str_from(bad[i]), "POST", "u", "i", case_now, &err));
    assert_int_equal(err.code, AWS_E_CREDENTIALS);
  }
}

int main(void) {
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      WITH(test_cases),
      WITH(test_renewal),
      WITH(test_kept),
      cmocka_unit_test(test_proof),
  };
  return cmocka_run_group_tests_name("aws/identity login", tests, NULL, NULL);
}
