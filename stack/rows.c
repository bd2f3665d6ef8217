/* Collections: the rows of all parts of a kind laid out flat, looked up by id and by parent. Worked
 * out when somebody asks, kept until something moves.
 */
#include "config.h"

#include "stack/things.h"

#include "aws/api/ecs.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- flags: loaded, refreshing, error, ages -------------------------------------------------- */

static void add_part(struct stack_collection *c, const struct stack_part *p, bool *first) {
  c->loaded = c->loaded && p->loaded;
  c->refreshing = c->refreshing || p->step != STACK_PART_IDLE;
  if (*first || p->fetched_at < c->fetched_at)
    c->fetched_at = p->fetched_at;
  *first = false;
  if (p->error.code != AWS_OK) {
    if (c->error.code == AWS_OK)
      c->error = p->error;
    if (!c->next_try || (p->next_try && p->next_try < c->next_try))
      c->next_try = p->next_try;
  }
}

/* A kind that is found through another one cannot be read when that one cannot. */
static void add_sources(const struct stack *s, struct stack_collection *c,
                        const struct stack_feed *f) {
  for (int k = 0; k < STACK_KINDS; k++) {
    if (!(f->def->sources & STACK_BIT(k)) || k == (int)c->kind)
      continue;
    const struct stack_collection *src = stack_rows_of(s, (enum stack_kind)k);
    if (src->loaded || src->error.code == AWS_OK)
      continue;
    if (c->error.code == AWS_OK) /* it says what was asked for */
      c->error = src->error;
    c->next_try = src->next_try;
  }
}

/* Whole, and nothing in it: that is as old as what would lead to it, or as the board. */
static aws_ms age_of_nothing(const struct stack *s, enum stack_kind kind) {
  aws_ms at = 0;
  for (size_t i = 0; i < s->nfeeds; i++)
    for (int k = 0; k < STACK_KINDS && s->feeds[i].def->kind == kind; k++) {
      if (!(s->feeds[i].def->sources & STACK_BIT(k)) || k == (int)kind)
        continue;
      const struct stack_collection *src = stack_rows_of(s, (enum stack_kind)k);
      if (src->fetched_at && (!at || src->fetched_at < at))
        at = src->fetched_at;
    }
  if (at)
    return at;
  return s->settled_at ? stack_wall(s) - (stack_mono(s) - s->settled_at) : stack_wall(s);
}

static void make_flags(const struct stack *s, struct stack_rows *r) {
  struct stack_collection *c = &r->pub;
  bool first = true, lost = r->lost;
  c->loaded = true;
  c->refreshing = false;
  c->next_try = c->fetched_at = 0;
  aws_error_clear(&c->error);
  for (size_t i = 0; i < s->nfeeds; i++) {
    const struct stack_feed *f = &s->feeds[i];
    if (f->def->kind != c->kind || !stack_feed_wanted(f))
      continue;
    c->loaded = c->loaded && f->seeded;
    lost = lost || f->lost;
    for (size_t j = 0; j < f->n; j++)
      add_part(c, f->parts[j], &first);
    add_sources(s, c, f);
  }
  if (c->loaded && first)
    c->fetched_at = age_of_nothing(s, c->kind);
  if (lost && c->error.code == AWS_OK)
    aws_error_set(&c->error, AWS_E_MEMORY, "no memory for all of the %s",
                  stack_kind_plural(c->kind));
}

/* ---- rows laid out flat ---------------------------------------------------------------------- */

/* A thing that two feeds bring is one row, the later feed's; and so is one that AWS lists twice, as
 * it may where things come and go between two pages. */
static void add_row(struct stack_rows *r, const struct stack_row *row) {
  size_t n = r->pub.n;
  uintptr_t at = (uintptr_t)aws_map_get(&r->index, row->id);
  if (at) {
    r->flat[at - 1] = row;
    return;
  }
  if (!aws_grow(&r->flat, &r->cap, n + 1, sizeof *r->flat) ||
      !aws_map_put(&r->index, row->id, (void *)(uintptr_t)(n + 1))) {
    r->lost = true;
    return;
  }
  r->flat[n] = row;
  r->pub.n = n + 1;
}

