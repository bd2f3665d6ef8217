/* What follows from the rows: references, the path, values; and who sees to it. */
#ifndef CAWSOLE_STACK_DERIVED_H
#define CAWSOLE_STACK_DERIVED_H

#include "stack/path.h"
#include "stack/state.h"

#define STACK_NAMES_MAX 64

struct ecs_service;

/* A host's addresses, kept for five minutes. */
struct stack_name {
  struct stack_names *owner;
  char host[256];
  char addrs[512]; /* sorted, joined by spaces, with one at each end; "" when there are none */
  bool asked, answered;
  aws_ms at; /* mono */
};

/* A lookup cannot be cancelled: it may answer when the stack is gone, and the last one frees this.
 */
struct stack_names {
  struct stack *s; /* NULL: gone */
  struct stack_name rows[STACK_NAMES_MAX];
  size_t n;
  size_t under_way;
};

/* When a hop's fault began, and with what. */
struct stack_onset {
  bool faulty;
  uint64_t what;     /* the thing at fault, hashed */
  aws_ms well_at;    /* wall: seen well last; 0: never */
  aws_ms at;         /* wall; 0: not known */
  char text[200];    /* the event, "" for none */
  char service[600]; /* whose rollout began it, "" for none */
  int64_t rev;
};

struct stack_derived {
  struct stack_path path;
  struct stack_ref *refs;
  size_t nrefs, cap;
  bool refs_ok;
  struct stack_names *names;
  enum stack_level hop_was[STACK_HOPS];
  char worst_ids[STACK_HOPS][600]; /* what hops[].worst_id points to */
  struct stack_onset onsets[STACK_HOPS];
};

/* ---- refs.c ---------------------------------------------------------------------------------- */

/* References, followed anew when what they are made of has moved. */
void stack_refs_update(struct stack *s);
/* The kinds that they are made of. */
extern const unsigned stack_ref_kinds;

/* ---- resolve.c ------------------------------------------------------------------------------- */

enum stack_resolved { STACK_RESOLVED_NOT_YET, STACK_RESOLVED_SAME, STACK_RESOLVED_OTHER };
/* Do two names lead to one address? Asks when it is not known; the answer makes the references
 * anew. */
enum stack_resolved stack_names_same(struct stack *s, struct aws_str a, struct aws_str b);
bool stack_names_init(struct stack *s);
void stack_names_free(struct stack *s);

/* ---- path_facts.c, since.c ------------------------------------------------------------------- */

void stack_hop_facts(struct stack *s, struct stack_hop *h); /* facts, moving */
const char *stack_database_title(struct stack *s, const struct stack_hop *h);
/* Follows when each hop's fault began; says it of the one that the path names. */
void stack_since(struct stack *s, struct stack_path *p);
bool stack_registers_in(const struct ecs_service *v, struct aws_str target_group);

/* ---- path.c ---------------------------------------------------------------------------------- */

bool stack_path_init(struct stack *s);
void stack_path_free(struct stack *s);
void stack_path_update(struct stack *s, unsigned dirty);

/* ---- value.c --------------------------------------------------------------------------------- */

bool stack_values_init(struct stack *s, struct aws_error *err);
void stack_values_free(struct stack *s); /* wipes */
void stack_values_rows(struct stack *s); /* parameters changed, or those on screen did */

/* ---- update.c -------------------------------------------------------------------------------- */

/* Ratings, references, path: brought up to date if anything moved. The public readers call it. */
void stack_update(const struct stack *s);

#endif
