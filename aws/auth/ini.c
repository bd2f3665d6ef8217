#include "aws/auth/ini.h"

#include "aws/auth/words.h"

#include <stdlib.h>
#include <strings.h>

/* Where the reading is. */
struct reader {
  struct aws_ini *ini;
  bool credentials;
  const char *path;
  unsigned line;
  struct aws_error *err;
  bool in_section, in_prop;
  size_t indent;             /* of the line that is read */
  size_t prop_indent;        /* of the property: what stands further in belongs to it */
  size_t section;            /* index; meaningless while `ignored` */
  bool ignored;              /* the section is not for us */
  struct aws_ini_prop *prop; /* NULL: the property is ignored */
  bool nested;               /* the property began empty: a block of sub-properties */
};

static bool fail(struct reader *r, const char *what) {
  aws_error_set(r->err, AWS_E_CONFIG, "%s, line %u: %s", r->path, r->line, what);
  return false;
}

static bool no_memory(struct reader *r) {
  aws_error_set(r->err, AWS_E_MEMORY, "%s: no memory to read it", r->path);
  return false;
}

static bool blank(char c) {
  return c == ' ' || c == '\t';
}

static bool comment(char c) {
  return c == '#' || c == ';';
}

static char *dup_str(struct aws_str s, bool lower) {
  char *p = aws_calloc(s.n + 1, 1);
  for (size_t i = 0; p && i < s.n; i++)
    p[i] = (char)(lower && s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + ('a' - 'A') : s.p[i]);
  return p;
}

static bool is_key(struct aws_str s, const char *key) {
  return s.n == strlen(key) && strncasecmp(s.p, key, s.n) == 0;
}

/* ---- sections -------------------------------------------------------------------------------- */

static bool all_of(struct aws_str s, const char *extra) {
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alnum && (c == '\0' || !strchr(extra, c)))
      return false;
  }
  return s.n > 0;
}

/* The part after "word" and white space; {NULL, 0} when s does not begin so. */
static struct aws_str after_word(struct aws_str s, const char *word) {
  size_t n = strlen(word);
  if (!aws_str_starts(s, word) || s.n == n || !blank(s.p[n]))
    return (struct aws_str){0};
  return aws_str_trim((struct aws_str){s.p + n, s.n - n});
}

/* What stands before the name in the config file. */
static bool take_kind(struct aws_str *name, enum aws_ini_kind *kind) {
  static const struct {
    const char *word;
    enum aws_ini_kind kind;
  } words[] = {{"profile", AWS_INI_PROFILE},
               {"sso-session", AWS_INI_SSO_SESSION},
               {"services", AWS_INI_SERVICES}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    struct aws_str rest = after_word(*name, words[i].word);
    if (!rest.p)
      continue;
    *kind = words[i].kind;
    *name = rest;
    return true;
  }
  return false;
}

/* The one word that a shell would read there, without its quotes; *w holds it. */
static bool take_word(struct reader *r, struct aws_str *name, struct aws_words *w, bool *ok) {
  struct aws_error err = {0};
  if (aws_words_split(w, *name, &err)) {
    *name = aws_str_from(w->word[0]);
    return w->n == 1;
  }
  *ok = err.code != AWS_E_MEMORY || no_memory(r);
  return false;
}

static bool is_name(struct aws_str s) {
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
      return false;
  return s.n > 0;
}

/* The AWS CLI writes [profile 'my team'] into the one file and [my team] into the other one, and
 * reads [profile a=b]; the format knows only the first. False: the section is not for us, or there
 * is no memory (then *ok is false, too). */
static bool classify(struct reader *r, struct aws_str *name, struct aws_words *w,
                     struct aws_ini_section *out, bool *ok) {
  out->kind = AWS_INI_PROFILE;
  out->prefixed = !r->credentials && !aws_str_eq_c(*name, "default");
  if (out->prefixed && !take_kind(name, &out->kind))
    return false;
  size_t written = name->n;
  bool quoted = name->n > 0 && (name->p[0] == '"' || name->p[0] == '\'');
  if ((out->prefixed || quoted) && !take_word(r, name, w, ok))
    return false;
  out->aside = name->n == written && !all_of(*name, "-_/.%@:+");
  return is_name(*name);
}

