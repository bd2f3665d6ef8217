/* Paths into a tree. */
#include "config.h"

#include "aws/doc.h"

static const cJSON *member(const cJSON *node, const char *name, size_t n) {
  for (const cJSON *c = node->child; c; c = c->next)
    if (c->string && strncmp(c->string, name, n) == 0 && c->string[n] == '\0')
      return c;
  return NULL;
}

const cJSON *aws_doc_at(const cJSON *node, const char *path) {
  while (node && *path) {
    size_t n = strcspn(path, "/");
    node = member(node, path, n);
    path += n;
    path += *path == '/';
  }
  return node && !cJSON_IsNull(node) ? node : NULL;
}

struct aws_str aws_doc_str(const cJSON *node, const char *path) {
  const cJSON *at = aws_doc_at(node, path);
  if (cJSON_IsString(at))
    return aws_str_from(at->valuestring);
  if (cJSON_IsBool(at))
    return aws_str_from(cJSON_IsTrue(at) ? "true" : "false");
  return (struct aws_str){NULL, 0};
}
