/* The keeper: one set of keys for all clients, found anew before it is too late. */
#include "config.h"

#include "aws/client.h"
#include "aws/identity/keyring.h"
#include "aws/identity/provider.h"
#include "aws/identity/stamps.h"

#include <stdio.h>
#include <stdlib.h>

enum {
  ADVISORY_MS = 15 * 60 * 1000, /* before the expiry: look for new keys; or at a quarter of .. */
  ADVISORY_PART = 4,            /* .. their time, if that is less */
  CODE_MS = 5 * 60 * 1000,      /* the same, where the operator is interrupted for it */
  CODE_PART = 10,
  MANDATORY_MS = 10 * 60 * 1000, /* before the expiry: a failure is worth a word */
  LOOK_MS = 30 * 1000,           /* between looks at files and clock */
  AGAIN_MS = 60 * 1000,          /* between searches that fail, and reloads that AWS asks for */
  AGAIN_LEAST_MS = 5 * 1000
};

struct attached {
  struct attached *next;
  struct aws_client *client;
};

struct aws_identity {
  struct aws_identity_config cfg;
  struct aws_settings *reloaded; /* NULL: cfg.settings are as the files were */
  struct attached *clients;
  struct aws_creds creds;
  aws_ms came; /* as the servers see it: when we got them */
  bool have;
  struct aws_error err; /* of the last search; AWS_OK: it found something */
  struct aws_creds_search *search;
  struct aws_timer *timer;
  struct aws_later later;
  bool want_new; /* AWS took `refused` no longer */
  char refused[sizeof((struct aws_creds *)0)->key_id];
  struct aws_error refusal;    /* in AWS's words */
  aws_ms refused_at, tried_at; /* monotonic; 0: never */
  bool given_up;               /* the operator cancelled: not asked again unless told */
  struct aws_stamps stamps;
};

/* ---- time ------------------------------------------------------------------------------------ */

static aws_ms mono(const struct aws_identity *id) {
  const struct aws_clock *clock = aws_io_clock(id->cfg.io);
  return clock->mono(clock->arg);
}

/* As the servers see it. */
static aws_ms now(const struct aws_identity *id) {
  const struct aws_clock *clock = aws_io_clock(id->cfg.io);
  int64_t skew = id->clients ? aws_client_skew(id->clients->client) : 0;
  return clock->wall(clock->arg) + skew * 1000;
}

/* Less than `ms` before the expiry, or after it. */
static bool expires_within(const struct aws_identity *id, aws_ms ms) {
  return id->creds.expires > 0 && now(id) >= id->creds.expires - ms;
}

static aws_ms less(aws_ms a, aws_ms b) {
  return a < b ? a : b;
}

/* How long before their end others are looked for. */
static aws_ms lead(const struct aws_creds *c, aws_ms came) {
  aws_ms life = c->expires > came ? c->expires - came : 0;
  return c->with_code ? less(CODE_MS, life / CODE_PART) : less(ADVISORY_MS, life / ADVISORY_PART);
}

static bool usable(const struct aws_identity *id) {
  return id->have && !id->want_new && (id->creds.outlives || !expires_within(id, 0));
}

static const struct aws_settings *settings(const struct aws_identity *id) {
  return id->reloaded ? id->reloaded : id->cfg.settings;
}

/* ---- giving ---------------------------------------------------------------------------------- */

static void say_memory(struct aws_identity *id) {
  aws_error_set(&id->err, AWS_E_MEMORY, "no memory for credentials");
}

static void give(struct aws_identity *id) {
  for (struct attached *a = id->clients; a; a = a->next)
    if (!aws_client_set_creds(a->client, &id->creds)) {
      say_memory(id);
      aws_client_no_creds(a->client, &id->err);
    }
}

static void refuse(struct aws_identity *id) {
  for (struct attached *a = id->clients; a; a = a->next) {
    aws_client_hold(a->client);
    aws_client_no_creds(a->client, &id->err);
  }
}

static void tell(struct aws_identity *id, bool good) {
  if (id->cfg.changed)
    id->cfg.changed(id->cfg.arg, good ? &id->creds : NULL, good ? NULL : &id->err);
}

/* ---- looking --------------------------------------------------------------------------------- */

/* The very keys that AWS has just refused are no answer. */
static bool is_refused(const struct aws_identity *id, const struct aws_creds *c) {
  return id->want_new && strcmp(c->key_id, id->refused) == 0 &&
         aws_str_eq(aws_secret_str(&c->secret), aws_secret_str(&id->creds.secret)) &&
         aws_str_eq(aws_secret_str(&c->token), aws_secret_str(&id->creds.token));
}

