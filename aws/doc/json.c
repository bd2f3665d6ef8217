/* JSON: cJSON parses straight into an arena, through its allocation hooks. */
#include "config.h"

#include "aws/doc.h"

#include <stdlib.h>

/* The arena that the hooks draw from. cJSON's hooks take no argument, so this has to be one
 * variable; it is set only while a parse is under way (one thread). */
static struct aws_arena *hook_arena;
static bool hook_failed;

static void *hook_malloc(size_t n) {
  /* Everything that is not a node is text, which needs no alignment. */
  void *p = aws_arena_alloc_raw(hook_arena, n, n == sizeof(cJSON) ? _Alignof(cJSON) : 1);
  hook_failed = hook_failed || !p;
  return p;
}

static void hook_free(void *p) {
  (void)p; /* goes with the arena */
}

/* ---- built by hand --------------------------------------------------------------------------- */

static bool lost;

static void *noting_malloc(size_t n) {
  void *p = malloc(n);
  lost = lost || !p;
  return p;
}

void aws_json_watch(void) {
  cJSON_Hooks hooks = {noting_malloc, free};
  cJSON_InitHooks(&hooks);
}

bool aws_json_lost(void) {
  bool was = lost;
  lost = false;
  return was;
}

void aws_json_add(cJSON *to, const char *name, cJSON *item) {
  bool ok = name ? cJSON_AddItemToObject(to, name, item) : cJSON_AddItemToArray(to, item);
  if (!ok)
    cJSON_Delete(item);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* cJSON gives up at 1,000 levels, which is where the stack is safe; an answer never comes near our
 * own limit. Walks the tree without recursion: siblings first, containers are left by a stack
 * of 64. */
static bool within_depth(const cJSON *root) {
  const cJSON *up[AWS_DOC_DEPTH_MAX];
  size_t depth = 0;
  const cJSON *node = root;

  while (node) {
    if (node->child) {
      if (depth == AWS_DOC_DEPTH_MAX)
        return false;
      up[depth++] = node;
      node = node->child;
      continue;
    }
    while (node && !node->next)
      node = depth ? up[--depth] : NULL;
    if (node)
      node = node->next;
  }
  return true;
}

static bool escaped(const char *start, const char *backslash) {
  size_t before = 0;
  while (backslash - before > start && backslash[-1 - (ptrdiff_t)before] == '\\')
    before++;
  return before % 2 == 1;
}

static const char *find_nul_escape(const char *p, const char *end) {
  static const char nul[] = "\\u0000";
  while (end - p >= 6 && (p = memchr(p, '\\', (size_t)(end - p - 5))) != NULL) {
    if (memcmp(p, nul, 6) == 0)
      return p;
    p++;
  }
  return NULL;
}

/* cJSON's strings end at a NUL, so \u0000 would silently cut the rest off: U+FFFD takes its place,
 * in a copy. NULL: no memory. Answers that have one are next to unknown, so most pay for one
 * search. */
static const char *without_nul_escapes(struct aws_arena *a, const char *p, size_t n) {
  const char *hit = find_nul_escape(p, p + n);
  if (!hit)
    return p;
  char *copy = aws_arena_alloc_raw(a, n, 1);
  if (!copy)
    return NULL;
  memcpy(copy, p, n);
  for (; hit; hit = find_nul_escape(hit + 6, p + n))
    if (!escaped(p, hit))
      memcpy(copy + (hit - p), "\\uFFFD", 6);
  return copy;
}

static cJSON *parse_in_arena(struct aws_arena *a, const char *p, size_t n, const char **end) {
  cJSON_Hooks hooks = {hook_malloc, hook_free};

  hook_arena = a;
  hook_failed = false;
  cJSON_InitHooks(&hooks);
  cJSON *root = cJSON_ParseWithLengthOpts(p, n, end, false);
  aws_json_watch();
  hook_arena = NULL;
  return root;
}

cJSON *aws_json_parse(struct aws_arena *a, const char *p, size_t n, struct aws_error *err) {
  const char *end = NULL;

  if (n == 0) {
    aws_error_set(err, AWS_E_BODY, "the answer is empty where JSON was expected");
    return NULL;
  }
  if (memchr(p, '\0', n)) {
    aws_error_set(err, AWS_E_BODY, "the answer is not JSON: it holds a NUL byte");
    return NULL;
  }
  const char *text = without_nul_escapes(a, p, n);
  cJSON *root = text ? parse_in_arena(a, text, n, &end) : NULL;
  if (!text || hook_failed) {
    aws_error_set(err, AWS_E_MEMORY,
                  "the answer of %zu bytes needs more memory than the %zu allowed", n, a->max);
    return NULL;
  }
  if (!root) {
    aws_error_set(err, AWS_E_BODY, "the answer is not JSON: cannot be read at byte %zu of %zu",
                  end && end >= text && end <= text + n ? (size_t)(end - text) : 0, n);
    return NULL;
  }
  struct aws_str rest = aws_str_trim((struct aws_str){end, n - (size_t)(end - text)});
  if (rest.n) {
    aws_error_set(err, AWS_E_BODY, "the answer goes on after its JSON ended, at byte %zu of %zu",
                  (size_t)(rest.p - text), n);
    return NULL;
  }
  if (!within_depth(root)) {
    aws_error_set(err, AWS_E_BODY, "the answer is nested deeper than %d levels", AWS_DOC_DEPTH_MAX);
    return NULL;
  }
  return root;
}

static void wipe(cJSON *node) {
  for (; node; node = node->next) {
    if (node->valuestring)
      aws_wipe(node->valuestring, strlen(node->valuestring));
    wipe(node->child);
  }
}

void aws_json_wipe_delete(cJSON *node) {
  if (node)
    wipe(node);
  cJSON_Delete(node);
}
