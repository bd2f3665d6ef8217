#include "tui/fields.h"

#include "tui/when.h"

#include <stdio.h>

#define LABEL 30
#define INDENT_MAX 20

/* ---- fields ---------------------------------------------------------------------------------- */

static void add_type(struct wid_text *t, const struct aws_type *type, const void *item, int indent);

static void add_pair(struct wid_text *t, int indent, const char *name, struct aws_str value) {
  char label[192];
  int width = LABEL - indent;
  struct wid_str v = {value.p, value.n};
  snprintf(label, sizeof label, "%*s%.120s", indent < 60 ? indent : 60, "", name);
  wid_text_add_pair(t, width > 12 ? LABEL : indent + 12, label, WID_NORMAL, v);
}

static void add_head(struct wid_text *t, int indent, const char *name) {
  wid_text_addf(t, WID_ACCENT, "%*s%s", indent, "", name);
}

static struct aws_str scalar(enum aws_kind kind, const void *at, char buf[64]) {
  char when[TUI_WHEN_MAX];
  switch (kind) {
  case AWS_KIND_STR:
    return *(const struct aws_str *)at;
  case AWS_KIND_INT:
  case AWS_KIND_COUNT:
    snprintf(buf, 64, "%lld", (long long)*(const int64_t *)at);
    break;
  case AWS_KIND_DOUBLE:
    snprintf(buf, 64, "%g", *(const double *)at);
    break;
  case AWS_KIND_BOOL:
    snprintf(buf, 64, "%s", *(const bool *)at ? "true" : "false");
    break;
  case AWS_KIND_TIME:
    snprintf(buf, 64, "%s", tui_when_full(*(const aws_ms *)at, when));
    break;
  default:
    buf[0] = '\0';
  }
  return aws_str_from(buf);
}

/* A list of plain values: each on a line of its own, the first beside the name. */
static void add_scalars(struct wid_text *t, int indent, const char *name, enum aws_kind kind,
                        size_t size, const struct aws_list *list) {
  char buf[64];
  for (size_t i = 0; i < list->n; i++)
    add_pair(t, indent, i ? "" : name, scalar(kind, (const char *)list->items + i * size, buf));
}

static void add_map(struct wid_text *t, int indent, const char *name, const struct aws_list *list) {
  const struct aws_pair *pairs = list->items;
  if (list->n)
    add_head(t, indent, name);
  for (size_t i = 0; i < list->n; i++)
    add_pair(t, indent + 2, pairs[i].name.p, pairs[i].value);
}

static void add_list(struct wid_text *t, int indent, const char *name, const struct aws_field *f,
                     const struct aws_list *list) {
  char head[192];
  for (size_t i = 0; i < list->n; i++) {
    snprintf(head, sizeof head, "%s %zu of %zu", name, i + 1, list->n);
    add_head(t, indent, head);
    add_type(t, f->type, (const char *)list->items + i * f->type->size, indent + 2);
  }
}

static void add_field(struct wid_text *t, const struct aws_field *f, const char *name,
                      const void *at, int indent) {
  char buf[64];
  switch (f->kind) {
  case AWS_KIND_STRUCT:
    add_head(t, indent, name);
    add_type(t, f->type, at, indent + 2);
    break;
  case AWS_KIND_LIST:
    add_list(t, indent, name, f, at);
    break;
  case AWS_KIND_STRS:
    add_scalars(t, indent, name, AWS_KIND_STR, sizeof(struct aws_str), at);
    break;
  case AWS_KIND_DOUBLES:
    add_scalars(t, indent, name, AWS_KIND_DOUBLE, sizeof(double), at);
    break;
  case AWS_KIND_TIMES:
    add_scalars(t, indent, name, AWS_KIND_TIME, sizeof(aws_ms), at);
    break;
  case AWS_KIND_MAP:
    add_map(t, indent, name, at);
    break;
  default:
    add_pair(t, indent, name, scalar(f->kind, at, buf));
    break;
  }
}

/* "A/B/c" is c in the group A/B; XML's "Aliases/Items" is Aliases. */
struct place {
  char group[128], name[128];
};

static struct place place_of(const char *path) {
  struct place at = {"", ""};
  snprintf(at.group, sizeof at.group, "%s", path);
  size_t n = strlen(at.group);
  if (n > 6 && strcmp(at.group + n - 6, "/Items") == 0)
    at.group[n - 6] = '\0';
  char *slash = strrchr(at.group, '/');
  snprintf(at.name, sizeof at.name, "%s", slash ? slash + 1 : at.group);
  *(slash ? slash : at.group) = '\0';
  return at;
}

