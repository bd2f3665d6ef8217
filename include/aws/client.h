/* The one way to AWS: sign, send, page, batch, retry.
 *
 * A service is a row, an operation is a row; adding one is adding rows. Input is a cJSON object
 * with AWS's member names, whatever the protocol: the client serialises it (json, query, rest-xml,
 * rest-json). Output is pages of plain structs.
 */
#ifndef CAWSOLE_AWS_CLIENT_H
#define CAWSOLE_AWS_CLIENT_H

#include "aws/auth.h"
#include "aws/doc.h"

enum aws_protocol { AWS_JSON_1_0, AWS_JSON_1_1, AWS_QUERY, AWS_REST_XML, AWS_REST_JSON };

/* A published request limit that several operations share (aws/api.md section 18). Rates are per
 * second and account; 0 burst: same as rate. */
struct aws_limit {
  const char *name; /* "ECS service read" */
  double rate, burst;
  bool published; /* false: no number is published, rate is our own modest assumption */
};

struct aws_service {
  const char *id;           /* "ecs": as in endpoints.tsv and AWS_ENDPOINT_URL_ECS */
  const char *endpoint_var; /* "ECS", "ELASTIC_LOAD_BALANCING_V2": suffix of AWS_ENDPOINT_URL_ */
  const char *host_prefix;  /* "ecs", "monitoring" */
  const char *signing_name; /* "elasticloadbalancing" */
  enum aws_protocol protocol;
  const char *version;       /* query: Version=; rest-xml: xmlns of bodies in `xmlns` */
  const char *target_prefix; /* json: X-Amz-Target */
  const char *xmlns;
  bool query_mode; /* json 1.0 of a service that once was query: send x-amzn-query-mode: true */
  bool global;     /* one endpoint, signed for us-east-1 (cn: cn-northwest-1) */
};

struct aws_op {
  const char *name;
  const struct aws_service *service;
  const struct aws_limit *limit;
  const char *method, *path; /* rest: "GET", "/2020-05-31/distribution/{Id}/invalidation" */
  const char *query;         /* rest: input members that go to the query, "Marker MaxItems";
                                "name=wire" where the wire name differs */
  const char *header;        /* rest: input members that go to headers, "member=wire-name" */
  const char *lists; /* query and rest-xml: element names of lists, "Filters=Filter Values=Value";
                        others "member" */
  const char *root;  /* rest-xml with a body: name of the one input member that is the body */
  const char *items; /* path from the result to the list of items; "": the result is the one item,
                        and so is what is there if it is a JSON object; NULL: no items */
  const char *none;  /* member that says "0" where the list is left out ("Quantity"); NULL: never */
  const struct aws_type *item;      /* NULL with items set: a list of plain strings (page->items are
                                       struct aws_str) */
  const char *token_in, *token_out; /* NULL: not paged */
  const char *more;    /* boolean member that must be true to go on ("IsTruncated"), or NULL */
  const char *size_in; /* "maxResults", with size as value; NULL: not sent */
  const char *size_not_with; /* input members beside which AWS refuses size_in: "Names Arns" */
  int size;
  bool size_text;    /* the model's type of size_in is string (json body only) */
  const char *batch; /* input list that is cut into calls of batch_max */
  int batch_max;
  bool write;     /* changes something: sent once */
  bool anonymous; /* not signed, and waits for no credentials */
};

/* What came: immutable and counted. Lives until the last unref. */
struct aws_failure { /* `failures` of a 200, InvalidParameters */
  struct aws_str arn, reason, detail;
};
struct aws_page {
  unsigned refs;
  struct aws_arena arena;
  const struct aws_type *type;
  void *items; /* n structs of type->size, or n struct aws_str */
  size_t n;
  struct aws_failure *failures;
  size_t nfailures;
  struct aws_str etag; /* rest-xml, when sent */
  bool secret;         /* overwritten when freed */
  aws_ms fetched_at;   /* wall clock */
  char request_id[80];
};
struct aws_page *aws_page_ref(struct aws_page *p);
void aws_page_unref(struct aws_page *p); /* NULL is fine */
/* The i-th item as const void pointer. */
const void *aws_page_item(const struct aws_page *p, size_t i);

struct aws_client;
struct aws_client_config {
  struct aws_io *io;
  const struct aws_settings *settings;
  const char *region;       /* default region of calls; copied */
  int per_host;             /* parallel requests a host; 0: 8 */
  uint64_t seed;            /* of the retries' jitter; 0: from the system */
  int connect_ms, total_ms; /* time-outs of one request; 0: 5,000 and 20,000 */
};
/* Another default region, for calls from now on. False: it is too long. */
bool aws_client_set_region(struct aws_client *c, const char *region) AWS_MUST_CHECK;
/* io and settings are borrowed for the client's life. NULL: *err set. */
struct aws_client *aws_client_new(const struct aws_client_config *cfg, struct aws_error *err);
/* Cancels all calls without callbacks. Not from within a callback of one. */
void aws_client_free(struct aws_client *c);
/* Credentials are copied; until they are set every call waits, but for anonymous operations. */
bool aws_client_set_creds(struct aws_client *c, const struct aws_creds *creds) AWS_MUST_CHECK;
/* From now on every call waits again, until others are set. */
void aws_client_hold(struct aws_client *c);
/* From now on only calls of op go out, and anonymous ones; the others wait. NULL: all go. */
void aws_client_only(struct aws_client *c, const struct aws_op *op);

