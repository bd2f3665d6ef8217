/* XML: expat's events build the same tree that cJSON makes of JSON. */
#include "config.h"

#include "aws/doc.h"

#include <expat.h>
#include <limits.h>

struct builder {
  XML_Parser parser;
  struct aws_arena *arena;
  struct aws_error *err;
  bool stopped;                   /* *err says why */
  cJSON *open[AWS_DOC_DEPTH_MAX]; /* elements not yet closed */
  size_t depth;
  cJSON *root;
  struct aws_buf text; /* of the innermost element, as long as it has no children */
};

static void stop(struct builder *b, enum aws_errc code, const char *what) {
  if (b->stopped)
    return;
  b->stopped = true;
  aws_error_set(b->err, code, "the answer of AWS %s", what);
  XML_StopParser(b->parser, XML_FALSE);
}

static void stop_memory(struct builder *b) {
  stop(b, AWS_E_MEMORY, "needs more memory than is allowed for it");
}

static void append(cJSON *parent, cJSON *node) {
  cJSON *first = parent->child;
  if (!first) {
    parent->child = node;
    parent->type = cJSON_Object;
    node->prev = node;
    return;
  }
  /* As in cJSON's own lists the first node's prev is the last one: appending is O(1). */
  node->prev = first->prev;
  first->prev->next = node;
  first->prev = node;
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attributes) {
  struct builder *b = arg;
  (void)attributes;
  if (b->stopped)
    return;
  if (b->depth == AWS_DOC_DEPTH_MAX) {
    stop(b, AWS_E_BODY, "is nested too deeply");
    return;
  }
  struct aws_str local = aws_str_after_last(aws_str_from(name), ':');
  cJSON *node = aws_arena_alloc(b->arena, sizeof *node);
  struct aws_str kept = aws_arena_copy(b->arena, local);
  if (!node || !kept.p) {
    stop_memory(b);
    return;
  }
  /* The tree is never changed through these: cJSON's type just does not say const. */
  node->string = (char *)(uintptr_t)kept.p;
  node->type = cJSON_String;
  if (b->depth)
    append(b->open[b->depth - 1], node);
  else
    b->root = node;
  b->open[b->depth++] = node;
  aws_buf_clear(&b->text);
}

static void XMLCALL on_end(void *arg, const XML_Char *name) {
  struct builder *b = arg;
  (void)name;
  if (b->stopped)
    return;
  cJSON *node = b->open[--b->depth];
  if (node->child)
    return;
  struct aws_str text = aws_arena_copy(b->arena, aws_buf_str(&b->text));
  if (!text.p) {
    stop_memory(b);
    return;
  }
  node->valuestring = (char *)(uintptr_t)text.p;
}

static void XMLCALL on_text(void *arg, const XML_Char *text, int n) {
  struct builder *b = arg;
  if (b->stopped || b->depth == 0 || b->open[b->depth - 1]->child)
    return;
  if (!aws_buf_add(&b->text, text, (size_t)n))
    stop_memory(b);
}

static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *sysid,
                               const XML_Char *pubid, int has_internal_subset) {
  (void)name, (void)sysid, (void)pubid, (void)has_internal_subset;
  stop(arg, AWS_E_BODY, "has a DTD, which AWS never sends");
}

cJSON *aws_xml_parse(struct aws_arena *a, const char *p, size_t n, struct aws_error *err) {
  struct builder b = {.arena = a, .err = err};

  if (n > INT_MAX) {
    aws_error_set(err, AWS_E_BODY, "the answer of %zu bytes is too long", n);
    return NULL;
  }
  b.parser = XML_ParserCreate(NULL);
  if (!b.parser) {
    aws_error_set(err, AWS_E_MEMORY, "no memory to read the answer");
    return NULL;
  }
  aws_buf_init(&b.text, a->max < SIZE_MAX ? a->max : SIZE_MAX - 1);
  XML_SetUserData(b.parser, &b);
  XML_SetElementHandler(b.parser, on_start, on_end);
  XML_SetCharacterDataHandler(b.parser, on_text);
  XML_SetStartDoctypeDeclHandler(b.parser, on_doctype);

  bool ok = XML_Parse(b.parser, p, (int)n, XML_TRUE) == XML_STATUS_OK;
  if (!ok && !b.stopped) {
    enum XML_Error code = XML_GetErrorCode(b.parser);
    aws_error_set(err, code == XML_ERROR_NO_MEMORY ? AWS_E_MEMORY : AWS_E_BODY,
                  "the answer is not XML: %s at line %lu, column %lu", XML_ErrorString(code),
                  (unsigned long)XML_GetCurrentLineNumber(b.parser),
                  (unsigned long)XML_GetCurrentColumnNumber(b.parser));
  }
  XML_ParserFree(b.parser);
  aws_buf_wipe_done(&b.text);
  return ok && !b.stopped ? b.root : NULL;
}
