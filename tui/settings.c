#include "tui/settings.h"

#include <errno.h>
#include <libconfig.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum field_kind { F_TEXT, F_BOOL, F_NOT, F_INT, F_DOUBLE, F_LIST, F_GROUP };

struct reader {
  struct tui_settings *out;
  const char *name; /* of the file, for sentences */
  struct aws_error *err;
};

/* A list's member or a group is read by its own function. */
typedef bool (*read_fn)(struct reader *r, config_setting_t *node, void *into);

struct field {
  const char *name;
  enum field_kind kind;
  size_t offset;
  double min, max; /* INT, DOUBLE */
  read_fn read;    /* LIST (each member), GROUP */
};

static bool complain(struct reader *r, const config_setting_t *node, const char *fmt, ...)
    AWS_PRINTF(3, 4);

static bool complain(struct reader *r, const config_setting_t *node, const char *fmt, ...) {
  char text[320];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  aws_error_set(r->err, AWS_E_CONFIG, "%s:%u: %s", r->name, config_setting_source_line(node), text);
  return false;
}

/* ---- fields by table ------------------------------------------------------------------------- */

static bool read_text(struct reader *r, config_setting_t *node, char **out) {
  const char *value = config_setting_get_string(node);
  if (!value || !*value)
    return complain(r, node, "%s wants a text in quotes", config_setting_name(node));
  char *copy = strdup(value);
  if (!copy)
    return complain(r, node, "no memory");
  free(*out);
  *out = copy;
  return true;
}

static bool read_number(struct reader *r, config_setting_t *node, const struct field *f,
                        double *out) {
  int type = config_setting_type(node);
  if (type == CONFIG_TYPE_INT)
    *out = config_setting_get_int(node);
  else if (type == CONFIG_TYPE_FLOAT && f->kind == F_DOUBLE)
    *out = config_setting_get_float(node);
  else
    return complain(r, node, "%s wants a number", f->name);
  if (*out < f->min || *out > f->max)
    return complain(r, node, "%s = %g is out of range: %g to %g", f->name, *out, f->min, f->max);
  return true;
}

static bool read_list(struct reader *r, config_setting_t *node, const struct field *f, void *into) {
  if (!config_setting_is_list(node))
    return complain(r, node, "%s wants a list: %s = ( { ... }, { ... } );", f->name, f->name);
  for (int i = 0; i < config_setting_length(node); i++) {
    config_setting_t *member = config_setting_get_elem(node, (unsigned)i);
    if (!config_setting_is_group(member))
      return complain(r, member, "each of %s stands in braces: { name = \"...\"; }", f->name);
    if (!f->read(r, member, into))
      return false;
  }
  return true;
}

static bool read_field(struct reader *r, config_setting_t *node, const struct field *f,
                       void *into) {
  void *at = (char *)into + f->offset;
  double number = 0;
  switch (f->kind) {
  case F_TEXT:
    return read_text(r, node, at);
  case F_BOOL:
  case F_NOT:
    if (config_setting_type(node) != CONFIG_TYPE_BOOL)
      return complain(r, node, "%s wants true or false", f->name);
    *(bool *)at = (config_setting_get_bool(node) != 0) != (f->kind == F_NOT);
    return true;
  case F_INT:
    if (!read_number(r, node, f, &number))
      return false;
    *(int *)at = (int)number;
    return true;
  case F_DOUBLE:
    return read_number(r, node, f, at);
  case F_LIST:
    return read_list(r, node, f, into);
  case F_GROUP:
    if (!config_setting_is_group(node))
      return complain(r, node, "%s wants braces: %s = { ... };", f->name, f->name);
    return f->read(r, node, into);
  }
  return false;
}

