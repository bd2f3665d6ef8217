#include "config.h"

#include "weather_board.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMELINE "6 Timeline"
#define CUT "\xe2\x80\xa6"  /* … */
#define LINE "\xe2\x94\x80" /* ─ */

/* ---- boxes ----------------------------------------------------------------------------------- */

static bool fits(const char *text, const char *regex) {
  regex_t re;
  if (regcomp(&re, regex, REG_EXTENDED | REG_NOSUB) != 0)
    return false;
  bool found = regexec(&re, text, 0, NULL, 0) == 0;
  regfree(&re);
  return found;
}

/* A piece of a frame: its left or right end in some line. */
static size_t frame_piece(const char *at) {
  static const char *const pieces[] = {"│", "┌", "┐", "└", "┘", "├", "┤"};
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
    if (!strncmp(at, pieces[i], strlen(pieces[i])))
      return strlen(pieces[i]);
  return 0;
}

/* What stands behind the k-th piece of frames in a line, up to the next one. Wide characters shift
 * columns, so pieces are counted. */
static bool inside(const char *line, size_t k, char *out, size_t size) {
  size_t at = 0, n = 0;
  for (const char *p = line; *p && *p != '\n'; p++) {
    size_t piece = frame_piece(p);
    if (piece && at++ == k + 1)
      break;
    if (!piece && at == k + 1 && n + 1 < size)
      out[n++] = *p;
    p += piece ? piece - 1 : 0;
  }
  while (n && out[n - 1] == ' ')
    n--;
  out[n] = '\0';
  return at > k;
}

struct box {
  const char *top; /* the line of its title */
  size_t k;        /* pieces of frames before its left end there */
};

static const char *next_line(const char *line) {
  const char *end = strchr(line, '\n');
  return end && end[1] ? end + 1 : NULL;
}

static bool find(const char *text, const char *title, struct box *b) {
  char top[64];
  snprintf(top, sizeof top, "┌ %s ", title);
  const char *at = strstr(text, top);
  if (!at)
    return false;
  b->top = at;
  while (b->top > text && b->top[-1] != '\n')
    b->top--;
  b->k = 0;
  for (const char *p = b->top; p < at; p++)
    if (frame_piece(p))
      b->k++;
  return true;
}

