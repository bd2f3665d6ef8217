/* How a request reaches a handler and how a handler answers, whatever the protocol.
 *
 * The server (server.c) reads a request, verifies its signature (verify.c), finds its row in the
 * table of operations (route.c), turns its parameters into one cJSON tree (params.c), checks them
 * against the row's parameter table and calls the handler. The handler writes its answer once, with
 * AWS's member names; the writer (out.c) makes JSON, XML or CBOR of it.
 */
#ifndef CAWSOLE_SIM_SIM_H
#define CAWSOLE_SIM_SIM_H

#include "sim/fault.h"
#include "sim/live.h"
#include "sim/world.h"

#include <cjson/cJSON.h>

/* ---- services and operations ----------------------------------------------------------------- */

enum sim_protocol { SIM_JSON, SIM_QUERY, SIM_REST_XML, SIM_REST_JSON, SIM_CBOR };

struct sim_api_service {
  const char *name; /* "elbv2" */
  enum sim_protocol protocol;
  const char *signing_name; /* in the credential scope: "elasticloadbalancing" */
  const char *target;       /* json: before the dot of X-Amz-Target */
  const char *version;      /* query: Version */
  const char *xmlns;        /* XML answers */
  const char *invalid_code; /* error code for a parameter that is wrong */
  const char *token_code;   /* error code for a page token that is wrong */
  bool everywhere;          /* answers from the stack's world in every region */
  bool open;                /* nothing is signed; found by path */
  bool s3_errors;           /* <Error> as root, S3's codes, 15 minutes of clock skew */
};

enum sim_param_kind { SIM_P_STR, SIM_P_INT, SIM_P_BOOL, SIM_P_TIME, SIM_P_LIST, SIM_P_STRUCT };
struct sim_param {
  const char *name;
  enum sim_param_kind kind;
  bool required;
  int64_t min, max;           /* INT: bounds; STR and LIST: bounds of the length; both 0: none */
  const char *const *allowed; /* STR, and the items of a LIST: NULL-terminated; NULL: any */
};

struct sim_http;
struct sim_keys;
struct sim_request;
typedef void (*sim_handler)(struct sim_request *rq);

struct sim_op {
  const char *name;
  sim_handler handler;
  const struct sim_param *params; /* .SIM_PARAMS(table) */
  size_t nparams;
  /* rest: "GET", "/2020-05-31/distribution/{Id}"; path members go to `in` */
  const char *method, *path;
  const char *root; /* rest-xml: the answer's root element */
  bool open;        /* is not signed, though its service's others are */
};
#define SIM_PARAMS(table) params = (table), .nparams = sizeof(table) / sizeof((table)[0])

/* One table a service, each ended by a row with name NULL, at the end of sim/api_SERVICE.c. */
extern const struct sim_op sim_ops_sts[], sim_ops_cloudfront[], sim_ops_elbv2[], sim_ops_ecs[],
    sim_ops_autoscaling[], sim_ops_rds[], sim_ops_ssm[], sim_ops_cloudwatch[],
    sim_ops_secretsmanager[], sim_ops_s3[], sim_ops_apigatewayv2[], sim_ops_sso[], sim_ops_oidc[],
    sim_ops_signin[], sim_ops_imds[], sim_ops_container[];

/* ---- the answer's writer --------------------------------------------------------------------- */

enum sim_format { SIM_FORMAT_JSON, SIM_FORMAT_XML, SIM_FORMAT_CBOR };
enum sim_time_format { SIM_TIME_EPOCH, SIM_TIME_ISO };

#define SIM_OUT_DEPTH 24
#define SIM_OUT_MAX ((size_t)64 << 20)
struct sim_out {
  struct aws_buf buf;
  enum sim_format format;
  enum sim_time_format times;
  const struct sim_world *world; /* for wall time */
  struct sim_twist twist;        /* how it goes wrong */
  size_t depth;
  struct {
    size_t from;       /* where its value begins */
    const char *close; /* element to close; XML */
    const char *item;  /* a list: the element of each item; NULL: a structure */
    bool used;         /* has a member */
  } open[SIM_OUT_DEPTH];
};

/* A value as it stands, for faults: nothing is escaped. */
void sim_raw(struct sim_request *rq, const char *name, struct aws_str value);

