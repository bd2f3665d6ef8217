/* Aurora clusters with their writer and readers, and the instances that stand by themselves. */
#include "tui/pane.h"

#include "aws/api/rds.h"

#include <math.h>
#include <stdio.h>

enum { NAME, STATUS, ROLE, CPU, CONNECTIONS, STORAGE, ENGINE, FLAGS };

static const struct wid_column columns[] = {
    [NAME] = {"database", 20, 24, 2, 0, WID_ALIGN_LEFT, WID_CLIP_MIDDLE},
    [STATUS] = {"status", 11, 12, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [ROLE] = {"role", 14, 14, 0, 1, WID_ALIGN_LEFT, WID_CLIP_END},
    [CPU] = {"cpu", 4, 4, 0, 2, WID_ALIGN_RIGHT, WID_CLIP_END},
    [CONNECTIONS] = {"conn", 5, 5, 0, 3, WID_ALIGN_RIGHT, WID_CLIP_END},
    [STORAGE] = {"storage", 8, 9, 0, 5, WID_ALIGN_RIGHT, WID_CLIP_END},
    [ENGINE] = {"engine", 10, 16, 0, 6, WID_ALIGN_LEFT, WID_CLIP_END},
    [FLAGS] = {"has", 14, 16, 2, 4, WID_ALIGN_LEFT, WID_CLIP_END},
};

static const struct rds_member *member_of(const struct rds_cluster *c, struct aws_str instance) {
  const struct rds_member *m = c->members.items;
  for (size_t i = 0; i < c->members.n; i++)
    if (aws_str_eq(m[i].instance_id, instance))
      return &m[i];
  return NULL;
}

static const struct rds_cluster *cluster_of(struct pane *p, const struct rds_instance *i) {
  const struct stack_collection *c = stack_collection(p->tui->stack, STACK_DB_CLUSTER);
  for (size_t n = 0; i->cluster_id.n && n < c->n; n++) {
    const struct rds_cluster *cluster = c->rows[n]->item;
    if (aws_str_eq(cluster->id, i->cluster_id))
      return cluster;
  }
  return NULL;
}

static void build(struct pane *p) {
  const struct stack_collection *c = stack_collection(p->tui->stack, STACK_DB_CLUSTER);
  const struct stack_collection *all = stack_collection(p->tui->stack, STACK_DB_INSTANCE);
  for (size_t i = 0; i < c->n; i++) {
    const struct rds_cluster *cluster = c->rows[i]->item;
    pane_add(p, STACK_DB_CLUSTER, c->rows[i], 0);
    for (size_t j = 0; j < all->n; j++)
      if (aws_str_eq(((const struct rds_instance *)all->rows[j]->item)->cluster_id, cluster->id))
        pane_add(p, STACK_DB_INSTANCE, all->rows[j], 1);
  }
  for (size_t j = 0; j < all->n; j++)
    if (!cluster_of(p, all->rows[j]->item))
      pane_add(p, STACK_DB_INSTANCE, all->rows[j], 0);
}

/* "PostgreSQL 15.4": what people call an engine. */
static void engine_cell(struct wid_cell *cell, struct aws_str engine, struct aws_str version) {
  static const struct {
    const char *id, *name;
  } names[] = {{"aurora-postgresql", "Aurora pg"},
               {"aurora-mysql", "Aurora my"},
               {"postgres", "PostgreSQL"},
               {"mysql", "MySQL"},
               {"mariadb", "MariaDB"}};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (aws_str_eq_c(engine, names[i].id)) {
      wid_cell_printf(cell, "%s %.*s", names[i].name, AWS_STR_ARG(version));
      return;
    }
  wid_cell_printf(cell, "%.*s %.*s", AWS_STR_ARG(engine), AWS_STR_ARG(version));
}

static void flag(char *out, size_t size, bool on, const char *word) {
  size_t used = strlen(out);
  if (on && used < size)
    snprintf(out + used, size - used, "%s%s", used ? " " : "", word);
}

static void cluster_cell(const struct stack_row *row, int column, struct wid_cell *cell) {
  const struct rds_cluster *c = row->item;
  char flags[128] = "";
  switch (column) {
  case NAME:
    pane_cell_str(cell, c->id);
    cell->style = WID_ACCENT;
    break;
  case STATUS:
    pane_cell_state(cell, row, c->status);
    break;
  case ROLE:
    wid_cell_printf(cell, "%zu nodes", c->members.n);
    break;
  case STORAGE:
    if (c->serverless_max > 0)
      wid_cell_printf(cell, "%g-%g ACU", c->serverless_min, c->serverless_max);
    break;
  case ENGINE:
    engine_cell(cell, c->engine, c->engine_version);
    break;
  case FLAGS:
    flag(flags, sizeof flags, c->multi_az, "multi-AZ");
    flag(flags, sizeof flags, c->iam_auth, "IAM");
    flag(flags, sizeof flags, c->encrypted, "enc");
    wid_cell_printf(cell, "%s", flags);
    cell->style = WID_DIM;
    break;
  }
}

/* "writer 1a", "reader 1b 12ms": how far a reader lags behind. */
static void role_cell(struct pane *p, const struct pane_row *r, struct wid_cell *cell) {
  const struct rds_instance *i = r->row->item;
  double lag = pane_metric(p, r, "AuroraReplicaLag");
  char behind[32] = "";
  const struct rds_cluster *c = cluster_of(p, i);
  const struct rds_member *m = c ? member_of(c, i->id) : NULL;
  const char *role = m                     ? (m->writer ? "writer" : "reader")
                     : i->replica_source.n ? "replica"
                     : i->cluster_id.n     ? "?" /* its cluster does not say, or is not there */
                                           : "";
  struct aws_str zone = i->zone.n > 2 ? (struct aws_str){i->zone.p + i->zone.n - 2, 2} : i->zone;
  if (!isnan(lag) && !(m && m->writer))
    snprintf(behind, sizeof behind, " %.0fms", lag);
  wid_cell_printf(cell, "%s%s%.*s%s", role, *role ? " " : "", AWS_STR_ARG(zone), behind);
  cell->style = m && m->writer ? WID_BOLD : WID_NORMAL;
  if (behind[0])
    pane_cell_of_metric(p, cell, r, "AuroraReplicaLag");
}

static bool pending_reboot(const struct rds_instance *i) {
  const struct rds_parameter_group *g = i->parameter_groups.items;
  for (size_t n = 0; n < i->parameter_groups.n; n++)
    if (aws_str_eq_c(g[n].apply_status, "pending-reboot"))
      return true;
  return false;
}

static void storage_cell(struct pane *p, const struct pane_row *r, struct wid_cell *cell) {
  const struct rds_instance *i = r->row->item;
  double free_gib = pane_metric(p, r, "FreeStorageSpace");
  double gib = (double)i->allocated_gib;
  if (i->cluster_id.n || gib <= 0)
    return;
  if (isnan(free_gib))
    wid_cell_printf(cell, "%.0f GiB", gib);
  else
    wid_cell_printf(cell, "%.0f%%/%.0fG", 100 * (1 - free_gib / gib), gib);
  pane_cell_of_metric(p, cell, r, "FreeStorageSpace");
}

static void flags_cell(const struct rds_instance *i, struct wid_cell *cell) {
  char flags[160] = "";
  bool pending = pending_reboot(i);
  flag(flags, sizeof flags, pending, "pending reboot");
  flag(flags, sizeof flags, i->multi_az, "multi-AZ");
  flag(flags, sizeof flags, i->iam_auth, "IAM");
  flag(flags, sizeof flags, i->encrypted, "enc");
  flag(flags, sizeof flags, i->public, "public");
  wid_cell_printf(cell, "%s", flags);
  cell->style = pending ? WID_NOTE : WID_DIM;
}

/* An average, but of things that are counted. */
static void connections_cell(struct pane *p, const struct pane_row *r, struct wid_cell *cell) {
  double n = pane_metric(p, r, "DatabaseConnections");
  if (!isnan(n))
    wid_cell_printf(cell, "%.0f", n);
  pane_cell_of_metric(p, cell, r, "DatabaseConnections");
}

static void instance_cell(struct pane *p, const struct pane_row *r, int column,
                          struct wid_cell *cell) {
  const struct rds_instance *i = r->row->item;
  switch (column) {
  case NAME:
    pane_cell_str(cell, i->id);
    cell->style = r->depth ? WID_NORMAL : WID_ACCENT;
    break;
  case STATUS:
    pane_cell_state(cell, r->row, i->status);
    break;
  case ROLE:
    role_cell(p, r, cell);
    break;
  case CPU:
    pane_cell_metric(p, cell, r, "CPUUtilization");
    break;
  case CONNECTIONS:
    connections_cell(p, r, cell);
    break;
  case STORAGE:
    storage_cell(p, r, cell);
    break;
  case ENGINE:
    if (r->depth)
      pane_cell_str(cell, i->class);
    else
      engine_cell(cell, i->engine, i->engine_version);
    break;
  case FLAGS:
    flags_cell(i, cell);
    break;
  }
}

static void cell(struct pane *p, const struct pane_row *r, int column, struct wid_cell *out) {
  if (r->kind == STACK_DB_CLUSTER)
    cluster_cell(r->row, column, out);
  else
    instance_cell(p, r, column, out);
}

static double number(struct pane *p, const struct pane_row *r, int column) {
  if (r->kind != STACK_DB_INSTANCE)
    return NAN;
  return column == CPU           ? pane_metric(p, r, "CPUUtilization")
         : column == CONNECTIONS ? pane_metric(p, r, "DatabaseConnections")
                                 : NAN;
}

const struct pane_ops pane_databases = {
    .name = "databases",
    .title = "Databases",
    .tab = "Databases",
    .kinds = {STACK_DB_INSTANCE, STACK_DB_CLUSTER},
    .nkinds = 2,
    .tables = {{.kind = STACK_DB_INSTANCE,
                .columns = columns,
                .ncolumns = sizeof columns / sizeof columns[0],
                .empty = "no database in this region",
                .build = build,
                .cell = cell,
                .number = number}},
};