static void make_flat(const struct stack *s, struct stack_rows *r) {
  bool before = r->lost;
  r->pub.n = 0;
  r->lost = false;
  aws_map_done(&r->index);
  for (size_t i = 0; i < s->nfeeds; i++) {
    const struct stack_feed *f = &s->feeds[i];
    if (f->def->kind != r->pub.kind)
      continue;
    for (size_t j = 0; j < f->n; j++)
      for (size_t k = 0; k < f->parts[j]->shown.n; k++) {
        const struct stack_sheet *sh = f->parts[j]->shown.v[k];
        for (size_t l = 0; l < sh->n; l++)
          add_row(r, &sh->rows[l]);
      }
  }
  r->pub.rows = r->flat;
  r->flat_ok = !r->lost; /* or it is tried again */
  r->flags_ok = r->flags_ok && before == r->lost;
}

static struct stack_rows *rows_of(const struct stack *s, enum stack_kind k) {
  struct stack_rows *r = &s->kinds[k];
  if (!r->flat_ok)
    make_flat(s, r);
  return r;
}

const struct stack_collection *stack_rows_of(const struct stack *s, enum stack_kind k) {
  struct stack_rows *r = rows_of(s, k);
  if (!r->flags_ok) {
    r->flags_ok = true;
    make_flags(s, r);
  }
  return &r->pub;
}

const struct stack_row *stack_rows_find(const struct stack *s, enum stack_kind k,
                                        struct aws_str id) {
  if (!id.n)
    return NULL;
  struct stack_rows *r = rows_of(s, k);
  uintptr_t at = (uintptr_t)aws_map_get(&r->index, id);
  return at ? r->flat[at - 1] : NULL;
}

const struct stack_row *stack_rows_named(const struct stack *s, enum stack_kind k,
                                         const char *name) {
  const struct stack_collection *c = stack_rows_of(s, k);
  for (size_t i = 0; i < c->n; i++)
    if (aws_str_eq_c(c->rows[i]->name, name))
      return c->rows[i];
  return NULL;
}

const void *stack_item(const struct stack_row *row) {
  return row ? row->item : NULL;
}

/* ---- children -------------------------------------------------------------------------------- */

typedef struct aws_str (*parent_fn)(const struct stack_row *row); /* {NULL, 0}: not in it */

static struct aws_str parent_of(const struct stack_row *row) {
  return row->parent;
}

/* Groups the rows by parent in two passes: count, then place. */
static bool make_groups(const struct stack_rows *r, parent_fn parent, struct aws_map *map,
                        struct stack_group **groups, const struct stack_row ***placed) {
  size_t n = r->pub.n, used = 0, ngroups = 0;
  *groups = aws_calloc(n ? n : 1, sizeof **groups);
  *placed = aws_calloc(n ? n : 1, sizeof **placed);
  if (!*groups || !*placed)
    return false;
  for (size_t i = 0; i < n; i++) {
    struct aws_str key = parent(r->flat[i]);
    if (!key.n)
      continue;
    struct stack_group *g = aws_map_get(map, key);
    if (!g) {
      g = &(*groups)[ngroups++];
      if (!aws_map_put(map, key, g))
        return false;
    }
    g->n++;
  }
  for (size_t i = 0; i < ngroups; i++) {
    (*groups)[i].rows = *placed + used;
    used += (*groups)[i].n;
    (*groups)[i].n = 0;
  }
  for (size_t i = 0; i < n; i++) {
    struct aws_str key = parent(r->flat[i]);
    struct stack_group *g = key.n ? aws_map_get(map, key) : NULL;
    if (g)
      g->rows[g->n++] = r->flat[i];
  }
  return true;
}