static bool add_section(struct reader *r, struct aws_ini_section *s, struct aws_str name) {
  struct aws_ini *ini = r->ini;
  for (r->section = 0; r->section < ini->n; r->section++) {
    struct aws_ini_section *known = &ini->sections[r->section];
    if (known->kind != s->kind || known->prefixed != s->prefixed ||
        !aws_str_eq_c(name, known->name))
      continue;
    known->aside = known->aside && s->aside;
    return true;
  }
  s->name = dup_str(name, false);
  if (!s->name || !aws_grow(&ini->sections, &ini->cap, ini->n + 1, sizeof *ini->sections)) {
    free(s->name);
    return no_memory(r);
  }
  ini->sections[ini->n++] = *s;
  return true;
}

/* The ']' that is in no quotes; where a quote stays open, the first one. */
static const char *header_end(struct aws_str line) {
  char quote = '\0';
  for (size_t i = 0; i < line.n; i++) {
    if (line.p[i] == ']' && !quote)
      return line.p + i;
    if (quote ? line.p[i] == quote : line.p[i] == '"' || line.p[i] == '\'')
      quote = quote ? '\0' : line.p[i];
  }
  return memchr(line.p, ']', line.n);
}

static bool begin_section(struct reader *r, struct aws_str line) {
  const char *end = header_end(line);
  if (!end)
    return fail(r, "Profile definition must end with ']'");
  struct aws_str name = aws_str_trim((struct aws_str){line.p + 1, (size_t)(end - line.p) - 1});
  struct aws_ini_section s = {0};
  struct aws_words w = {.text = NULL};
  bool ok = true;
  r->in_section = true;
  r->in_prop = false;
  r->ignored = !classify(r, &name, &w, &s, &ok);
  ok = ok && (r->ignored || add_section(r, &s, name));
  aws_words_done(&w);
  return ok;
}

/* ---- properties ------------------------------------------------------------------------------ */

/* "value # words": the comment needs white space before it, or it belongs to the value. In a
 * command line it stands in no quotes either. */
static struct aws_str cut_comment(struct aws_str v, bool command) {
  char quote = '\0';
  for (size_t i = 0; i < v.n; i++) {
    char c = v.p[i];
    if (command && c == '\\' && quote != '\'')
      i++;
    else if (quote)
      quote = c == quote ? '\0' : quote;
    else if (command && (c == '"' || c == '\''))
      quote = c;
    else if (comment(c) && (i == 0 || blank(v.p[i - 1])))
      return aws_str_trim((struct aws_str){v.p, i});
  }
  return aws_str_trim(v);
}

static bool set_prop(struct reader *r, struct aws_str key, struct aws_str value) {
  struct aws_ini_section *s = &r->ini->sections[r->section];
  char *name = dup_str(key, true);
  if (!name)
    return no_memory(r);
  r->prop = NULL;
  for (size_t i = 0; i < s->n && !r->prop; i++)
    if (strcmp(s->props[i].key, name) == 0)
      r->prop = &s->props[i];
  if (r->prop) { /* the last one wins */
    free(name);
    aws_buf_wipe_done(&r->prop->value);
  } else {
    if (!aws_grow(&s->props, &s->cap, s->n + 1, sizeof *s->props)) {
      free(name);
      return no_memory(r);
    }
    r->prop = &s->props[s->n++];
    r->prop->key = name;
    aws_buf_init(&r->prop->value, AWS_INI_MAX_BYTES);
  }
  return aws_buf_add(&r->prop->value, value.p ? value.p : "", value.n) || no_memory(r);
}

static bool begin_prop(struct reader *r, struct aws_str line) {
  if (!r->in_section)
    return fail(r, "Expected a profile definition");
  struct aws_str value = line, key = aws_str_trim(aws_str_split(&value, '='));
  if (!value.p)
    return fail(r, r->indent ? "Expected a property definition, found continuation"
                             : "Expected an '=' sign defining a property");
  if (key.n == 0)
    return fail(r, "Property did not have a name");
  value = cut_comment(value, is_key(key, "credential_process"));
  r->in_prop = true;
  r->prop_indent = r->indent;
  r->nested = value.n == 0;
  r->prop = NULL;
  if (r->ignored || !all_of(key, "-_"))
    return true;
  return set_prop(r, key, value);
}