static bool accept(struct aws_identity *id, const struct aws_creds *c) {
  if (is_refused(id, c))
    id->err = id->refusal;
  else if (c->expires > 0 && c->expires <= now(id) && !c->outlives)
    aws_error_set(&id->err, AWS_E_EXPIRED, "the keys from %s have expired already", c->provider);
  else if (!aws_creds_copy(&id->creds, c))
    say_memory(id);
  else
    aws_error_clear(&id->err);
  return id->err.code == AWS_OK;
}

/* loud: told even though the old keys are good for a while. */
static void fail(struct aws_identity *id, bool loud) {
  bool lasting = usable(id);
  id->given_up = id->err.code == AWS_E_CANCELLED;
  id->want_new =
      false; /* the next call may try the old keys again, lest a whim of AWS is for good */
  if (!lasting)
    refuse(id);
  if (!lasting || loud || expires_within(id, MANDATORY_MS))
    tell(id, false);
}

static void take(struct aws_identity *id, aws_ms came) {
  id->came = came;
  id->have = true;
  id->want_new = id->given_up = false;
  if (id->cfg.coming)
    id->cfg.coming(id->cfg.arg, &id->creds);
  give(id);
  tell(id, true);
}

static void keep(struct aws_identity *id) {
  if (!id->cfg.ring || !id->creds.with_code)
    return;
  struct aws_key_mark mark = aws_key_mark_of(settings(id));
  aws_keyring_put(id->cfg.ring, &mark, &id->creds, now(id));
}

/* Those that a keeper before this one got with a code, or that we did before files changed. */
static bool recall(struct aws_identity *id) {
  aws_ms came;
  if (!id->cfg.ring || id->want_new)
    return false;
  struct aws_key_mark mark = aws_key_mark_of(settings(id));
  const struct aws_creds *c = aws_keyring_get(id->cfg.ring, &mark, &came);
  if (!c || now(id) >= c->expires - lead(c, came) || !accept(id, c))
    return false;
  aws_stamps_take(&id->stamps, settings(id));
  take(id, came);
  return true;
}

static void on_found(void *arg, const struct aws_creds *creds, const struct aws_error *err) {
  struct aws_identity *id = arg;
  id->search = NULL;
  id->tried_at = mono(id);
  aws_stamps_take(&id->stamps, settings(id));
  if (creds && accept(id, creds)) {
    keep(id);
    take(id, now(id));
    return;
  }
  if (err)
    id->err = *err;
  fail(id, false);
}

static void search(struct aws_identity *id) {
  struct aws_provider_run run = {
      .io = id->cfg.io, .settings = settings(id), .op = id->cfg.op, .region = id->cfg.region};
  if (id->search)
    return;
  id->search = aws_creds_find_anew(&run, id->want_new ? id->refused : NULL, on_found, id);
  if (id->search)
    return;
  struct aws_error err = {0};
  aws_error_set(&err, AWS_E_MEMORY, "no memory to look for credentials");
  on_found(id, NULL, &err);
}

/* Takes the files as they are now. One that has become wrong is told, and the old one stays.
 * asked: by the operator, who wants other keys than those that are kept. */
static void reload(struct aws_identity *id, bool asked) {
  struct aws_error err = {0};
  struct aws_settings *s = aws_settings_reload(id->cfg.settings, &err);
  if (!s) {
    aws_stamps_take(&id->stamps, settings(id));
    id->tried_at = mono(id);
    id->err = err;
    fail(id, true);
    return;
  }
  aws_creds_cancel(id->search);
  id->search = NULL;
  aws_settings_free(id->reloaded);
  id->reloaded = s;
  aws_stamps_take(&id->stamps, s); /* else a question that is open is asked anew at every look */
  if (asked || !recall(id))
    search(id);
}

/* ---- when to look ---------------------------------------------------------------------------- */

/* Between searches that fail: several of them fit in before the keys end. */
static aws_ms again(const struct aws_identity *id) {
  aws_ms part = id->have && id->creds.expires ? lead(&id->creds, id->came) / 4 : AGAIN_MS;
  return less(AGAIN_MS, part > AGAIN_LEAST_MS ? part : AGAIN_LEAST_MS);
}

static bool tried_lately(const struct aws_identity *id) {
  return id->tried_at > 0 && mono(id) - id->tried_at < again(id);
}

