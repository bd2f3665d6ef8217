/* Reading stack files: the parts that stack_*.c share. */
#ifndef CAWSOLE_SIM_READER_H
#define CAWSOLE_SIM_READER_H

#include "sim/engine.h"
#include "sim/stack.h"

#include <libconfig.h>

#define SIM_DB_DOMAIN "c9akciq32rgr" /* stands in every database's address, one an account */

struct sim_reader {
  struct sim_world *w;
  struct aws_error *err;
  const char *file; /* for messages */
};

/* SUB: read by other code, only known here so that it is no unknown key. */
enum sim_read_kind { SIM_R_TEXT, SIM_R_INT, SIM_R_BOOL, SIM_R_DOUBLE, SIM_R_SUB };
struct sim_read_field {
  const char *key;
  enum sim_read_kind kind;
  size_t offset; /* of const char *, int, bool, double */
  bool required;
};
#define SIM_READ(table, setting, item)                                                             \
  sim_read_fields(r, setting, table, sizeof(table) / sizeof((table)[0]), item)

/* Fills what the group has; false: *err names file, line and key. */
bool sim_read_fields(struct sim_reader *r, const config_setting_t *group,
                     const struct sim_read_field *fields, size_t n, void *item) AWS_MUST_CHECK;
/* Says what is wrong at a place in the file; always false. */
bool sim_read_error(struct sim_reader *r, const config_setting_t *at, const char *fmt, ...)
    AWS_PRINTF(3, 4);
/* A new item of size bytes at the end of list; NULL (and *err) when out of memory. */
void *sim_read_new(struct sim_reader *r, struct sim_vec *list, size_t size);
bool sim_read_texts(struct sim_reader *r, const config_setting_t *group, const char *key,
                    struct sim_vec *list);
/* {NAME = "value"; ...} as struct sim_env. */
bool sim_read_pairs(struct sim_reader *r, const config_setting_t *group, const char *key,
                    struct sim_vec *list);

typedef bool (*sim_read_item)(struct sim_reader *r, const config_setting_t *item);
/* Calls read for every group of the list `key`, which may be absent. */
bool sim_read_each(struct sim_reader *r, const config_setting_t *in, const char *key,
                   sim_read_item read);

/* n random digits (lower-case hex; or upper-case letters and digits) that live with the world. */
const char *sim_made_hex(struct sim_world *w, size_t n);
const char *sim_made_id(struct sim_world *w, size_t n);

/* One function a kind of thing, in stack_edge.c, stack_app.c and stack_data.c. */
bool sim_read_edge(struct sim_reader *r, const config_setting_t *root);
bool sim_read_app(struct sim_reader *r, const config_setting_t *root);
bool sim_read_data(struct sim_reader *r, const config_setting_t *root);
bool sim_read_secrets(struct sim_reader *r, const config_setting_t *root);
/* Puts lists that answers give by name into that order. */
void sim_sort(struct sim_world *w);

/* stack_grow.c */
bool sim_grow_tasks(struct sim_world *w, int tasks) AWS_MUST_CHECK;
bool sim_grow_parameters(struct sim_world *w, int parameters) AWS_MUST_CHECK;
/* A group with the ordinary settings, on port 8080, and not yet in any list. */
struct sim_target_group *sim_group_new(struct sim_world *w, const char *name);
bool sim_listener_forward(struct sim_world *w, struct sim_listener *l, struct sim_target_group *g,
                          int priority, const char *path) AWS_MUST_CHECK;
struct sim_listener *sim_listener_new(struct sim_world *w, struct sim_load_balancer *lb, int port,
                                      const char *protocol);
struct sim_load_balancer *sim_load_balancer_new(struct sim_world *w, const char *name,
                                                const char *scheme);
struct sim_parameter *sim_parameter_new(struct sim_world *w, const char *name, const char *type,
                                        const char *value, int versions);
bool sim_service_add(struct sim_world *w, struct sim_service *s) AWS_MUST_CHECK;

/* stack_past.c: running tasks, healthy targets, finished deployments, as if it had run for days. */
bool sim_past(struct sim_world *w) AWS_MUST_CHECK;

#endif