static void drop_groups(struct aws_map *map, struct stack_group **groups,
                        const struct stack_row ***placed) {
  aws_map_done(map);
  free(*groups);
  free(*placed);
  *groups = NULL;
  *placed = NULL;
}

static const struct stack_row *const *group_rows(const struct aws_map *map, struct aws_str key,
                                                 size_t *n) {
  const struct stack_group *g = key.n ? aws_map_get(map, key) : NULL;
  *n = g ? g->n : 0;
  return g ? g->rows : NULL;
}

const struct stack_row *const *stack_rows_children(const struct stack *s, enum stack_kind k,
                                                   struct aws_str id, size_t *n) {
  struct stack_rows *r = rows_of(s, k);
  if (!r->groups_ok) {
    drop_groups(&r->groups, &r->group, &r->grouped);
    r->groups_ok = true;
    if (!make_groups(r, parent_of, &r->groups, &r->group, &r->grouped))
      drop_groups(&r->groups, &r->group, &r->grouped);
  }
  return group_rows(&r->groups, id, n);
}

/* A task says "service:web"; together with its cluster that is one service. Tasks are grouped by
 * the group's text within the cluster's rows, so that the key is text that the task owns. */
static struct aws_str running_group(const struct stack_row *row) {
  const struct ecs_task *t = row->item;
  return aws_str_eq_c(t->desired_status, "STOPPED") ? (struct aws_str){NULL, 0} : t->group;
}

static struct aws_str stopped_group(const struct stack_row *row) {
  const struct ecs_task *t = row->item;
  return aws_str_eq_c(t->desired_status, "STOPPED") ? t->group : (struct aws_str){NULL, 0};
}

static int newest_stopped_first(const void *a, const void *b) {
  const struct ecs_task *x = (*(const struct stack_row *const *)a)->item;
  const struct ecs_task *y = (*(const struct stack_row *const *)b)->item;
  aws_ms tx = x->stopped ? x->stopped : x->stopping, ty = y->stopped ? y->stopped : y->stopping;
  return tx < ty ? 1 : tx > ty ? -1 : aws_str_cmp(x->arn, y->arn);
}

/* Two clusters may have services of one name: put each cluster's tasks together within a group, so
 * that a service's are a run of it. */
static int by_cluster(const void *a, const void *b) {
  const struct stack_row *x = *(const struct stack_row *const *)a;
  const struct stack_row *y = *(const struct stack_row *const *)b;
  int c = aws_str_cmp(x->parent, y->parent);
  return c ? c : aws_str_cmp(x->id, y->id);
}

static int stopped_by_cluster(const void *a, const void *b) {
  const struct stack_row *x = *(const struct stack_row *const *)a;
  const struct stack_row *y = *(const struct stack_row *const *)b;
  int c = aws_str_cmp(x->parent, y->parent);
  return c ? c : newest_stopped_first(a, b);
}

static void make_task_groups(struct stack_rows *r) {
  static const parent_fn parents[2] = {running_group, stopped_group};
  r->tasks_ok = true;
  for (size_t i = 0; i < 2; i++) {
    drop_groups(&r->task_groups[i], &r->task_group[i], &r->task_rows[i]);
    if (!make_groups(r, parents[i], &r->task_groups[i], &r->task_group[i], &r->task_rows[i])) {
      drop_groups(&r->task_groups[i], &r->task_group[i], &r->task_rows[i]);
      continue;
    }
    for (size_t g = 0; g < r->pub.n && r->task_group[i][g].n; g++)
      qsort(r->task_group[i][g].rows, r->task_group[i][g].n, sizeof *r->task_group[i][g].rows,
            i ? stopped_by_cluster : by_cluster);
  }
}