static void find(struct aws_identity *id) {
  if (id->have || !recall(id))
    search(id);
}

static void look(struct aws_identity *id) {
  aws_keyring_tidy(id->cfg.ring, now(id));
  bool changed = aws_stamps_differ(&id->stamps, settings(id), !usable(id));
  if (id->have && !usable(id))
    for (struct attached *a = id->clients; a; a = a->next)
      aws_client_hold(a->client);
  if (changed)
    reload(id, false);
  else if (!id->search && !id->given_up && !tried_lately(id) &&
           (!usable(id) || expires_within(id, lead(&id->creds, id->came))))
    find(id);
}

/* In half a minute, or when the keys come of age. */
static aws_ms next_look(const struct aws_identity *id) {
  aws_ms wait = LOOK_MS, left = id->creds.expires - now(id);
  aws_ms ahead = left - lead(&id->creds, id->came);
  if (id->have && left > 0)
    wait = less(wait, ahead > 0 ? ahead : less(left, again(id)));
  return mono(id) + wait;
}

static void on_time(void *arg) {
  struct aws_identity *id = arg;
  id->timer = NULL;
  look(id);
  id->timer = aws_io_timer(id->cfg.io, next_look(id), on_time, id);
}

/* ---- what clients ask ------------------------------------------------------------------------ */

/* AWS refused the keys that we have, and a reload was not just tried for it. */
static bool worth_reloading(struct aws_identity *id) {
  return id->want_new && (id->refused_at == 0 || mono(id) - id->refused_at >= AGAIN_MS);
}

static void on_wanted(void *arg) {
  struct aws_identity *id = arg;
  if (id->search)
    return; /* all that wait get what it brings */
  if (worth_reloading(id)) {
    id->refused_at = mono(id);
    reload(id, false);
  } else if (usable(id)) {
    give(id);
  } else if (!id->given_up && !tried_lately(id)) {
    find(id);
  } else {
    if (id->want_new)
      id->err = id->refusal;
    id->want_new = false;
    refuse(id);
  }
}

static void on_want(void *arg, const char *refused, const struct aws_error *why) {
  struct aws_identity *id = arg;
  if (refused && id->have && strcmp(refused, id->creds.key_id) == 0) {
    id->want_new = true;
    aws_keyring_drop(id->cfg.ring, refused);
    snprintf(id->refused, sizeof id->refused, "%s", refused);
    id->refusal = *why;
    aws_error_wrap(&id->refusal, "key %s (%s)", refused, id->creds.provider);
  }
  if (!id->later.fn)
    aws_io_later(id->cfg.io, &id->later, on_wanted, id);
}

bool aws_identity_attach(struct aws_identity *id, struct aws_client *c) {
  struct attached *a = aws_calloc(1, sizeof *a);
  if (!a)
    return false;
  a->client = c;
  a->next = id->clients;
  id->clients = a;
  aws_client_on_keys(c, on_want, id);
  if (usable(id))
    on_want(id, NULL, NULL);
  return true;
}

void aws_identity_detach(struct aws_identity *id, struct aws_client *c) {
  struct attached **at = &id->clients;
  while (*at && (*at)->client != c)
    at = &(*at)->next;
  struct attached *gone = *at;
  if (!gone)
    return;
  aws_client_on_keys(c, NULL, NULL);
  *at = gone->next;
  free(gone);
}

/* ---- the whole ------------------------------------------------------------------------------- */

const struct aws_creds *aws_identity_creds(const struct aws_identity *id) {
  return usable(id) ? &id->creds : NULL;
}

void aws_identity_renew(struct aws_identity *id) {
  id->given_up = false;
  reload(id, true);
}

struct aws_identity *aws_identity_new(const struct aws_identity_config *cfg) {
  struct aws_identity *id = aws_calloc(1, sizeof *id);
  if (!id)
    return NULL;
  id->cfg = *cfg;
  aws_stamps_take(&id->stamps, cfg->settings);
  id->timer = aws_io_timer(cfg->io, mono(id), on_time, id);
  if (id->timer)
    return id;
  free(id);
  return NULL;
}

void aws_identity_free(struct aws_identity *id) {
  if (!id)
    return;
  while (id->clients)
    aws_identity_detach(id, id->clients->client);
  aws_creds_cancel(id->search);
  aws_io_timer_cancel(id->cfg.io, id->timer);
  aws_io_later_cancel(id->cfg.io, &id->later);
  aws_settings_free(id->reloaded);
  aws_creds_done(&id->creds);
  free(id);
}
