/* What the files of the client share. */
#ifndef CAWSOLE_AWS_CLIENT_INTERNAL_H
#define CAWSOLE_AWS_CLIENT_INTERNAL_H

#include "aws/auth/endpoint.h"
#include "aws/client.h"
#include "aws/client/agent.h"
#include "aws/client/retry.h"

/* One series of pages. A call has one, or one for each batch. */
struct aws_part {
  struct aws_call *call;
  cJSON *in;
  struct aws_part *next_waiting; /* in its host's queue */
  bool waiting, done;
  struct aws_transfer *transfer; /* under way, or NULL */
  struct aws_timer *timer;       /* before a retry, or NULL */
  struct aws_later later;        /* reports `late` */
  struct aws_error late;         /* why the request could not be sent */
  uint64_t *tokens;              /* hashes of the page tokens so far */
  size_t ntokens, tokens_cap;
  int attempt, cost;             /* of the page that is asked for; see retry.h */
  char invocation[AWS_UUID_MAX]; /* of the page that is asked for; "": not sent yet */
  bool resigned;                 /* the clock was set right once */
  bool rekeyed;                  /* sent once more with other keys */
  unsigned keys_used;
  int64_t skew_used;
};

struct aws_call {
  struct aws_client *client;
  struct aws_call *prev, *next;
  const struct aws_op *op;
  struct aws_call_options opt;
  struct aws_endpoint endpoint;
  struct aws_host *host;
  aws_page_fn on_page;
  aws_done_fn on_done;
  void *arg;
  struct aws_part *parts;
  size_t nparts, parts_left;
  struct aws_later nothing; /* ends a call that has nothing to send */
  unsigned keys_serial;     /* of the keys when it began */
  int pages;
  struct aws_str raw;
  bool busy;      /* a callback of this call is running */
  bool cancelled; /* meanwhile; freed when it returns */
  bool doomed;    /* waits for keys that do not come */
};

/* A queue for each host, so that one slow service does not hold up another. */
struct aws_host {
  struct aws_host *next;
  char name[sizeof(struct aws_endpoint)];
  int active;
  struct aws_part *waiting;
};

struct aws_client {
  struct aws_io *io;
  const struct aws_settings *settings;
  char region[64];
  int per_host, connect_ms, total_ms;
  struct aws_creds creds;
  bool have_creds; /* and they are good as far as is known */
  bool refused;    /* the last ones, by AWS */
  struct aws_error refusal;
  unsigned keys_serial;      /* of `creds` */
  const struct aws_op *only; /* that may go; NULL: all */
  aws_keys_fn want;
  void *want_arg;
  bool wanted;                     /* asked for, and not answered yet */
  char agent[AWS_AGENT_MAX_BYTES]; /* User-Agent */
  struct aws_key_cache *keys;
  struct aws_retry retry;
  struct aws_host *hosts;
  struct aws_call *calls;
  int64_t skew_ms;
  void (*send)(struct aws_part *p); /* what a host does with the next in its queue */
  aws_sent_fn on_sent;
  void *on_sent_arg;
};

/* clock.c */
aws_ms aws_client_now(const struct aws_client *c); /* wall clock, as the server sees it */
/* Takes the server's Date, to the second, against the middle of the exchange. */
void aws_client_learn_clock(struct aws_client *c, const struct aws_http_reply *reply);

/* queue.c */
struct aws_host *aws_host_get(struct aws_client *c, const struct aws_endpoint *e);
void aws_host_add(struct aws_host *h, struct aws_part *p);
void aws_host_remove(struct aws_host *h, struct aws_part *p);
/* There are keys for it, and nothing holds it back. */
bool aws_part_may_go(const struct aws_part *p);
/* Asks whoever keeps the keys for good ones, once. */
void aws_client_want_keys(struct aws_client *c);
/* Sends what may be sent. */
void aws_host_pump(struct aws_client *c, struct aws_host *h);
void aws_hosts_free(struct aws_client *c);

/* part.c */
void aws_part_send(struct aws_part *p); /* never calls back before it returns */

/* keys.c */
void aws_client_set_agent(struct aws_client *c); /* it says where the keys come from */
/* The keys may have been refused: then others are asked for. True: the part is to be sent again
 * once they are there. */
bool aws_part_rekey(struct aws_part *p, struct aws_error *err);

/* call.c */
void aws_call_finish(struct aws_call *call, const struct aws_error *err);
/* Hands a page out. False: the call was cancelled by the callback and is gone. */
bool aws_call_deliver(struct aws_call *call, struct aws_page *page, struct aws_str raw);
/* Splits into parts and takes `in`. False: *err set, `in` still the caller's. */
bool aws_call_split(struct aws_call *call, cJSON *in, struct aws_error *err) AWS_MUST_CHECK;
void aws_call_free(struct aws_call *call);

#endif
