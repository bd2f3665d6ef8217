/* A stack's configuration: defaults, and giving it back. */
#include "stack/config.h"

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
