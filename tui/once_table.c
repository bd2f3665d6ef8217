/* What `cawsole --once` prints for people: who and where, the path hop by hop, what there is and
 * what is not well, and what could not be read, each cause once. */
#include "tui/once.h"

#include "stack/path.h"
#include "widgets/cells.h"

#include "aws/api/ecs.h"
#include "aws/api/elbv2.h"
#include "aws/api/rds.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

enum { LINE_MAX_BYTES = 8192, ROWS_MAX = 40, WRAP = 96 };

/* ---- lines ----------------------------------------------------------------------------------- */

struct line {
  char text[LINE_MAX_BYTES];
  size_t n;
};

/* Text of AWS's without what a terminal would act on, filled to a column; cols 0: as it is. */
static void put(struct line *l, struct aws_str s, int cols) {
  struct wid_str w = {s.p, s.n};
  size_t room = sizeof l->text - l->n;
  wid_cells_fit(l->text + l->n, room, w, cols ? cols : (int)room / 4, WID_CLIP_MIDDLE);
  int used = wid_cells_width(wid_str_from(l->text + l->n), INT_MAX);
  l->n += strlen(l->text + l->n);
  for (int pad = 2 + (cols > used ? cols - used : 0); pad > 0 && l->n + 1 < sizeof l->text; pad--)
    l->text[l->n++] = ' ';
  l->text[l->n] = '\0';
}

static void put_c(struct line *l, const char *s, int cols) {
  put(l, aws_str_from(s ? s : ""), cols);
}

static void end_line(struct line *l, FILE *out) {
  while (l->n && l->text[l->n - 1] == ' ')
    l->n--;
  fprintf(out, "%.*s\n", (int)l->n, l->text);
  l->n = 0;
}

static void blank_line(FILE *out) {
  fputc('\n', out);
}

/* ---- head and path --------------------------------------------------------------------------- */

static void print_head(const struct stack *s, FILE *out) {
  char reason[256] = "";
  struct line l = {.n = 0};
  enum stack_level level = stack_health(s, reason, sizeof reason);
  const struct stack_path *p = stack_path(s);
  put_c(&l, stack_name(s), 0);
  put_c(&l, stack_region(s), 0);
  if (stack_account(s).n) /* nobody knows it where AWS does not answer */
    put(&l, stack_account(s), 0);
  if (stack_role(s).n)
    put(&l, stack_role(s), 0);
  put_c(&l, reason[0] ? reason : level <= STACK_NOTE ? "healthy" : tui_level_word(level), 0);
  end_line(&l, out);
  if (p->since[0]) {
    put_c(&l, p->since, 0);
    end_line(&l, out);
  }
}

static void print_path(const struct stack *s, FILE *out) {
  const struct stack_path *p = stack_path(s);
  struct line l = {.n = 0};
  blank_line(out);
  for (size_t i = 0; i < p->n; i++) {
    const struct stack_hop *h = &p->hops[i];
    if (!h->present)
      continue;
    put_c(&l, h->title, 10);
    put_c(&l, tui_level_word(h->rating.level), 8);
    for (size_t f = 0; f < STACK_HOP_FACTS; f++)
      if (h->facts[f][0])
        put_c(&l, h->facts[f], 0);
    if (h->rating.reason[0])
      put_c(&l, h->rating.reason, 0);
    if (h->first_fault && h->rating.level >= STACK_WARN)
      put_c(&l, "<- look here", 0);
    end_line(&l, out);
  }
}

/* ---- things ---------------------------------------------------------------------------------- */

static void about_service(struct stack *s, const struct stack_row *row, struct line *l) {
  const struct ecs_service *v = row->item;
  struct stack_rollout r = stack_rollout_of(s, row);
  char text[96];
  if (r.rolling && r.old > 0)
    snprintf(text, sizeof text, "new %" PRId64 "/%" PRId64 ", old %" PRId64 "/%" PRId64, r.running,
             r.desired, r.old, v->desired);
  else
    snprintf(text, sizeof text, "%" PRId64 "/%" PRId64, v->running, v->desired);
  put_c(l, text, 7);
  if (r.rolling && r.from)
    snprintf(text, sizeof text, "rev %s\xe2\x86\x92%s", stack_rev(r.from).text,
             stack_rev(r.rev).text);
  else
    snprintf(text, sizeof text, "rev %s", stack_rev(r.rev).text);
  put_c(l, r.rev || v->task_definition.n ? text : "", 10);
}

static void about_group(struct stack *s, const struct stack_row *row, struct line *l) {
  size_t n, well = 0, leaving = 0;
  const struct stack_row *const *targets = stack_children(s, STACK_TARGET, row->id, &n);
  char text[64];
  for (size_t i = 0; i < n; i++) {
    const struct elbv2_target *v = targets[i]->item;
    well += aws_str_eq_c(v->state, "healthy");
    leaving += aws_str_eq_c(v->state, "draining") || aws_str_eq_c(v->state, "initial");
  }
  if (!n && row->rating.level == STACK_UNKNOWN) /* not read */
    snprintf(text, sizeof text, "?/? healthy");
  else
    snprintf(text, sizeof text, "%zu/%zu healthy", well, n - leaving);
  put_c(l, text, 14);
}

