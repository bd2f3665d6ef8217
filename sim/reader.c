/* Groups of a libconfig file into structs, by tables. */
#include "sim/reader.h"

#include <stdio.h>

bool sim_read_error(struct sim_reader *r, const config_setting_t *at, const char *fmt, ...) {
  char text[256];
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  aws_error_set(r->err, AWS_E_CONFIG, "%s:%d: %s", r->file,
                at ? (int)config_setting_source_line(at) : 0, text);
  return false;
}

static bool no_memory(struct sim_reader *r) {
  aws_error_set(r->err, AWS_E_MEMORY, "%s: the stack does not fit into memory", r->file);
  return false;
}

static bool read_value(struct sim_reader *r, const config_setting_t *s,
                       const struct sim_read_field *f, char *item) {
  int type = config_setting_type(s);
  bool whole = type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
  const char *text;

  switch (f->kind) {
  case SIM_R_SUB:
    return true;
  case SIM_R_TEXT:
    if (type != CONFIG_TYPE_STRING)
      return sim_read_error(r, s, "'%s' must be a text in quotes", f->key);
    text = sim_text(r->w, "%s", config_setting_get_string(s));
    memcpy(item + f->offset, &text, sizeof text);
    return text ? true : no_memory(r);
  case SIM_R_INT:
    if (!whole)
      return sim_read_error(r, s, "'%s' must be a whole number", f->key);
    *(int *)(void *)(item + f->offset) = config_setting_get_int(s);
    return true;
  case SIM_R_BOOL:
    if (type != CONFIG_TYPE_BOOL)
      return sim_read_error(r, s, "'%s' must be true or false", f->key);
    *(bool *)(void *)(item + f->offset) = config_setting_get_bool(s) != 0;
    return true;
  case SIM_R_DOUBLE:
    if (type != CONFIG_TYPE_FLOAT && !whole)
      return sim_read_error(r, s, "'%s' must be a number", f->key);
    *(double *)(void *)(item + f->offset) =
        whole ? (double)config_setting_get_int64(s) : config_setting_get_float(s);
    return true;
  }
  return false;
}

bool sim_read_fields(struct sim_reader *r, const config_setting_t *group,
                     const struct sim_read_field *fields, size_t n, void *item) {
  if (!config_setting_is_group(group))
    return sim_read_error(r, group, "a group { ... } is wanted here");
  for (int i = 0; i < config_setting_length(group); i++) {
    const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
    const struct sim_read_field *f = fields;
    while (f < fields + n && strcmp(f->key, config_setting_name(s)) != 0)
      f++;
    if (f == fields + n)
      return sim_read_error(r, s, "'%s' is not a key that belongs here", config_setting_name(s));
    if (!read_value(r, s, f, item))
      return false;
  }
  for (const struct sim_read_field *f = fields; f < fields + n; f++)
    if (f->required && !config_setting_get_member(group, f->key))
      return sim_read_error(r, group, "'%s' is missing", f->key);
  return true;
}

void *sim_read_new(struct sim_reader *r, struct sim_vec *list, size_t size) {
  void *item = aws_arena_alloc(&r->w->arena, size);

  if (item && (!list || sim_vec_add(list, item)))
    return item;
  no_memory(r);
  return NULL;
}

bool sim_read_texts(struct sim_reader *r, const config_setting_t *group, const char *key,
                    struct sim_vec *list) {
  const config_setting_t *s = config_setting_get_member(group, key);

  for (int i = 0; s && i < config_setting_length(s); i++) {
    const char *text = config_setting_get_string_elem(s, i);
    if (!text)
      return sim_read_error(r, s, "'%s' must be a list of texts", key);
    const char *copy = sim_text(r->w, "%s", text);
    if (!copy || !sim_vec_add(list, (void *)(uintptr_t)copy))
      return no_memory(r);
  }
  return true;
}

bool sim_read_pairs(struct sim_reader *r, const config_setting_t *group, const char *key,
                    struct sim_vec *list) {
  const config_setting_t *s = config_setting_get_member(group, key);

  for (int i = 0; s && i < config_setting_length(s); i++) {
    const config_setting_t *pair = config_setting_get_elem(s, (unsigned)i);
    const char *value = config_setting_get_string(pair);
    if (!value)
      return sim_read_error(r, pair, "'%s' takes NAME = \"value\"; pairs", key);
    struct sim_env *e = sim_read_new(r, list, sizeof *e);
    if (!e)
      return false;
    e->name = sim_text(r->w, "%s", config_setting_name(pair));
    e->value = sim_text(r->w, "%s", value);
    if (!e->name || !e->value)
      return no_memory(r);
  }
  return true;
}

bool sim_read_each(struct sim_reader *r, const config_setting_t *in, const char *key,
                   sim_read_item read) {
  const config_setting_t *list = config_setting_get_member(in, key);

  if (list && !config_setting_is_list(list))
    return sim_read_error(r, list, "'%s' must be a list ( ... )", key);
  for (int i = 0; list && i < config_setting_length(list); i++)
    if (!read(r, config_setting_get_elem(list, (unsigned)i)))
      return false;
  return true;
}

const char *sim_made_hex(struct sim_world *w, size_t n) {
  char hex[64];

  sim_random_hex(w, hex, n < sizeof hex ? n : sizeof hex - 1);
  return sim_text(w, "%s", hex);
}

const char *sim_made_id(struct sim_world *w, size_t n) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  char id[64];

  if (n >= sizeof id)
    n = sizeof id - 1;
  for (size_t i = 0; i < n; i++)
    id[i] = digits[sim_random_below(w, sizeof digits - 1)];
  id[n] = '\0';
  return sim_text(w, "%s", id);
}