/* Its next line; NULL: that was its last. */
static const char *step(const struct box *b, const char *line, char *out, size_t size) {
  line = next_line(line);
  if (!line || !inside(line, b->k, out, size) || !strncmp(out, LINE LINE, 6))
    return NULL;
  return line;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void take_out(char *text, const char *regex) {
  regex_t re;
  regmatch_t m;
  if (!regex || regcomp(&re, regex, REG_EXTENDED) != 0)
    return;
  while (regexec(&re, text, 1, &m, 0) == 0 && m.rm_eo > m.rm_so)
    memmove(text + m.rm_so, text + m.rm_eo, strlen(text + m.rm_eo) + 1);
  regfree(&re);
}

static void fold(char *text) {
  char *to = text;
  for (const char *p = text; *p; p++)
    if (*p != ' ' || (to > text && to[-1] != ' '))
      *to++ = *p;
  while (to > text && to[-1] == ' ')
    to--;
  *to = '\0';
}

static bool is_cursor(const char *row) {
  return !strncmp(row, "▸", strlen("▸"));
}

static bool is_head(const char *row, const struct board_pane *p) {
  return !strncmp(row, "  ", 2) && !strncmp(row + 2, p->head, strlen(p->head));
}

/* "3 ECS services ─ shop-prod, 10 tasks ───── now": what stands left and right of the last line. */
static void split_title(const char *line, struct board_box *out) {
  const char *begin = line, *end = line;
  for (const char *p = line; (p = strstr(p, LINE)); p += strlen(LINE)) {
    begin = p != end || end == line ? p : begin;
    end = p + strlen(LINE);
  }
  if (end == line && (begin = strstr(line, "  "))) /* there was no room for one */
    end = begin;
  begin = begin ? begin : line + strlen(line);
  snprintf(out->title, sizeof out->title, "%.*s", (int)(begin - line), line);
  snprintf(out->status, sizeof out->status, "%s", end);
  fold(out->title);
  fold(out->status);
}

static void add(char *to, const char *text) {
  const size_t n = strlen(to);
  snprintf(to + n, BOARD_TEXT - n, "%s%s", n ? " " : "", text);
}

bool board_read(const char *text, const struct board_pane *p, struct board_box *out) {
  struct box b;
  char row[BOARD_TEXT];
  memset(out, 0, sizeof *out);
  if (!find(text, p->title, &b) || !inside(b.top, b.k, row, sizeof row))
    return false;
  split_title(row, out);
  const char *line = step(&b, b.top, row, sizeof row);
  for (; line && !is_head(row, p); line = step(&b, line, row, sizeof row)) {
    fold(row);
    add(out->says, row);
  }
  out->there = line != NULL;
  while (line && (line = step(&b, line, row, sizeof row)) && row[0] && out->n < BOARD_ROWS) {
    char *to = out->rows[out->n++];
    snprintf(to, BOARD_TEXT, "%s", is_cursor(row) ? row + strlen("▸") : row);
    fold(to);
    take_out(to, p->varies);
    take_out(to, " [0-9]+[smhd]$"); /* ages go on */
    take_out(to, " [0-9]+[smhd] ");
    fold(to);
  }
  return out->there;
}

bool board_marked(const struct board_box *b) {
  return fits(b->status, "(old|now|not read yet), (next try in [0-9]+[sm]|trying again)");
}

long board_age(const struct board_box *b) {
  const char *at = b->status + strcspn(b->status, "0123456789n");
  char unit = 's';
  int n = 0;
  if (!strcmp(at, "now"))
    return 0;
  /* NOLINTNEXTLINE(cert-err34-c): the program's own number */
  if (!strstr(at, " ago") || sscanf(at, "%d%c", &n, &unit) != 2)
    return -1;
  return unit == 's' ? n : unit == 'm' ? n * 60L : -1;
}

#define UNKNOWN " ? " /* what is not understood is shown, as that */

static bool is_same(const char *a, const char *b) {
  const char *x = strstr(a, CUT), *y = strstr(b, CUT);
  if (!x && !y)
    return !strcmp(a, b);
  const size_t n = x ? (size_t)(x - a) : strlen(a), m = y ? (size_t)(y - b) : strlen(b);
  return !strncmp(a, b, x && y ? (n < m ? n : m) : x ? n : m);
}

/* Up to the first character that is none of AWS's, or that stands for one that is none: a state
 * that goes on so is one that nobody knows. */
static bool begins_as(const char *a, const char *b) {
  static const char *const odd[] = {"\xef\xbf\xbd", "\xe2\x90\x9b", CUT, UNKNOWN};
  size_t n = strlen(b);
  for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
    const char *at = strstr(b, odd[i]);
    n = at && (size_t)(at - b) < n ? (size_t)(at - b) : n;
  }
  return n && !strncmp(a, b, n);
}

const char *board_differs(const struct board_box *good, const struct board_box *b,
                          enum board_same how) {
  if (b->n < good->n || (b->n > good->n && how == BOARD_EXACT))
    return b->n > good->n ? b->rows[good->n] : "a row is gone";
  for (size_t i = 0; i < b->n; i++) {
    bool found = how == BOARD_NAMES && b->n > good->n && strstr(b->rows[i], UNKNOWN);
    for (size_t k = 0; k < good->n && !found; k++)
      found = how == BOARD_NAMES
                  ? begins_as(good->rows[k], b->rows[i]) || is_same(good->rows[k], b->rows[i])
                  : k == i && is_same(good->rows[k], b->rows[i]);
    if (!found)
      return b->rows[i];
  }
  return NULL;
}

/* ---- the timeline ---------------------------------------------------------------------------- */

bool board_tale(const char *text, struct board_tale *out) {
  struct box b;
  char row[BOARD_TEXT];
  out->n = 0;
  if (!find(text, TIMELINE, &b))
    return false;
  for (const char *line = b.top; (line = step(&b, line, row, sizeof row));) {
    const char *from = is_cursor(row) ? row + strlen("▸") : row + (row[0] == ' ');
    const bool begins = from[0] && fits(from, "^ ?[0-9]");
    if (begins && out->n < BOARD_ROWS)
      snprintf(out->events[out->n++], BOARD_TEXT, "%s", from);
    else if (out->n && !begins)
      add(out->events[out->n - 1], from);
  }
  for (size_t i = 0; i < out->n; i++)
    fold(out->events[i]);
  return true;
}

const char *board_news(const struct board_tale *a, const struct board_tale *b, const char *known) {
  for (size_t i = 0; i < b->n; i++) {
    bool found = fits(b->events[i], known);
    for (size_t k = 0; k < a->n && !found; k++)
      found = !strcmp(a->events[k], b->events[i]);
    if (!found)
      return b->events[i];
  }
  return NULL;
}
