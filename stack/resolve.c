/* Names resolved, to see whether an origin's own name leads to a load balancer. Only origins with
 * such names are looked up, and a demo looks up nothing. */
#include "config.h"

#include "stack/derived.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { KEPT_MS = 5 * 60000 };

/* " 10.0.0.1 10.0.0.2 ": a space at each end, so that one address is found whole. */
static void keep_addresses(struct stack_name *name, const struct aws_str *addrs, size_t n) {
  size_t used = 0;
  name->addrs[0] = '\0';
  for (size_t i = 0; i < n; i++) {
    char *at = name->addrs + used;
    size_t room = sizeof name->addrs - used;
    int k = snprintf(at, room, "%s%.*s ", i ? "" : " ", AWS_STR_ARG(addrs[i]));
    if (k < 0 || (size_t)k >= room) {
      *at = '\0';
      break;
    }
    used += (size_t)k;
  }
}

static void on_resolved(void *arg, const struct aws_str *addrs, size_t n,
                        const struct aws_error *err) {
  struct stack_name *name = arg;
  struct stack_names *names = name->owner;
  names->under_way--;
  if (!names->s) {
    if (!names->under_way)
      free(names);
    return;
  }
  keep_addresses(name, addrs, err ? 0 : n);
  name->asked = false;
  name->answered = true;
  name->at = stack_mono(names->s);
  names->s->dirty |= STACK_BIT(STACK_DISTRIBUTION);
  stack_changed(names->s, STACK_CHANGED_STATE);
}

static struct stack_name *find(struct stack_names *names, struct aws_str host) {
  for (size_t i = 0; i < names->n; i++)
    if (strlen(names->rows[i].host) == host.n && !strncasecmp(names->rows[i].host, host.p, host.n))
      return &names->rows[i];
  if (names->n == STACK_NAMES_MAX || host.n >= sizeof names->rows[0].host)
    return NULL;
  struct stack_name *name = &names->rows[names->n++];
  *name = (struct stack_name){.owner = names};
  memcpy(name->host, host.p, host.n);
  return name;
}

static const struct stack_name *look_up(struct stack *s, struct aws_str host) {
  struct stack_names *names = s->derived->names;
  struct stack_name *name = find(names, host);
  if (!name)
    return NULL;
  bool old = !name->answered || stack_mono(s) - name->at > KEPT_MS;
  if (old && !name->asked) {
    name->asked = aws_io_resolve(s->io, host, on_resolved, name);
    names->under_way += name->asked;
    if (!name->asked) { /* no name that can be looked up */
      name->answered = true;
      name->at = stack_mono(s);
    }
  }
  return name->answered ? name : NULL;
}

enum stack_resolved stack_names_same(struct stack *s, struct aws_str a, struct aws_str b) {
  if (s->deps.demo || !a.n || !b.n)
    return STACK_RESOLVED_OTHER;
  const struct stack_name *x = look_up(s, a), *y = look_up(s, b);
  if (!x || !y)
    return STACK_RESOLVED_NOT_YET;
  char text[sizeof x->addrs], *rest = NULL;
  memcpy(text, x->addrs, sizeof text);
  for (char *addr = strtok_r(text, " ", &rest); addr; addr = strtok_r(NULL, " ", &rest)) {
    char whole[80];
    snprintf(whole, sizeof whole, " %s ", addr);
    if (strstr(y->addrs, whole))
      return STACK_RESOLVED_SAME;
  }
  return STACK_RESOLVED_OTHER;
}

bool stack_names_init(struct stack *s) {
  s->derived->names = aws_calloc(1, sizeof *s->derived->names);
  if (s->derived->names)
    s->derived->names->s = s;
  return s->derived->names != NULL;
}

void stack_names_free(struct stack *s) {
  struct stack_names *names = s->derived->names;
  s->derived->names = NULL;
  if (names && names->under_way)
    names->s = NULL;
  else
    free(names);
}
