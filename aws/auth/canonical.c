#include "aws/auth/canonical.h"

#include <stdlib.h>

static char lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* ---- path ------------------------------------------------------------------------------------ */

/* Drops "." and empty segments and resolves "..", as RFC 3986 5.2.4 does, but for "//", which AWS
 * collapses. Works in place on the text from `start` on. */
static void normalize(struct aws_buf *b, size_t start) {
  if (b->failed || b->n == start)
    return;
  bool trailing = b->p[b->n - 1] == '/';
  struct aws_str rest = {b->p + start, b->n - start};
  size_t to = start; /* never passes the segment that is being read */
  while (rest.n > 0) {
    struct aws_str seg = aws_str_split(&rest, '/');
    if (seg.n == 0 || aws_str_eq_c(seg, "."))
      continue;
    if (aws_str_eq_c(seg, "..")) {
      while (to > start && b->p[--to] != '/')
        ;
      continue;
    }
    b->p[to++] = '/';
    memmove(b->p + to, seg.p, seg.n);
    to += seg.n;
  }
  if (to == start || trailing)
    b->p[to++] = '/';
  b->n = to;
  b->p[to] = '\0';
}

void aws_canonical_path(struct aws_buf *out, struct aws_str path,
                        const struct aws_sign_config *cfg) {
  size_t start = out->n;
  if (path.n == 0 || path.p[0] != '/')
    aws_buf_add_char(out, '/');
  if (cfg->s3) {
    aws_buf_add_str(out, path);
    return;
  }
  aws_buf_add_uri(out, path, true);
  if (!cfg->no_normalize)
    normalize(out, start);
}

/* ---- query ----------------------------------------------------------------------------------- */

struct param {
  size_t at, nkey, nvalue;   /* in the scratch buffer, value right after key */
  struct aws_str key, value; /* the same, once the buffer grows no more */
};

static int param_cmp(const void *a, const void *b) {
  const struct param *x = a, *y = b;
  int c = aws_str_cmp(x->key, y->key);
  return c != 0 ? c : aws_str_cmp(x->value, y->value);
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes %XX and encodes again, so that every spelling of a byte becomes the canonical one. */
static void add_recoded(struct aws_buf *out, struct aws_str s) {
  size_t run = 0;
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] != '%' || i + 2 >= s.n || hex_digit(s.p[i + 1]) < 0 || hex_digit(s.p[i + 2]) < 0)
      continue;
    aws_buf_add_uri(out, (struct aws_str){s.p + run, i - run}, false);
    char c = (char)(hex_digit(s.p[i + 1]) * 16 + hex_digit(s.p[i + 2]));
    aws_buf_add_uri(out, (struct aws_str){&c, 1}, false);
    i += 2;
    run = i + 1;
  }
  if (run < s.n)
    aws_buf_add_uri(out, (struct aws_str){s.p + run, s.n - run}, false);
}

bool aws_canonical_query(struct aws_buf *out, struct aws_str query) {
  if (query.n == 0)
    return true;
  size_t max = 1;
  for (size_t i = 0; i < query.n; i++)
    max += query.p[i] == '&';
  if (max > AWS_SIGN_PARAMS_MAX)
    return false;
  struct param *params = aws_calloc(max, sizeof *params);
  if (!params)
    return false;
  struct aws_buf text;
  aws_buf_init(&text, 3 * query.n + 1);
  size_t n = 0;
  while (query.n > 0) {
    struct aws_str value = aws_str_split(&query, '&');
    if (value.n == 0)
      continue;
    struct aws_str key = aws_str_split(&value, '=');
    struct param *p = &params[n++];
    p->at = text.n;
    add_recoded(&text, key);
    p->nkey = text.n - p->at;
    add_recoded(&text, value);
    p->nvalue = text.n - p->at - p->nkey;
  }
  bool ok = aws_buf_add_c(&text, ""); /* text.p is there even when all is empty */
  for (size_t i = 0; ok && i < n; i++) {
    params[i].key = (struct aws_str){text.p + params[i].at, params[i].nkey};
    params[i].value = (struct aws_str){text.p + params[i].at + params[i].nkey, params[i].nvalue};
  }
  if (ok)
    qsort(params, n, sizeof *params, param_cmp);
  for (size_t i = 0; ok && i < n; i++) {
    if (i > 0)
      aws_buf_add_char(out, '&');
    aws_buf_add_str(out, params[i].key);
    aws_buf_add_char(out, '=');
    aws_buf_add_str(out, params[i].value);
  }
  aws_buf_wipe_done(&text); /* a presigned query holds the session token */
  free(params);
  return ok;
}

/* ---- headers --------------------------------------------------------------------------------- */

/* Like strcmp of the lower-cased names. */
static int name_cmp(struct aws_str a, struct aws_str b) {
  size_t n = a.n < b.n ? a.n : b.n;
  for (size_t i = 0; i < n; i++) {
    int d = (unsigned char)lower(a.p[i]) - (unsigned char)lower(b.p[i]);
    if (d != 0)
      return d;
  }
  return a.n < b.n ? -1 : a.n > b.n;
}

bool aws_canonical_header_add(struct aws_canonical_headers *h, struct aws_str name,
                              struct aws_str value) {
  if (h->n == AWS_SIGN_HEADERS_MAX)
    return false;
  size_t at = h->n;
  while (at > 0 && name_cmp(h->list[at - 1].name, name) > 0)
    at--;
  memmove(&h->list[at + 1], &h->list[at], (h->n - at) * sizeof h->list[0]);
  h->list[at] = (struct aws_http_header){name, value};
  h->n++;
  return true;
}

static void add_name(struct aws_buf *out, struct aws_str name) {
  size_t at = out->n;
  if (!aws_buf_add_str(out, name))
    return;
  for (; at < out->n; at++)
    out->p[at] = lower(out->p[at]);
}

/* White space at both ends goes, each run inside becomes one space, within quotes too. */
static void add_value(struct aws_buf *out, struct aws_str v) {
  v = aws_str_trim(v);
  if (v.n == 0)
    return;
  size_t run = 0;
  for (size_t i = 0; i < v.n; i++) {
    if (!blank(v.p[i]) || (v.p[i] == ' ' && !blank(v.p[i + 1])))
      continue; /* the last character is never blank, so i + 1 is within */
    aws_buf_add(out, v.p + run, i - run);
    aws_buf_add_char(out, ' ');
    while (blank(v.p[i + 1]))
      i++;
    run = i + 1;
  }
  aws_buf_add(out, v.p + run, v.n - run);
}

static bool repeats(const struct aws_canonical_headers *h, size_t i) {
  const struct aws_http_header *at = h->list + i;
  return i > 0 && name_cmp(at[-1].name, at->name) == 0;
}

void aws_canonical_headers(struct aws_buf *out, const struct aws_canonical_headers *h) {
  for (size_t i = 0; i < h->n; i++) {
    if (repeats(h, i)) {
      aws_buf_add_char(out, ',');
    } else {
      if (i > 0)
        aws_buf_add_char(out, '\n');
      add_name(out, h->list[i].name);
      aws_buf_add_char(out, ':');
    }
    add_value(out, h->list[i].value);
  }
  aws_buf_add_char(out, '\n');
}

void aws_canonical_signed_headers(struct aws_buf *out, const struct aws_canonical_headers *h) {
  for (size_t i = 0; i < h->n; i++) {
    if (repeats(h, i))
      continue;
    if (i > 0)
      aws_buf_add_char(out, ';');
    add_name(out, h->list[i].name);
  }
}