static void about_instance(struct stack *s, const struct stack_row *row, struct line *l) {
  const struct rds_instance *v = row->item;
  (void)s;
  put(l, v->status, 12);
  put(l, v->engine, 0);
}

static void about_cluster(struct stack *s, const struct stack_row *row, struct line *l) {
  const struct rds_cluster *v = row->item;
  (void)s;
  put(l, v->status, 12);
  put(l, v->engine, 0);
}

/* Kinds whose things are all told; of others only what is not well. */
static void (*const about[STACK_KINDS])(struct stack *s, const struct stack_row *row,
                                        struct line *l) = {
    [STACK_SERVICE] = about_service,
    [STACK_TARGET_GROUP] = about_group,
    [STACK_DB_INSTANCE] = about_instance,
    [STACK_DB_CLUSTER] = about_cluster,
};

static void print_row(struct stack *s, enum stack_kind k, const struct stack_row *row, FILE *out) {
  struct line l = {.n = 0};
  put_c(&l, "", 0);
  put(&l, row->name, 24);
  put_c(&l, tui_level_word(row->rating.level), 8);
  if (about[k])
    about[k](s, row, &l);
  put_c(&l, row->rating.reason, 0);
  end_line(&l, out);
}

static bool is_told(enum stack_kind k, const struct stack_row *row, size_t n) {
  return row->rating.level >= STACK_UNKNOWN || (about[k] && n <= ROWS_MAX);
}

static void print_kind(struct stack *s, enum stack_kind k, bool *any, FILE *out) {
  const struct stack_collection *c = stack_collection(s, k);
  size_t faults = 0, told = 0;
  struct line l = {.n = 0};
  char number[64];
  if (!c->n) /* none, or not read: that is told below */
    return;
  if (!*any)
    blank_line(out);
  *any = true;
  for (size_t i = 0; i < c->n; i++)
    faults += c->rows[i]->rating.level >= STACK_UNKNOWN;
  put_c(&l, stack_kind_words(k), 20);
  snprintf(number, sizeof number, "%6zu", c->n);
  put_c(&l, number, 6);
  snprintf(number, sizeof number, "%zu not well", faults);
  put_c(&l, faults ? number : "", 0);
  end_line(&l, out);
  for (size_t i = 0; i < c->n && told < ROWS_MAX; i++)
    if (is_told(k, c->rows[i], c->n)) {
      print_row(s, k, c->rows[i], out);
      told++;
    }
  if (faults > told)
    fprintf(out, "  and %zu more\n", faults - told);
}

/* ---- what could not be read ------------------------------------------------------------------ */

/* "elbv2 DescribeRules: ", "DescribeRules: ": the operation's name, and which service's it is. */
static bool names_operation(const char *text, const char *colon) {
  const char *blank = memchr(text, ' ', (size_t)(colon - text));
  const char *name = blank ? blank + 1 : text;
  return *name >= 'A' && *name <= 'Z' && !memchr(name, ' ', (size_t)(colon - name));
}

/* The cause alone. */
static const char *cause_of(const char *text) {
  const char *colon = strstr(text, ": ");
  return colon && names_operation(text, colon) ? colon + 2 : text;
}

/* Every kind, and behind them the metrics. */
enum { METRICS = STACK_KINDS, READ };

static bool failed(const struct stack *s, unsigned k) {
  return k == METRICS ? stack_metrics_error(s) != NULL
                      : stack_collection(s, k)->error.code != AWS_OK;
}

static const char *cause_at(const struct stack *s, unsigned k) {
  return cause_of(k == METRICS ? stack_metrics_error(s)->text : stack_collection(s, k)->error.text);
}

/* All that one cause kept from being read, wrapped. */
static void print_cause(const struct stack *s, unsigned first, FILE *out) {
  struct line l = {.n = 0};
  const char *cause = cause_at(s, first);
  put_c(&l, cause, 0);
  end_line(&l, out);
  put_c(&l, "", 0);
  for (unsigned k = first; k < READ; k++) {
    if (!failed(s, k) || strcmp(cause_at(s, k), cause) != 0)
      continue;
    const char *words = k == METRICS ? "metrics" : stack_kind_words(k);
    if (l.n > 2 && l.n + strlen(words) > WRAP) {
      l.text[l.n++] = ',';
      end_line(&l, out);
      put_c(&l, "", 0);
    }
    l.n += (size_t)snprintf(l.text + l.n, sizeof l.text - l.n, "%s%s", l.n > 2 ? ", " : "", words);
  }
  end_line(&l, out);
}

static void print_failures(const struct stack *s, FILE *out) {
  bool any = false;
  for (unsigned k = 0; k < READ; k++) {
    bool told = !failed(s, k);
    for (unsigned j = 0; j < k && !told; j++)
      told = failed(s, j) && !strcmp(cause_at(s, j), cause_at(s, k));
    if (told)
      continue;
    if (!any)
      fputs("\ncould not be read\n", out);
    any = true;
    print_cause(s, k, out);
  }
}

void tui_once_table(struct stack *s, FILE *out) {
  bool any = false;
  print_head(s, out);
  print_path(s, out);
  for (unsigned k = 0; k < STACK_KINDS; k++)
    print_kind(s, k, &any, out);
  print_failures(s, out);
}