const struct stack_row *const *stack_rows_tasks(const struct stack *s, struct aws_str service_arn,
                                                bool stopped, size_t *n) {
  *n = 0;
  const struct stack_row *service = stack_rows_find(s, STACK_SERVICE, service_arn);
  if (!service)
    return NULL;
  struct stack_rows *r = rows_of(s, STACK_TASK);
  if (!r->tasks_ok)
    make_task_groups(r);
  char text[300] = "service:";
  size_t len = sizeof "service:" - 1;
  if (service->name.n >= sizeof text - len)
    return NULL;
  memcpy(text + len, service->name.p, service->name.n);
  size_t all;
  const struct stack_row *const *rows =
      group_rows(&r->task_groups[stopped], (struct aws_str){text, len + service->name.n}, &all);
  size_t from = 0;
  while (from < all && !aws_str_eq(rows[from]->parent, service->parent))
    from++;
  while (from + *n < all && aws_str_eq(rows[from + *n]->parent, service->parent))
    (*n)++;
  return *n ? rows + from : NULL;
}

/* "arn:...:cluster/C" and "service:S" make "arn:...:service/C/S", in old accounts without the "C/".
 */
const struct stack_row *stack_service_of(const struct stack *s, const struct ecs_task *t) {
  char arn[1024];
  struct aws_str cluster = stack_short(t->cluster_arn), name = t->group;
  size_t head = t->cluster_arn.n - cluster.n, word = sizeof "cluster/" - 1;
  if (!aws_str_starts(name, "service:") || head < word)
    return NULL;
  name = aws_str_after_last(name, ':');
  for (int old = 0; old < 2; old++) {
    int n =
        snprintf(arn, sizeof arn, "%.*sservice/%.*s%s%.*s", (int)(head - word), t->cluster_arn.p,
                 old ? 0 : (int)cluster.n, cluster.p, old ? "" : "/", AWS_STR_ARG(name));
    const struct stack_row *row = n > 0 && (size_t)n < sizeof arn
                                      ? stack_rows_find(s, STACK_SERVICE, aws_str_from(arn))
                                      : NULL;
    if (row)
      return row;
  }
  return NULL;
}

/* ---- change ---------------------------------------------------------------------------------- */

static void drop_derived(struct stack_rows *r) {
  r->flat_ok = r->groups_ok = r->tasks_ok = false;
  r->pub.n = 0;
  aws_map_done(&r->index);
  drop_groups(&r->groups, &r->group, &r->grouped);
  for (size_t i = 0; i < 2; i++)
    drop_groups(&r->task_groups[i], &r->task_group[i], &r->task_rows[i]);
}

void stack_rows_moved(struct stack *s, enum stack_kind k) {
  drop_derived(&s->kinds[k]);
  s->dirty |= STACK_BIT(k);
  stack_flags_moved(s, k);
  stack_changed(s, STACK_CHANGED_ROWS);
}

void stack_flags_touched(struct stack *s, enum stack_kind k) {
  s->kinds[k].flags_ok = false;
  for (size_t i = 0; i < s->nfeeds; i++)
    if (s->feeds[i].def->sources & STACK_BIT(k))
      s->kinds[s->feeds[i].def->kind].flags_ok = false;
  stack_changed(s, STACK_CHANGED_STATE);
}

void stack_flags_moved(struct stack *s, enum stack_kind k) {
  stack_flags_touched(s, k);
  s->kinds[k].pub.generation = ++s->generation;
}

/* ---- life ------------------------------------------------------------------------------------ */

bool stack_rows_init(struct stack *s) {
  s->kinds = aws_calloc(STACK_KINDS, sizeof *s->kinds);
  for (size_t k = 0; s->kinds && k < STACK_KINDS; k++)
    s->kinds[k].pub.kind = (enum stack_kind)k;
  return s->kinds != NULL;
}

void stack_rows_free(struct stack *s) {
  for (size_t k = 0; s->kinds && k < STACK_KINDS; k++) {
    drop_derived(&s->kinds[k]);
    free(s->kinds[k].flat);
  }
  free(s->kinds);
  s->kinds = NULL;
}