static bool unknown(struct reader *r, config_setting_t *node, const struct field *fields,
                    size_t n) {
  char known[256] = "";
  size_t used = 0;
  for (size_t i = 0; i < n && used + strlen(fields[i].name) + 3 < sizeof known; i++)
    used +=
        (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", fields[i].name);
  return complain(r, node, "there is no setting %s here; there are %s", config_setting_name(node),
                  known);
}

static bool read_fields(struct reader *r, config_setting_t *group, const struct field *fields,
                        size_t n, void *into) {
  for (int i = 0; i < config_setting_length(group); i++) {
    config_setting_t *node = config_setting_get_elem(group, (unsigned)i);
    size_t f = 0;
    while (f < n && strcmp(fields[f].name, config_setting_name(node)) != 0)
      f++;
    if (f == n)
      return unknown(r, node, fields, n);
    if (!read_field(r, node, &fields[f], into))
      return false;
  }
  return true;
}

#define READ_FIELDS(r, group, table, into)                                                         \
  read_fields(r, group, table, sizeof(table) / sizeof((table)[0]), into)

/* ---- stacks ------------------------------------------------------------------------------------
 */

#define TEXT(s, m)                                                                                 \
  { #m, F_TEXT, offsetof(struct s, m), 0, 0, NULL }

static const struct field filter_fields[] = {TEXT(stack_filter, kind), TEXT(stack_filter, pattern)};
static const struct field link_fields[] = {TEXT(stack_link, from), TEXT(stack_link, to)};

#define LIMIT(m, max)                                                                              \
  { #m, F_DOUBLE, offsetof(struct stack_thresholds, m), 0, max, NULL }

static const struct field threshold_fields[] = {
    LIMIT(error_rate_percent, 100), LIMIT(latency_ms, 3600e3),    LIMIT(cpu_percent, 100),
    LIMIT(memory_percent, 100),     LIMIT(free_storage_gib, 1e6),
};

static bool read_thresholds(struct reader *r, config_setting_t *node, void *into) {
  return READ_FIELDS(r, node, threshold_fields, &((struct stack_config *)into)->thresholds);
}

static bool known_kind(const char *plural) {
  static const char *const known[] = {
#define STACK_KIND(id, plural, singular, type, json) plural,
#include "stack/kinds.def"
#undef STACK_KIND
  };
  for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
    if (strcmp(known[k], plural) == 0)
      return true;
  return false;
}

static bool read_filter(struct reader *r, config_setting_t *node, void *into) {
  struct stack_config *c = into;
  struct stack_filter *grown = realloc(c->filters, (c->nfilters + 1) * sizeof *grown);
  if (!grown)
    return complain(r, node, "no memory");
  c->filters = grown;
  struct stack_filter *f = &c->filters[c->nfilters++];
  *f = (struct stack_filter){NULL, NULL};
  if (!READ_FIELDS(r, node, filter_fields, f))
    return false;
  if (!f->kind || !f->pattern)
    return complain(r, node, "a filter has a kind and a pattern");
  if (!known_kind(f->kind))
    return complain(
        r, node, "\"%s\" is no kind: \"services\", \"target_groups\", \"parameters\" are", f->kind);
  return true;
}

static bool read_link(struct reader *r, config_setting_t *node, void *into) {
  struct stack_config *c = into;
  struct stack_link *grown = realloc(c->links, (c->nlinks + 1) * sizeof *grown);
  if (!grown)
    return complain(r, node, "no memory");
  c->links = grown;
  struct stack_link *l = &c->links[c->nlinks++];
  *l = (struct stack_link){NULL, NULL};
  if (!READ_FIELDS(r, node, link_fields, l))
    return false;
  return (l->from && l->to) || complain(r, node, "a link has a from and a to");
}

static const struct field stack_fields[] = {
    TEXT(stack_config, name),
    TEXT(stack_config, profile),
    TEXT(stack_config, region),
    TEXT(stack_config, account),
    TEXT(stack_config, environment),
    {"read_only", F_BOOL, offsetof(struct stack_config, read_only), 0, 0, NULL},
    {"reveal", F_NOT, offsetof(struct stack_config, reveal_forbidden), 0, 0, NULL},
    TEXT(stack_config, parameters_path),
    {"interval", F_INT, offsetof(struct stack_config, interval_s), 1, 3600, NULL},
    {"metrics", F_BOOL, offsetof(struct stack_config, metrics), 0, 0, NULL},
    {"filters", F_LIST, 0, 0, 0, read_filter},
    {"links", F_LIST, 0, 0, 0, read_link},
    {"thresholds", F_GROUP, 0, 0, 0, read_thresholds},
    {"journal", F_TEXT, offsetof(struct stack_config, audit_path), 0, 0, NULL},
};

static bool check_stack(struct reader *r, config_setting_t *node, const struct stack_config *c) {
  if (!c->name)
    return complain(r, node, "a stack needs a name: name = \"shop-prod\";");
  if (c->account && (strlen(c->account) != 12 || strspn(c->account, "0123456789") != 12))
    return complain(r, node, "account of stack %s is not 12 digits: write it in quotes", c->name);
  if (c->parameters_path && c->parameters_path[0] != '/')
    return complain(r, node, "parameters_path of stack %s begins with a slash: \"/shop/prod\"",
                    c->name);
  for (size_t i = 0; i + 1 < r->out->nstacks; i++)
    if (strcmp(r->out->stacks[i].name, c->name) == 0)
      return complain(r, node, "there are two stacks %s: give one another name", c->name);
  return true;
}

static bool read_stack(struct reader *r, config_setting_t *node, void *into) {
  struct tui_settings *s = into;
  if (s->nstacks == TUI_STACKS_MAX)
    return complain(r, node, "more than %d stacks: split the file and use --config",
                    TUI_STACKS_MAX);
  struct stack_config *grown = realloc(s->stacks, (s->nstacks + 1) * sizeof *grown);
  if (!grown)
    return complain(r, node, "no memory");
  s->stacks = grown;
  struct stack_config *c = &s->stacks[s->nstacks++];
  stack_config_init(c);
  free(c->name);
  c->name = NULL;
  if (!READ_FIELDS(r, node, stack_fields, c) || !check_stack(r, node, c))
    return false;
  c->production = !c->environment || strncasecmp(c->environment, "prod", 4) == 0;
  return true;
}

/* ---- the rest ----------------------------------------------------------------------------------
 */

static bool read_key(struct reader *r, config_setting_t *node, const char *text) {
  struct aws_error why;
  if (text && tui_keys_bind(&r->out->keys, config_setting_name(node), text, &why))
    return true;
  return complain(r, node, "%s", text ? why.text : "a key is a text in quotes: refresh = \"F5\";");
}

static bool read_keys(struct reader *r, config_setting_t *group, void *into) {
  (void)into;
  for (int i = 0; i < config_setting_length(group); i++) {
    config_setting_t *node = config_setting_get_elem(group, (unsigned)i);
    if (!read_key(r, node, config_setting_get_string(node)))
      return false;
  }
  struct aws_error why;
  return tui_keys_check(&r->out->keys, &why) || complain(r, group, "%s", why.text);
}

static const struct field root_fields[] = {
    {"stacks", F_LIST, 0, 0, 0, read_stack},
    {"keys", F_GROUP, 0, 0, 0, read_keys},
    {"bell", F_BOOL, offsetof(struct tui_settings, bell), 0, 0, NULL},
    {"flash", F_BOOL, offsetof(struct tui_settings, flash), 0, 0, NULL},
    {"mouse", F_BOOL, offsetof(struct tui_settings, mouse), 0, 0, NULL},
    {"ascii", F_BOOL, offsetof(struct tui_settings, ascii), 0, 0, NULL},
    {"colors", F_INT, offsetof(struct tui_settings, colors), 0, 256, NULL},
};

void tui_settings_init(struct tui_settings *s) {
  *s = (struct tui_settings){.bell = true, .flash = true, .mouse = true, .colors = 256};
  tui_keys_init(&s->keys);
}

void tui_settings_done(struct tui_settings *s) {
  for (size_t i = 0; i < s->nstacks; i++)
    stack_config_done(&s->stacks[i]);
  free(s->stacks);
  s->stacks = NULL;
  s->nstacks = 0;
}

bool tui_settings_parse(struct tui_settings *s, const char *text, const char *name,
                        struct aws_error *err) {
  struct reader r = {s, name, err};
  config_t cfg;
  config_init(&cfg);
  bool ok = config_read_string(&cfg, text) == CONFIG_TRUE;
  if (!ok)
    aws_error_set(err, AWS_E_CONFIG, "%s:%d: %s; a setting is written name = value;", name,
                  config_error_line(&cfg), config_error_text(&cfg));
  else
    ok = READ_FIELDS(&r, config_root_setting(&cfg), root_fields, s);
  config_destroy(&cfg);
  return ok;
}

#define FILE_MAX (1 << 20)

static bool read_file(FILE *f, struct aws_buf *text, const char *path, struct aws_error *err) {
  char chunk[4096];
  size_t n;
  while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
    aws_buf_add(text, chunk, n);
  aws_buf_add(text, "", 0);
  if (!ferror(f) && !text->failed && (!text->n || !memchr(text->p, '\0', text->n)))
    return true;
  aws_error_set(err, AWS_E_CONFIG, "%s cannot be read: it is no text, or longer than 1 MiB", path);
  return false;
}

/* $XDG_CONFIG_HOME/cawsole/cawsole.cfg, or below ~/.config. */
static bool usual_path(char *out, size_t size) {
  const char *base = getenv("XDG_CONFIG_HOME");
  int n = -1;
  if (base && base[0] == '/') {
    n = snprintf(out, size, "%s/cawsole/cawsole.cfg", base);
  } else {
    const char *home = getenv("HOME");
    if (home && *home)
      n = snprintf(out, size, "%s/.config/cawsole/cawsole.cfg", home);
  }
  return n > 0 && (size_t)n < size;
}

bool tui_settings_load(struct tui_settings *s, const char *path, struct aws_error *err) {
  char usual[PATH_MAX];
  bool asked = path != NULL;
  if (!asked && !usual_path(usual, sizeof usual))
    return true;
  path = asked ? path : usual;
  FILE *f = fopen(path, "r");
  if (!f && errno == ENOENT && !asked)
    return true;
  if (!f) {
    aws_error_set(err, AWS_E_CONFIG, "%s cannot be read: %s", path, strerror(errno));
    return false;
  }
  struct aws_buf text;
  aws_buf_init(&text, FILE_MAX);
  bool ok = read_file(f, &text, path, err);
  fclose(f);
  if (ok)
    ok = tui_settings_parse(s, text.p ? text.p : "", path, err);
  aws_buf_done(&text);
  return ok;
}

const struct stack_config *tui_settings_stack(const struct tui_settings *s, const char *name) {
  for (size_t i = 0; i < s->nstacks; i++)
    if (!name || strcmp(s->stacks[i].name, name) == 0)
      return &s->stacks[i];
  return NULL;
}