static bool continue_prop(struct reader *r, struct aws_str line) {
  if (r->nested) {
    struct aws_str value = line, key = aws_str_trim(aws_str_split(&value, '='));
    if (!value.p)
      return fail(r, "Expected an '=' sign defining a sub-property");
    if (key.n == 0)
      return fail(r, "Sub-property did not have a name");
  }
  if (!r->prop)
    return true;
  return (aws_buf_add_char(&r->prop->value, '\n') && aws_buf_add_str(&r->prop->value, line)) ||
         no_memory(r);
}

/* ---- the whole file -------------------------------------------------------------------------- */

static void section_done(struct aws_ini_section *s) {
  for (size_t i = 0; i < s->n; i++) {
    free(s->props[i].key);
    aws_buf_wipe_done(&s->props[i].value);
  }
  free(s->props);
  free(s->name);
}

void aws_ini_done(struct aws_ini *ini) {
  for (size_t i = 0; i < ini->n; i++)
    section_done(&ini->sections[i]);
  free(ini->sections);
  *ini = (struct aws_ini){0};
}

/* [profile default] in the config file beats [default] whole, wherever it stands. */
static void drop_plain_default(struct aws_ini *ini) {
  size_t plain = ini->n;
  bool prefixed = false;
  for (size_t i = 0; i < ini->n; i++) {
    if (ini->sections[i].kind != AWS_INI_PROFILE || strcmp(ini->sections[i].name, "default") != 0)
      continue;
    if (ini->sections[i].prefixed)
      prefixed = true;
    else
      plain = i;
  }
  if (!prefixed || plain == ini->n)
    return;
  section_done(&ini->sections[plain]);
  ini->sections[plain] = ini->sections[--ini->n];
}

/* Blank lines and remarks count for nothing, wherever they begin. A line that stands further in
 * than the property before it continues that one; any other line begins something, however far in
 * it stands. */
static bool read_line(struct reader *r, struct aws_str line) {
  r->indent = 0;
  while (r->indent < line.n && blank(line.p[r->indent]))
    r->indent++;
  line = aws_str_trim(line);
  if (line.n == 0 || comment(line.p[0]))
    return true;
  if (r->in_prop && r->indent > r->prop_indent)
    return continue_prop(r, line);
  return line.p[0] == '[' ? begin_section(r, line) : begin_prop(r, line);
}

bool aws_ini_parse(struct aws_ini *ini, bool credentials, struct aws_str text, const char *path,
                   struct aws_error *err) {
  struct reader r = {.ini = ini, .credentials = credentials, .path = path, .err = err};
  while (text.n > 0) {
    struct aws_str line = aws_str_split(&text, '\n');
    r.line++;
    if (!read_line(&r, line))
      return false;
  }
  drop_plain_default(ini);
  return true;
}

const struct aws_ini_section *aws_ini_find(const struct aws_ini *ini, enum aws_ini_kind kind,
                                           struct aws_str name) {
  for (size_t i = 0; i < ini->n; i++)
    if (ini->sections[i].kind == kind && aws_str_eq_c(name, ini->sections[i].name))
      return &ini->sections[i];
  return NULL;
}

struct aws_str aws_ini_get(const struct aws_ini_section *s, struct aws_str key) {
  for (size_t i = 0; s && i < s->n; i++)
    if (aws_str_eq_c(key, s->props[i].key))
      return aws_buf_str(&s->props[i].value);
  return (struct aws_str){0};
}

struct aws_str aws_ini_get_sub(const struct aws_ini_section *s, struct aws_str key,
                               struct aws_str sub) {
  struct aws_str block = aws_ini_get(s, key);
  while (block.n > 0) {
    struct aws_str value = aws_str_split(&block, '\n'), name = aws_str_split(&value, '=');
    if (value.p && aws_str_eq(aws_str_trim(name), sub))
      return aws_str_trim(value);
  }
  return (struct aws_str){0};
}