/* Asks for credentials when a call waits for them; refused: the id of the key that AWS took no
 * longer, and its words, or both NULL. Once, until aws_client_set_creds or aws_client_no_creds
 * answers, which must not be from within. A call that was refused for its key is then sent once
 * more. Without this, the refusal is the call's error.
 *
 * A write never waits, neither for keys nor for leave to go: by then it may no longer be wanted. It
 * ends with an error that says that nothing was changed. */
typedef void (*aws_keys_fn)(void *arg, const char *refused, const struct aws_error *why);
void aws_client_on_keys(struct aws_client *c, aws_keys_fn want, void *arg);
/* There are none to be had: the calls that wait for them end with err. Not from within a callback
 * of one. */
void aws_client_no_creds(struct aws_client *c, const struct aws_error *err);

/* Where calls of a service go: host as in the Host header, with the port unless it is the scheme's
 * own. False: *err says what is wrong with the region or the configured endpoint. */
struct aws_client_host {
  char scheme[8], host[400];
};
bool aws_client_endpoint(const struct aws_client *c, const struct aws_service *service,
                         struct aws_client_host *out, struct aws_error *err) AWS_MUST_CHECK;

struct aws_call;
/* One page came. page is borrowed: ref it to keep it. */
typedef void (*aws_page_fn)(void *arg, struct aws_page *page);
/* The call is over; the handle is gone after this returns. err NULL: all pages came. */
typedef void (*aws_done_fn)(void *arg, const struct aws_error *err);

struct aws_call_options {
  const char *region; /* NULL: the client's; global services ignore it */
  bool asked;         /* the operator waits: standard retry (3 attempts). A poll is not retried,
                         but for the second page and on: those before it are not thrown away */
  bool again;         /* not asked, but sent again all the same when AWS throttles it: a poll as
                         long as half of the retries' quota is left to the operator, a write when
                         the answer is a 4xx, which says that nothing was done */
  bool raw;           /* keep the raw reply too: aws_call_raw in on_page */
  bool secret;        /* bodies and pages hold secrets: wiped when freed, never traced */
  int priority;       /* among what waits for a host, higher goes first; asked goes before all */
  int max_pages;      /* 0: all, and more than 1,000 are an error; else no more than that */
};

/* Takes `in` (freed with the call; NULL is {}). Times in it are written as the protocol has them:
 * json epoch seconds as a number, the others ISO 8601. A list named by op->batch that is empty ends
 * the call without a request. Never calls back before it returns. NULL: out of memory or an input
 * that does not fit the operation, *err set, `in` freed. */
struct aws_call *aws_call(struct aws_client *c, const struct aws_op *op, cJSON *in,
                          const struct aws_call_options *opt, aws_page_fn on_page,
                          aws_done_fn on_done, void *arg, struct aws_error *err) AWS_MUST_CHECK;
void aws_call_cancel(struct aws_call *call); /* no callback after this; NULL is fine */
/* Within on_page: the body of the last answer as AWS sent it; {NULL, 0} unless opt->raw. */
struct aws_str aws_call_raw(const struct aws_call *call);

/* Builds what would be sent, without sending, for contract tests. The signature is made with creds
 * at `now`. True: *out to be freed by aws_wire_done. */
struct aws_wire {
  struct aws_buf method, url, headers /* "name: value\n"... */, body;
};
bool aws_call_wire(struct aws_client *c, const struct aws_op *op, const cJSON *in,
                   const char *region, const struct aws_creds *creds, aws_ms now,
                   struct aws_wire *out, struct aws_error *err) AWS_MUST_CHECK;
void aws_wire_done(struct aws_wire *w);

/* Every call that went out, for the request budget and the title line. Called once per HTTP
 * request, when it ended, before the call hears of it; must not cancel calls. */
struct aws_sent {
  const struct aws_op *op;
  int http_status;
  bool reached; /* some of it may have; a connection that never stood burdens nobody */
  bool throttled, retried;
  aws_ms elapsed_ms, at;
  size_t bytes;
};
typedef void (*aws_sent_fn)(void *arg, const struct aws_sent *sent);
void aws_client_on_sent(struct aws_client *c, aws_sent_fn fn, void *arg);

/* Whether AWS refused it for its date: the clock here is wrong, the keys may be right. */
bool aws_error_is_clock(const struct aws_error *err);

/* How long a call that the operator waits for is tried at most, answers that ask for more set
 * aside. */
aws_ms aws_client_patience(const struct aws_client *c);

/* Seconds that the server's clock is ahead, as the last answers' Date told. */
int64_t aws_client_skew(const struct aws_client *c);

#endif
