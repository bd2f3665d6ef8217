/* Plays of faults: read, chosen for a request, ended. */
#include "sim/fault.h"

#include "sim/sim.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- reading a play -------------------------------------------------------------------------- */

static const struct sim_fault_def *find(struct aws_str name) {
  for (size_t i = 0; sim_fault_at(i); i++)
    if (aws_str_eq_c(name, sim_fault_at(i)->name))
      return sim_fault_at(i);
  return NULL;
}

static bool copy(char *to, size_t size, struct aws_str s) {
  if (s.n >= size)
    return false;
  snprintf(to, size, "%.*s", AWS_STR_ARG(s));
  return true;
}

static bool read_on(struct sim_play *p, struct aws_str value) {
  struct aws_str operation = value, service = aws_str_split(&operation, ':');

  return copy(p->service, sizeof p->service, service) &&
         copy(p->operation, sizeof p->operation, operation);
}

static bool read_double(struct aws_str value, double max, double *out) {
  char text[32], *end;

  if (!copy(text, sizeof text, value) || !text[0])
    return false;
  *out = strtod(text, &end);
  return !*end && *out >= 0 && *out <= max; /* which a NaN is not */
}

static bool read_seconds(struct aws_str value, aws_ms now, aws_ms *out) {
  double seconds;

  if (!read_double(value, 1e6, &seconds))
    return false;
  *out = now + (aws_ms)(seconds * 1000);
  return true;
}

static bool read_key(struct sim_play *p, struct aws_str key, struct aws_str value, aws_ms now) {
  int64_t n;

  if (aws_str_eq_c(key, "on"))
    return read_on(p, value);
  if (aws_str_eq_c(key, "share"))
    return read_double(value, 1, &p->share);
  if (aws_str_eq_c(key, "after"))
    return read_seconds(value, now, &p->from);
  if (aws_str_eq_c(key, "for"))
    return read_seconds(value, 0, &p->until);
  if (aws_str_eq_c(key, "times")) {
    p->counted = aws_str_to_int(value, &n) && n > 0;
    p->left = p->counted ? (uint64_t)n : 0;
    return p->counted;
  }
  if (p->def->number && aws_str_eq_c(key, p->def->number))
    return aws_str_to_int(value, &p->number) && p->number >= p->def->min &&
           p->number <= p->def->max;
  return p->def->text && aws_str_eq_c(key, p->def->text) && copy(p->text, sizeof p->text, value);
}

static bool wrong(struct aws_error *err, const struct sim_fault_def *def, struct aws_str pair) {
  if (def->number)
    aws_error_set(err, AWS_E_USAGE,
                  "fault %s: '%.*s' is none of on=SERVICE[:OPERATION], share=0..1, for=SECONDS, "
                  "after=SECONDS, times=N, %s=%lld..%lld",
                  def->name, AWS_STR_ARG(pair), def->number, (long long)def->min,
                  (long long)def->max);
  else
    aws_error_set(err, AWS_E_USAGE,
                  "fault %s: '%.*s' is none of on=SERVICE[:OPERATION], share=0..1, for=SECONDS, "
                  "after=SECONDS, times=N%s%s",
                  def->name, AWS_STR_ARG(pair), def->text ? ", " : "", def->text ? def->text : "");
  return false;
}

static bool is_over(const struct sim_play *p, aws_ms now) {
  return (p->until && now >= p->until) || (p->counted && !p->left);
}

/* Those that are over make room: whoever plays faults all day need not end each. */
static void make_room(struct sim_faults *f, aws_ms now) {
  size_t kept = 0;

  for (size_t i = 0; i < f->n; i++)
    if (!is_over(&f->plays[i], now))
      f->plays[kept++] = f->plays[i];
  f->n = kept;
}

