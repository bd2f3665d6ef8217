/* Services of all clusters; a service opens to its tasks, the stopped ones included. */
#include "tui/pane.h"
#include "tui/when.h"

#include "aws/api/ecs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPU "CPUUtilization"
#define MEMORY "MemoryUtilization"

/* ---- services -------------------------------------------------------------------------------- */

enum { SERVICE, RUNNING, ROLLOUT, CPU_USE, MEMORY_USE, REVISION, AGE };

static const struct wid_column service_columns[] = {
    [SERVICE] = {"service", 10, 14, 3, 0, WID_ALIGN_LEFT, WID_CLIP_MIDDLE},
    [RUNNING] = {"run/want", 9, 9, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [ROLLOUT] = {"rollout", 11, 15, 0, 1, WID_ALIGN_LEFT, WID_CLIP_END},
    [CPU_USE] = {"cpu", 4, 4, 0, 2, WID_ALIGN_RIGHT, WID_CLIP_END},
    [MEMORY_USE] = {"mem", 4, 4, 0, 3, WID_ALIGN_RIGHT, WID_CLIP_END},
    [REVISION] = {"rev", 3, 7, 0, 4, WID_ALIGN_RIGHT, WID_CLIP_START},
    [AGE] = {"age", 4, 4, 0, 5, WID_ALIGN_RIGHT, WID_CLIP_END},
};

static void build_services(struct pane *p) {
  const struct stack_collection *clusters = stack_collection(p->tui->stack, STACK_CLUSTER);
  const struct stack_collection *services = stack_collection(p->tui->stack, STACK_SERVICE);
  stack_show_service(p->tui->stack, (struct aws_str){NULL, 0});
  if (clusters->n < 2) {
    for (size_t i = 0; i < services->n; i++)
      pane_add(p, STACK_SERVICE, services->rows[i], 0);
    return;
  }
  for (size_t i = 0; i < clusters->n; i++) {
    size_t n;
    pane_add(p, STACK_CLUSTER, clusters->rows[i], 0);
    const struct stack_row *const *below =
        stack_children(p->tui->stack, STACK_SERVICE, clusters->rows[i]->id, &n);
    for (size_t j = 0; j < n; j++)
      pane_add(p, STACK_SERVICE, below[j], 1);
  }
}

static const struct ecs_deployment *primary(const struct ecs_service *s) {
  const struct ecs_deployment *d = s->deployments.items;
  for (size_t i = 0; i < s->deployments.n; i++)
    if (aws_str_eq_c(d[i].status, "PRIMARY"))
      return &d[i];
  return NULL;
}

/* How the rollout stands; for an hour also which revision failed, so that who comes late learns of
 * it. */
static void rollout_cell(struct pane *p, const struct stack_row *row, struct wid_cell *cell) {
  const struct ecs_deployment *d = primary(row->item);
  struct stack_rollout r = stack_rollout_of(p->tui->stack, row);
  char age[TUI_AGE_MAX], when[TUI_WHEN_MAX];
  if (r.strange) {
    wid_cell_printf(cell, "?");
    cell->style = tui_level_style(STACK_UNKNOWN);
    return;
  }
  if (!d)
    return;
  if (r.rolling) {
    wid_cell_printf(cell, "%s %s", r.back ? "rolling back" : "IN_PROGRESS",
                    r.since ? tui_age(p->tui, r.since, age) : "");
    cell->style = r.back ? WID_WARN : WID_NOTE;
    return;
  }
  if (r.failed_at) {
    const char *colon = strchr(tui_when(r.failed_at, tui_now(p->tui), when), ':');
    wid_cell_printf(cell, "rev %s failed %.5s", stack_rev(r.failed_rev).text,
                    colon ? colon - 2 : "");
    cell->style = WID_WARN;
    return;
  }
  pane_cell_str(cell, d->rollout_state);
  cell->style = aws_str_eq_c(d->rollout_state, "FAILED") ? WID_BAD : WID_DIM;
}

static void revision_cell(struct pane *p, const struct stack_row *row, struct wid_cell *cell) {
  struct stack_rollout r = stack_rollout_of(p->tui->stack, row);
  if (r.rolling && r.from && r.from != r.rev)
    wid_cell_printf(cell, "%s\xe2\x86\x92%s", stack_rev(r.from).text, stack_rev(r.rev).text);
  else if (r.rev || ((const struct ecs_service *)row->item)->task_definition.n)
    wid_cell_printf(cell, "%s", stack_rev(r.rev).text);
}

/* "4/4", and "+4" for those that a rollout runs beyond what is wanted. */
static void running_cell(const struct stack_row *row, struct wid_cell *cell) {
  const struct ecs_service *s = row->item;
  int64_t beyond = s->running > s->desired ? s->running - s->desired : 0;
  char more[24] = "";
  if (beyond)
    snprintf(more, sizeof more, " +%lld", (long long)beyond);
  wid_cell_printf(cell, "%s %lld/%lld%s", tui_level_glyph(row->rating.level),
                  (long long)(s->running - beyond), (long long)s->desired, more);
  cell->style = tui_level_style(row->rating.level);
}

static void service_cell(struct pane *p, const struct pane_row *r, int column,
                         struct wid_cell *cell) {
  const struct ecs_service *s = r->row->item;
  switch (column) {
  case SERVICE:
    pane_cell_str(cell, s->name);
    cell->style = WID_ACCENT;
    break;
  case RUNNING:
    running_cell(r->row, cell);
    break;
  case ROLLOUT:
    rollout_cell(p, r->row, cell);
    break;
  case CPU_USE:
    pane_cell_metric(p, cell, r, CPU);
    break;
  case MEMORY_USE:
    pane_cell_metric(p, cell, r, MEMORY);
    break;
  case REVISION:
    revision_cell(p, r->row, cell);
    break;
  case AGE:
    pane_cell_age(p, cell, stack_rollout_of(p->tui->stack, r->row).since);
    break;
  }
}

static void cluster_cell(const struct stack_row *row, int column, struct wid_cell *cell) {
  const struct ecs_cluster *c = row->item;
  if (column == SERVICE) {
    pane_cell_str(cell, c->name);
    cell->style = WID_BOLD;
  } else if (column == RUNNING) {
    wid_cell_printf(cell, "%s %lld", tui_level_glyph(row->rating.level),
                    (long long)c->running_tasks);
    cell->style = tui_level_style(row->rating.level);
  } else if (column == ROLLOUT) {
    wid_cell_printf(cell, "%lld services", (long long)c->active_services);
  }
}

static void top_cell(struct pane *p, const struct pane_row *r, int column, struct wid_cell *cell) {
  if (r->kind == STACK_CLUSTER)
    cluster_cell(r->row, column, cell);
  else
    service_cell(p, r, column, cell);
}

static double top_number(struct pane *p, const struct pane_row *r, int column) {
  if (r->kind != STACK_SERVICE)
    return NAN;
  const struct ecs_service *s = r->row->item;
  const struct ecs_deployment *d = primary(s);
  switch (column) {
  case RUNNING:
    return (double)(s->running - s->desired);
  case CPU_USE:
    return pane_metric(p, r, CPU);
  case MEMORY_USE:
    return pane_metric(p, r, MEMORY);
  case AGE:
    return -(double)(d ? d->created : s->created);
  default:
    return NAN;
  }
}

static enum pane_open open_service(struct pane *p, const struct pane_row *r) {
  (void)p;
  return r->kind == STACK_SERVICE ? PANE_OPEN_DRILL : PANE_OPEN_DESCRIBE;
}

static void extra(struct pane *p, char *out, size_t size) {
  const struct stack_collection *c = stack_collection(p->tui->stack, STACK_CLUSTER);
  if (c->n == 1) {
    const struct ecs_cluster *only = c->rows[0]->item;
    snprintf(out, size, "%.*s, %lld tasks", AWS_STR_ARG(only->name),
             (long long)only->running_tasks);
  } else if (c->n) {
    snprintf(out, size, "%zu clusters", c->n);
  }
}

/* ---- tasks ----------------------------------------------------------------------------------- */

#define SHORT_ID 8 /* of a task's id */

enum { TASK, STATUS, HEALTH, ZONE, ADDRESS, TASK_REVISION, TASK_AGE, WHY };

static const struct wid_column task_columns[] = {
    [TASK] = {"task", 8, 8, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [STATUS] = {"status", 9, 14, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [HEALTH] = {"health", 7, 9, 0, 5, WID_ALIGN_LEFT, WID_CLIP_END},
    [ZONE] = {"az", 2, 2, 0, 4, WID_ALIGN_LEFT, WID_CLIP_START},
    [ADDRESS] = {"address", 11, 13, 0, 3, WID_ALIGN_LEFT, WID_CLIP_END},
    [TASK_REVISION] = {"rev", 3, 4, 0, 1, WID_ALIGN_RIGHT, WID_CLIP_START},
    [TASK_AGE] = {"age", 4, 4, 0, 1, WID_ALIGN_RIGHT, WID_CLIP_END},
    [WHY] = {"why", 20, 30, 4, 1, WID_ALIGN_LEFT, WID_CLIP_END},
};

static int newest_first(const void *a, const void *b) {
  const struct pane_row *x = a, *y = b;
  const struct ecs_task *one = x->row->item, *two = y->row->item;
  return (one->created < two->created) - (one->created > two->created);
}

/* What runs, the newest first, as that is what changes; then what stopped. */
static void build_tasks(struct pane *p) {
  struct aws_str service = aws_str_from(p->drill);
  stack_show_service(p->tui->stack, service);
  for (int stopped = 0; stopped < 2; stopped++) {
    size_t n;
    const struct stack_row *const *rows =
        stack_service_tasks(p->tui->stack, service, stopped != 0, &n);
    for (size_t i = 0; i < n; i++)
      pane_add(p, STACK_TASK, rows[i], 0);
    if (!stopped && p->n)
      qsort(p->rows, p->n, sizeof *p->rows, newest_first);
  }
}

static struct aws_str address_of(const struct ecs_task *t) {
  const struct ecs_attachment *a = t->attachments.items;
  for (size_t i = 0; i < t->attachments.n; i++) {
    const struct ecs_detail *d = a[i].details.items;
    for (size_t j = 0; j < a[i].details.n; j++)
      if (aws_str_eq_c(d[j].name, "privateIPv4Address"))
        return d[j].value;
  }
  return (struct aws_str){NULL, 0};
}

static bool is_id(struct aws_str word) {
  return aws_str_has(word, AWS_STR_LIT("arn:")) || aws_str_starts(word, "(target-group");
}

/* The reason without the ARNs that AWS puts into it. */
static size_t plain_reason(struct aws_str reason, char *out, size_t size) {
  size_t used = 0;
  while (reason.n && used < size) {
    struct aws_str word = aws_str_split(&reason, ' ');
    if (word.n && !is_id(word))
      used +=
          (size_t)snprintf(out + used, size - used, "%s%.*s", used ? " " : "", AWS_STR_ARG(word));
  }
  if (used > 3 && used < size && strcmp(out + used - 3, " in") == 0)
    out[used -= 3] = '\0'; /* "in (target-group arn:...)" */
  return used < size ? used : size - 1;
}

/* "Task failed ELB health checks; web exit 1 (ServiceSchedulerInitiated)": what tells one stop from
 * another first. */
static void why(const struct ecs_task *t, char *out, size_t size) {
  const struct ecs_container *c = t->containers.items;
  out[0] = '\0';
  if (!t->stop_code.n && !t->stopped_reason.n)
    return;
  size_t used = plain_reason(t->stopped_reason, out, size);
  for (size_t i = 0; i < t->containers.n && used + 40 < size; i++)
    if (aws_str_eq_c(c[i].last_status, "STOPPED") && c[i].exit_code)
      used += (size_t)snprintf(out + used, size - used, "%s%.*s exit %lld", used ? "; " : "",
                               AWS_STR_ARG(c[i].name), (long long)c[i].exit_code);
  if (t->stop_code.n && used < size)
    snprintf(out + used, size - used, "%s(%.*s)", used ? " " : "", AWS_STR_ARG(t->stop_code));
}

static void task_detail(struct pane *p, const struct pane_row *r, char *out, size_t size) {
  (void)p;
  why(r->row->item, out, size);
}

static unsigned health_style(struct aws_str health) {
  if (aws_str_eq_c(health, "HEALTHY"))
    return WID_OK;
  return aws_str_eq_c(health, "UNHEALTHY") ? WID_BAD : WID_DIM;
}

static void task_cell(struct pane *p, const struct pane_row *r, int column, struct wid_cell *cell) {
  const struct ecs_task *t = r->row->item;
  struct aws_str id = aws_str_after_last(t->arn, '/');
  char text[WID_CELL_SCRATCH];
  switch (column) {
  case TASK:
    pane_cell_str(cell, (struct aws_str){id.p, id.n < SHORT_ID ? id.n : SHORT_ID});
    cell->style = t->stopped ? WID_DIM : WID_ACCENT;
    break;
  case STATUS:
    pane_cell_state(cell, r->row, t->last_status);
    break;
  case HEALTH:
    pane_cell_str(cell, t->health_status);
    cell->style = health_style(t->health_status);
    break;
  case ZONE:
    if (t->zone.n > 2)
      pane_cell_str(cell, (struct aws_str){t->zone.p + t->zone.n - 2, 2});
    break;
  case ADDRESS:
    pane_cell_str(cell, address_of(t));
    break;
  case TASK_REVISION:
    pane_cell_str(cell, aws_str_after_last(t->task_definition, ':'));
    break;
  case TASK_AGE:
    pane_cell_age(p, cell, t->stopped ? t->stopped : t->created);
    break;
  case WHY:
    why(t, text, sizeof text);
    wid_cell_printf(cell, "%s", text);
    break;
  }
}

static double task_number(struct pane *p, const struct pane_row *r, int column) {
  const struct ecs_task *t = r->row->item;
  (void)p;
  return column == TASK_AGE ? -(double)(t->stopped ? t->stopped : t->created) : NAN;
}

const struct pane_ops pane_ecs = {
    .name = "ecs",
    .title = "ECS services",
    .tab = "ECS",
    .kinds = {STACK_SERVICE, STACK_CLUSTER, STACK_TASK},
    .nkinds = 3,
    .tables = {{.kind = STACK_SERVICE,
                .columns = service_columns,
                .ncolumns = sizeof service_columns / sizeof service_columns[0],
                .empty = "no service in any cluster of this region",
                .build = build_services,
                .cell = top_cell,
                .number = top_number,
                .open = open_service},
               {.kind = STACK_TASK,
                .columns = task_columns,
                .ncolumns = sizeof task_columns / sizeof task_columns[0],
                .empty = "this service runs no task and has stopped none lately",
                .wraps = WHY,
                .build = build_tasks,
                .cell = task_cell,
                .number = task_number,
                .detail = task_detail}},
    .extra = extra,
};