static void add_type(struct wid_text *t, const struct aws_type *type, const void *item,
                     int indent) {
  struct place last = {"", ""};
  if (indent > INDENT_MAX)
    return;
  for (size_t i = 0; i < type->nfields; i++) {
    const struct aws_field *f = &type->fields[i];
    struct place at = place_of(f->path);
    if (!aws_has(item, i))
      continue;
    if (at.group[0] && strcmp(at.group, last.group) != 0)
      add_head(t, indent, at.group);
    add_field(t, f, at.name, (const char *)item + f->offset, indent + (at.group[0] ? 2 : 0));
    last = at;
  }
}

void tui_fields_add(struct wid_text *t, const struct aws_type *type, const void *item) {
  add_type(t, type, item, 0);
}

/* ---- the raw reply --------------------------------------------------------------------------- */

#define RAW_MAX ((size_t)4 << 20)

static void new_line(struct aws_buf *out, int depth) {
  aws_buf_add_char(out, '\n');
  for (int i = 0; i < depth && i < 40; i++)
    aws_buf_add_c(out, "  ");
}

/* Where the text ends that begins with the quote at s[i]. */
static size_t skip_quoted(struct aws_str s, size_t i) {
  for (i++; i < s.n && s.p[i] != '"'; i++)
    if (s.p[i] == '\\')
      i++;
  return i < s.n ? i + 1 : s.n;
}

/* Adds an opening bracket; one that is closed at once stays on its line. Returns where to go on. */
static size_t open_bracket(struct aws_buf *out, struct aws_str s, size_t i, int *depth) {
  size_t next = i + 1;
  aws_buf_add_char(out, s.p[i]);
  while (next < s.n && strchr(" \t\r\n", s.p[next]))
    next++;
  if (next < s.n && (s.p[next] == '}' || s.p[next] == ']')) {
    aws_buf_add_char(out, s.p[next]);
    return next + 1;
  }
  new_line(out, ++*depth);
  return i + 1;
}

static void indent_json(struct aws_buf *out, struct aws_str s) {
  int depth = 0;
  for (size_t i = 0; i < s.n;) {
    char c = s.p[i];
    if (c == '"') {
      size_t end = skip_quoted(s, i);
      aws_buf_add(out, s.p + i, end - i);
      i = end;
      continue;
    }
    if (c == '{' || c == '[') {
      i = open_bracket(out, s, i, &depth);
      continue;
    }
    i++;
    if (strchr(" \t\r\n", c))
      continue;
    if (c == '}' || c == ']')
      new_line(out, --depth);
    aws_buf_add_char(out, c);
    if (c == ',')
      new_line(out, depth);
    else if (c == ':')
      aws_buf_add_char(out, ' ');
  }
}

/* Bytes of white space at s[i] that end at a tag: between tags, not text. */
static size_t blank_before_tag(struct aws_str s, size_t i) {
  size_t n = 0;
  while (i + n < s.n && strchr(" \t\r\n", s.p[i + n]))
    n++;
  return n && (i + n == s.n || s.p[i + n] == '<') ? n : 0;
}

static void indent_xml(struct aws_buf *out, struct aws_str s) {
  int depth = 0;
  bool after_open = false;
  for (size_t i = 0; i < s.n; i++) {
    if (i && s.p[i - 1] == '>')
      i += blank_before_tag(s, i);
    if (i >= s.n)
      break;
    bool tag = s.p[i] == '<', closing = tag && i + 1 < s.n && s.p[i + 1] == '/';
    if (closing)
      depth--;
    if (tag && out->n && !(closing && after_open))
      new_line(out, depth);
    if (tag && !closing && i + 1 < s.n && s.p[i + 1] != '?')
      depth++;
    if (tag)
      after_open = !closing;
    if (s.p[i] == '/' && i + 1 < s.n && s.p[i + 1] == '>')
      depth--;
    aws_buf_add_char(out, s.p[i]);
  }
}

/* Line by line: what wraps stands in a little from where the line began. */
static void add_lines(struct wid_text *t, struct aws_str text) {
  while (text.n) {
    struct aws_str line = aws_str_split(&text, '\n');
    int lead = 0;
    while ((size_t)lead < line.n && line.p[lead] == ' ')
      lead++;
    wid_text_add_lines(t, WID_NORMAL, lead + 4, (struct wid_str){line.p, line.n});
  }
}

void tui_fields_indent(struct aws_buf *out, struct aws_str raw) {
  struct aws_str s = aws_str_trim(raw);
  if (s.n && s.p[0] == '<')
    indent_xml(out, s);
  else
    indent_json(out, s);
}

void tui_fields_add_raw(struct wid_text *t, struct aws_str raw) {
  struct aws_buf out;
  aws_buf_init(&out, RAW_MAX);
  tui_fields_indent(&out, raw);
  add_lines(t, aws_buf_str(&out));
  if (out.failed)
    wid_text_addf(t, WID_WARN, "The reply is longer than can be shown here.");
  aws_buf_wipe_done(&out);
}