bool sim_faults_add(struct sim_faults *f, const char *spec, aws_ms now, struct aws_error *err) {
  struct aws_str rest = aws_str_from(spec), name = aws_str_split(&rest, ',');
  struct sim_play p = {.def = find(name), .share = 1, .from = now};

  if (!p.def) {
    aws_error_set(err, AWS_E_USAGE, "there is no fault '%.*s'; see --help", AWS_STR_ARG(name));
    return false;
  }
  if (f->n == SIM_PLAYS_MAX)
    make_room(f, now);
  if (f->n == SIM_PLAYS_MAX) {
    aws_error_set(err, AWS_E_USAGE, "no more than %d faults at a time", SIM_PLAYS_MAX);
    return false;
  }
  p.number = p.def->preset;
  while (rest.n) {
    struct aws_str pair = aws_str_split(&rest, ','), value = pair;
    struct aws_str key = aws_str_split(&value, '=');
    if (!read_key(&p, key, value, now))
      return wrong(err, p.def, pair);
  }
  if (p.until)
    p.until += p.from;
  f->plays[f->n++] = p;
  return true;
}

size_t sim_faults_end(struct sim_faults *f, const char *name) {
  size_t kept = 0, all = f->n;

  for (size_t i = 0; i < all; i++)
    if (name && strcmp(f->plays[i].def->name, name) != 0)
      f->plays[kept++] = f->plays[i];
  f->n = kept;
  return all - kept;
}

/* ---- choosing -------------------------------------------------------------------------------- */

static bool is_on(const struct sim_play *p, aws_ms now) {
  return now >= p->from && (!p->until || now < p->until) && (!p->counted || p->left);
}

static bool concerns(const struct sim_play *p, const char *service, const char *operation) {
  return (!p->service[0] || !strcmp(p->service, service)) &&
         (!p->operation[0] || !strcmp(p->operation, operation));
}

static bool hits(struct sim_faults *f, struct sim_play *p) {
  struct sim_world w = {.random = f->random};
  const double chance = (double)(sim_random(&w) >> 11) / (double)(UINT64_C(1) << 53);

  f->random = w.random;
  p->calls++;
  if (chance >= p->share)
    return false;
  p->hits++;
  p->left -= p->counted;
  return true;
}

struct sim_play *sim_faults_connect(struct sim_faults *f, aws_ms now) {
  for (size_t i = 0; i < f->n; i++) {
    struct sim_play *p = &f->plays[i];
    if (p->def->stage == SIM_FAULT_CONNECT && is_on(p, now) && hits(f, p))
      return p;
  }
  return NULL;
}

static bool is_sure(const struct sim_play *p, aws_ms now) {
  return p->def->stage == SIM_FAULT_CONNECT && is_on(p, now) && p->share >= 1;
}

bool sim_faults_cut(const struct sim_faults *f, aws_ms now) {
  for (size_t i = 0; i < f->n; i++)
    if (is_sure(&f->plays[i], now))
      return true;
  return false;
}

bool sim_faults_refuse(const struct sim_faults *f, aws_ms now) {
  for (size_t i = 0; i < f->n; i++)
    if (is_sure(&f->plays[i], now) && f->plays[i].def->what == SIM_CONNECT_REFUSED)
      return true;
  return false;
}

void sim_faults_choose(struct sim_faults *f, struct sim_request *rq, aws_ms now) {
  const char *operation = rq->op ? rq->op->name : "";

  for (size_t i = 0; i < f->n && rq->nplays < SIM_REQUEST_PLAYS; i++) {
    struct sim_play *p = &f->plays[i];
    if (p->def->stage != SIM_FAULT_CONNECT && is_on(p, now) &&
        concerns(p, rq->service->name, operation) && hits(f, p))
      rq->plays[rq->nplays++] = p;
  }
}

void sim_faults_apply(struct sim_request *rq, enum sim_fault_stage stage) {
  for (size_t i = 0; i < rq->nplays; i++)
    if (rq->plays[i]->def->stage == stage)
      rq->plays[i]->def->apply(rq, rq->plays[i]);
}

void sim_faults_list(const struct sim_faults *f, aws_ms now, struct aws_buf *out) {
  for (size_t i = 0; i < f->n; i++) {
    const struct sim_play *p = &f->plays[i];
    aws_buf_addf(out, "%s on %s%s%s, %s, %llu of %llu calls\n", p->def->name,
                 p->service[0] ? p->service : "all", p->operation[0] ? ":" : "", p->operation,
                 is_on(p, now)   ? "under way"
                 : now < p->from ? "to come"
                                 : "over",
                 (unsigned long long)p->hits, (unsigned long long)p->calls);
  }
}
