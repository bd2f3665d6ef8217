/* Faults: what can go wrong between a client and AWS, each playable for a time, on an operation and
 * on a share of the calls. The table (fault_table.c) says what there is; a play is one of them with
 * its numbers; the server and the writer of answers ask here what to spoil.
 */
#ifndef CAWSOLE_SIM_FAULT_H
#define CAWSOLE_SIM_FAULT_H

#include "aws/base.h"

#include <cjson/cJSON.h>

struct sim_out;
struct sim_request;
struct sim_play;

enum sim_fault_stage {
  SIM_FAULT_CONNECT, /* a new connection, before anything is known of it */
  SIM_FAULT_BEFORE,  /* instead of the handler, or before it */
  SIM_FAULT_MEMBERS, /* while the handler writes its members */
  SIM_FAULT_PAGES,   /* while it pages */
  SIM_FAULT_AFTER    /* on the finished answer, and on its way out */
};

struct sim_fault_def {
  const char *name, *summary;
  enum sim_fault_stage stage;
  int what;           /* which one of its stage: an enum below */
  const char *number; /* the name of its number, or NULL */
  int64_t preset, min, max;
  const char *text; /* the name of its text, or NULL */
  void (*apply)(struct sim_request *rq, const struct sim_play *p); /* BEFORE and AFTER */
};
const struct sim_fault_def *sim_fault_at(size_t i); /* the table; NULL past its end */

/* What CONNECT does; from SIM_CONNECT_CERT on: serves that certificate (enum sim_cert). */
enum sim_connect { SIM_CONNECT_REFUSED, SIM_CONNECT_CERT };

/* What MEMBERS does to the members of an answer (fault_member.c). */
enum sim_member_fault {
  SIM_MEMBERS_WELL,
  SIM_MEMBERS_APPEND,  /* to every text */
  SIM_MEMBERS_HUGE,    /* the first text is very long */
  SIM_MEMBERS_MISSING, /* every n-th */
  SIM_MEMBERS_NULL,
  SIM_MEMBERS_TYPE,  /* another type than the model's */
  SIM_MEMBERS_RANGE, /* numbers that fit nowhere */
  SIM_MEMBERS_TWICE  /* every item of a list stands in it twice */
};
enum sim_page_fault { SIM_PAGES_WELL, SIM_PAGES_EMPTY, SIM_PAGES_LOOP, SIM_PAGES_DENIED };

/* How the server sends an answer (wire.c). */
enum sim_wire_fault {
  SIM_WIRE_WELL,
  SIM_WIRE_RESET,  /* no byte of it, and a reset */
  SIM_WIRE_WITHIN, /* half of it, and a reset */
  SIM_WIRE_AFTER,  /* all of it, and a reset */
  SIM_WIRE_DRIP,   /* a few bytes at a time */
  SIM_WIRE_SHORT,  /* fewer bytes than Content-Length says */
  SIM_WIRE_LONG,   /* more */
  SIM_WIRE_ENDLESS /* white space for megabytes after it */
};
struct sim_wire {
  enum sim_wire_fault fault;
  int64_t number; /* bytes of it */
  aws_ms delay;   /* before the first byte */
};

/* ---- plays ----------------------------------------------------------------------------------- */

struct sim_play {
  const struct sim_fault_def *def;
  char service[32], operation[48]; /* "": any */
  char text[64];
  int64_t number;
  double share;       /* of the calls, 0 to 1 */
  aws_ms from, until; /* monotonic; until 0: to the end */
  uint64_t left;      /* calls that it still spoils; 0 with `counted`: none */
  bool counted;
  uint64_t calls, hits;
};

#define SIM_PLAYS_MAX 32
struct sim_faults {
  struct sim_play plays[SIM_PLAYS_MAX];
  size_t n;
  uint64_t random; /* of the shares; apart from the world's, whose story stays the same */
};

/* Adds "NAME[,on=SERVICE[:OPERATION]][,share=0.5][,for=SECONDS][,after=SECONDS][,times=N]" and the
 * fault's own number or text. Those that are over are forgotten when there is no room for it. False
 * with *err set: it says what is wrong. */
bool sim_faults_add(struct sim_faults *f, const char *spec, aws_ms now, struct aws_error *err);
/* Ends the plays of that name; NULL: all. The number ended. */
size_t sim_faults_end(struct sim_faults *f, const char *name);
/* The play of CONNECT that meets a connection now, or NULL. */
struct sim_play *sim_faults_connect(struct sim_faults *f, aws_ms now);
/* Whether one is under way that meets every new connection, or refuses them all. */
bool sim_faults_cut(const struct sim_faults *f, aws_ms now);
bool sim_faults_refuse(const struct sim_faults *f, aws_ms now);
/* Chooses what meets this request (rq->plays); service and operation are known. */
void sim_faults_choose(struct sim_faults *f, struct sim_request *rq, aws_ms now);
/* Lets those of a stage do what they do. */
void sim_faults_apply(struct sim_request *rq, enum sim_fault_stage stage);
/* One line a play, for people and tests: "NAME on ecs:ListTasks, 12 of 30 calls". */
void sim_faults_list(const struct sim_faults *f, aws_ms now, struct aws_buf *out);

/* ---- members (fault_member.c) ---------------------------------------------------------------- */

enum sim_member { SIM_MEMBER_TEXT, SIM_MEMBER_NUMBER, SIM_MEMBER_BOOL, SIM_MEMBER_TIME };
/* Writes something else in place of a member, or nothing; false: write it as it is. */
typedef bool (*sim_twist_fn)(struct sim_request *rq, const char *name, enum sim_member kind,
                             struct aws_str value);

/* What the answer's writer is told; all zero: nothing is wrong. */
struct sim_twist {
  enum sim_member_fault fault;
  sim_twist_fn member;
  int64_t number;
  const char *append;
  uint64_t count; /* members written */
};

/* A sim_twist_fn, for what rq->out.twist.fault says. */
bool sim_twist_member(struct sim_request *rq, const char *name, enum sim_member kind,
                      struct aws_str value);
/* Takes what was appended off every text of a request: clients send back what they were given. */
void sim_untwist(cJSON *in);

#endif
