/* One question to STS or IAM Identity Center, asked with a client of its own. */
#ifndef CAWSOLE_AWS_IDENTITY_EXCHANGE_H
#define CAWSOLE_AWS_IDENTITY_EXCHANGE_H

#include "aws/client.h"
#include "aws/identity/provider.h"

/* item: the one item of the answer, of op->item; NULL with err set. Borrowed. The exchange may be
 * begun again from here. */
typedef void (*aws_exchange_fn)(void *arg, const void *item, const struct aws_error *err);

struct aws_exchange { /* zeroed at first */
  struct aws_client *client;
  struct aws_call *call;
  struct aws_page *page;
  aws_exchange_fn fn;
  void *arg;
};

struct aws_question {
  const struct aws_op *op;
  cJSON *in;                     /* taken; NULL is out of memory */
  const struct aws_creds *creds; /* NULL: the operation is anonymous */
  const char *region;
};

/* False: *err set, no callback. */
bool aws_exchange_begin(struct aws_exchange *x, const struct aws_provider_run *run,
                        const struct aws_question *q, aws_exchange_fn fn, void *arg,
                        struct aws_error *err) AWS_MUST_CHECK;
void aws_exchange_stop(struct aws_exchange *x); /* not from within the callback */

/* The region whose STS is asked: the chosen one, else the profile's, else the run's, else
 * us-east-1.
 */
const char *aws_sts_region(const struct aws_provider_run *run);
/* An error when a required member of the answer is missing. */
struct sts_session;
bool aws_sts_creds(const struct sts_session *session, struct aws_creds *out,
                   struct aws_error *err) AWS_MUST_CHECK;
/* role_session_name, or one made of the time; to be put into `in`. False: no memory. */
bool aws_sts_session_name(const struct aws_provider_run *run, struct aws_str name, cJSON *in);
/* Adds duration_seconds of the profile, if it has one that is a number. False: *err set. */
bool aws_sts_duration(const struct aws_provider_run *run, cJSON *in, struct aws_error *err);

#endif
