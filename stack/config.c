/* A stack's configuration: defaults, a copy of one's own, and giving it back. */
#include "config.h"

#include "stack/setup.h"

#include <stdlib.h>

void stack_config_init(struct stack_config *c) {
  *c = (struct stack_config){0};
  c->production = true;
  c->metrics = true;
  c->thresholds.error_rate_percent = 5;
  c->thresholds.cpu_percent = 90;
  c->thresholds.memory_percent = 90;
}

void stack_config_done(struct stack_config *c) {
  for (size_t i = 0; i < c->nfilters; i++) {
    free(c->filters[i].kind);
    free(c->filters[i].pattern);
  }
  for (size_t i = 0; i < c->nlinks; i++) {
    free(c->links[i].from);
    free(c->links[i].to);
  }
  free(c->filters);
  free(c->links);
  char *const texts[] = {c->name,        c->profile,         c->region,    c->account,
                         c->environment, c->parameters_path, c->audit_path};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    free(texts[i]);
  *c = (struct stack_config){0};
}

static bool copy_text(char **out, const char *text) {
  if (!text)
    return true;
  size_t n = strlen(text) + 1;
  *out = aws_calloc(n, 1);
  if (*out)
    memcpy(*out, text, n);
  return *out != NULL;
}

static bool copy_pairs(struct stack_config *to, const struct stack_config *from) {
  bool ok = true;
  if (from->nfilters) {
    to->filters = aws_calloc(from->nfilters, sizeof *to->filters);
    if (!to->filters)
      return false;
    to->nfilters = from->nfilters;
  }
  if (from->nlinks) {
    to->links = aws_calloc(from->nlinks, sizeof *to->links);
    if (!to->links)
      return false;
    to->nlinks = from->nlinks;
  }
  for (size_t i = 0; i < to->nfilters; i++)
    ok = ok && copy_text(&to->filters[i].kind, from->filters[i].kind) &&
         copy_text(&to->filters[i].pattern, from->filters[i].pattern);
  for (size_t i = 0; i < to->nlinks; i++)
    ok = ok && copy_text(&to->links[i].from, from->links[i].from) &&
         copy_text(&to->links[i].to, from->links[i].to);
  return ok;
}

bool stack_config_copy(struct stack_config *to, const struct stack_config *from) {
  *to = *from;
  to->name = to->profile = to->region = to->account = NULL;
  to->environment = to->parameters_path = to->audit_path = NULL;
  to->filters = NULL;
  to->links = NULL;
  to->nfilters = to->nlinks = 0;
  return copy_pairs(to, from) && copy_text(&to->name, from->name ? from->name : "default") &&
         copy_text(&to->profile, from->profile) && copy_text(&to->region, from->region) &&
         copy_text(&to->account, from->account) && copy_text(&to->environment, from->environment) &&
         copy_text(&to->parameters_path, from->parameters_path) &&
         copy_text(&to->audit_path, from->audit_path);
}