/* Inside a list pass name NULL. A text of NULL is a member left out. */
void sim_begin(struct sim_request *rq, const char *name); /* a structure */
/* item: "member", for XML. */
void sim_list(struct sim_request *rq, const char *name, const char *item);
void sim_end(struct sim_request *rq); /* closes either */
void sim_str(struct sim_request *rq, const char *name, const char *value);
void sim_strn(struct sim_request *rq, const char *name, struct aws_str value);
void sim_strf(struct sim_request *rq, const char *name, const char *fmt, ...) AWS_PRINTF(3, 4);
void sim_int(struct sim_request *rq, const char *name, int64_t value);
void sim_double(struct sim_request *rq, const char *name, double value);
void sim_bool(struct sim_request *rq, const char *name, bool value);
void sim_time(struct sim_request *rq, const char *name, aws_ms world_time); /* 0: left out */
void sim_empty_list(struct sim_request *rq, const char *name);

/* ---- the request ----------------------------------------------------------------------------- */

struct sim_request {
  struct sim_world *world; /* the stack's, or an empty one in another region */
  const struct sim_api_service *service;
  const struct sim_op *op;
  enum sim_protocol protocol;  /* of this request: CloudWatch speaks three */
  struct aws_arena *arena;     /* gone when the answer is sent */
  const cJSON *in;             /* the parameters, an object; query numbers and booleans are texts */
  const struct sim_http *http; /* as it came */
  aws_ms wall;                 /* when it came */
  struct sim_keys *keys;       /* given out, for those that give out more */
  const char *region, *access_key;
  const char *principal; /* who signed with given credentials; NULL: the world's */
  char id[37];           /* x-amzn-RequestId */
  struct sim_out out;
  unsigned status; /* 200 unless the handler sets another */
  bool failed;     /* sim_error was called */
  struct {
    const char *name;
    char value[256];
  } headers[6]; /* sim_header() */
  size_t nheaders;
  const char *content_type; /* NULL: the protocol's */
  /* The faults that meet it, and what they ask of others. */
#define SIM_REQUEST_PLAYS 8
  struct sim_play *plays[SIM_REQUEST_PLAYS];
  size_t nplays;
  enum sim_page_fault pages;
  struct sim_wire wire;
  aws_ms clock_ahead;
  int64_t lives; /* seconds, of credentials given out; with short_lived */
  bool short_lived;
};

/* Answers an error; what was written before is thrown away. code as on the wire. */
void sim_error(struct sim_request *rq, unsigned status, const char *code, const char *fmt, ...)
    AWS_PRINTF(4, 5);
/* The error of a caller that IAM does not allow the operation. */
void sim_access_denied(struct sim_request *rq);
/* Answers a text that is no document; the status and type are its own. */
void sim_plain(struct sim_request *rq, unsigned status, const char *type, const char *text);
/* The service's own error for a wrong parameter (ValidationException, InvalidParameterValue, ...).
 */
void sim_invalid(struct sim_request *rq, const char *fmt, ...) AWS_PRINTF(2, 3);
void sim_header(struct sim_request *rq, const char *name, const char *fmt, ...) AWS_PRINTF(3, 4);

/* Reading parameters; path of names joined by '/'. */
const char *sim_in_str(const struct sim_request *rq, const char *path); /* NULL: absent */
int64_t sim_in_int(const struct sim_request *rq, const char *path, int64_t absent);
bool sim_in_bool(const struct sim_request *rq, const char *path, bool absent);
aws_ms sim_in_time(const struct sim_request *rq, const char *path, aws_ms absent); /* world time */
const cJSON *sim_in_list(const struct sim_request *rq, const char *path); /* an array, or NULL */
bool sim_in_has(const struct sim_request *rq, const char *path);
/* The text of a list's item, "" when it is none. For members of structures use aws_doc_str. */
const char *sim_item_str(const cJSON *item);

/* Paging. sim_page reads the token and the page size (parameter names given; size NULL: fixed) for
 * total items and sets first and end (end past the last); false: it has answered an error. sim_next
 * writes the token when there is more. Tokens hold only for the same other parameters. */
struct sim_page {
  size_t first, end, total;
  bool again; /* by a fault: its token leads here again */
};
bool sim_page_more(const struct sim_page *page);
bool sim_page(struct sim_request *rq, const char *token, const char *size, size_t preset,
              size_t total, struct sim_page *page) AWS_MUST_CHECK;
void sim_next(struct sim_request *rq, const char *name, const struct sim_page *page);
/* What sim_page does for faults, for handlers that page in a way of their own: page holds what
 * there is without one. */
bool sim_page_fault(struct sim_request *rq, const char *token,
                    struct sim_page *page) AWS_MUST_CHECK;
/* The same for a position of the handler's own: 0 when no token was sent. */
bool sim_token_read(struct sim_request *rq, const char *token, uint64_t *position) AWS_MUST_CHECK;
void sim_token_write(struct sim_request *rq, const char *name, uint64_t position);

#endif
