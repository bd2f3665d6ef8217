/* Parameters of every protocol into one tree. */
#ifndef CAWSOLE_SIM_PARAMS_H
#define CAWSOLE_SIM_PARAMS_H

#include "sim/sim.h"

#define SIM_FORM_MAX 4096 /* pairs in a form or query string */

/* A new node in the arena; NULL: out of memory. type is cJSON's. */
cJSON *sim_node(struct aws_arena *a, int type);
cJSON *sim_node_text(struct aws_arena *a, struct aws_str value);
/* Puts item at the end of parent; name NULL in arrays (it must live as long as the arena). */
void sim_node_add(cJSON *parent, const char *name, cJSON *item);

/* %XX and '+' decoded into the arena, NUL-terminated; p NULL: bad encoding, or out of memory. */
struct aws_str sim_unescape(struct aws_arena *a, struct aws_str s, bool plus_is_space);

/* A form ("A.member.1.B=x&C=y") as {"A":[{"B":"x"}],"C":"y"}: lists of either naming, maps as lists
 * of entries. NULL with *why set: a pair is malformed, there are too many, or no memory. */
cJSON *sim_form_parse(struct aws_arena *a, struct aws_str form, const char **why);
/* A query string's pairs into an existing object, names as they stand. */
bool sim_query_parse(struct aws_arena *a, struct aws_str query, cJSON *into);
/* CBOR (RFC 8949) as the smithy-rpc-v2-cbor protocol uses it. NULL: malformed. */
cJSON *sim_cbor_parse(struct aws_arena *a, const unsigned char *p, size_t n);

/* Checks rq->in against the operation's table; false: an error has been answered. */
bool sim_params_check(struct sim_request *rq);

#endif
