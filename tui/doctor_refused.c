/* Why nothing could be asked: under the name of what is wrong, with what to do about just that. */
#include "tui/doctor_lines.h"
#include "tui/once.h"

#include <stdio.h>

struct blame {
  const char *what;
  const char *advice; /* NULL: that of the error */
};

static const char role_advice[] =
    "the trust policy of that role must name who takes it on, whose own policy must allow "
    "sts:AssumeRole; where the trust policy asks for them, set external_id and mfa_serial in the "
    "profile";
static const char web_advice[] =
    "the trust policy of that role must name the token's issuer, audience and subject, and allow "
    "sts:AssumeRoleWithWebIdentity";

static bool has(const struct aws_error *err, const char *words) {
  return strstr(err->text, words) != NULL;
}

const char *doctor_hop(enum aws_hop hop) {
  switch (hop) {
  case AWS_HOP_NAME:
    return "name";
  case AWS_HOP_PROXY:
    return "proxy";
  case AWS_HOP_TLS:
  case AWS_HOP_TLS_DATE:
  case AWS_HOP_TLS_NAME:
    return "TLS";
  case AWS_HOP_NONE:
  case AWS_HOP_CONNECTION:
    break;
  }
  return "connection";
}

/* No keys were given out, for all that was asked. */
static struct blame of_search(const struct aws_error *err) {
  if (err->code == AWS_E_DENIED && has(err, "sts AssumeRoleWithWebIdentity"))
    return (struct blame){"role", web_advice};
  if (err->code == AWS_E_DENIED && has(err, "sts AssumeRole"))
    return (struct blame){"role", role_advice};
  if (err->code == AWS_E_CREDENTIALS && has(err, "a code of "))
    return (struct blame){"role", "run the command that is named there, then look again"};
  if (err->code == AWS_E_DENIED)
    return (struct blame){"credentials",
                          "whoever logged in has no access to that: look at the account and the "
                          "role in the profile, and log in anew"};
  return (struct blame){err->code == AWS_E_CONFIG ? "profile" : "credentials", NULL};
}

static struct blame blame(const struct stack *s, const struct aws_error *err) {
  if (!aws_region_fits(stack_region(s)))
    return (struct blame){
        "region", "name one of AWS's with --region, AWS_REGION, the profile or the configuration"};
  if (stack_account(s).n)
    return (struct blame){"account", NULL}; /* another than the pin's */
  if (aws_error_is_clock(err))
    return (struct blame){"clock", "set it by NTP: timedatectl set-ntp true"};
  if (err->code == AWS_E_NETWORK && (err->hop != AWS_HOP_NONE || stack_keys(s)->key_id[0]))
    return (struct blame){doctor_hop(err->hop), NULL};
  if (!stack_keys(s)->key_id[0])
    return of_search(err);
  bool keys = err->code == AWS_E_CREDENTIALS || err->code == AWS_E_EXPIRED;
  return (struct blame){keys ? "credentials" : "account", NULL};
}

/* The way there has told it already. */
static bool is_told(const struct doctor *d, const struct aws_error *err) {
  return err->code == AWS_E_NETWORK && d->hops & 1u << err->hop;
}

void doctor_refused(struct doctor *d) {
  const struct stack *s = d->tui->stack;
  const struct aws_error *why = stack_refusal(s);
  struct blame b = blame(s, why);
  char keys[400], remedy[640];
  bool any = doctor_keys(d, keys, sizeof keys);
  bool of_keys = any && strcmp(b.what, "credentials") == 0;
  if (any && !of_keys)
    doctor_say(d, FOUND_WELL, "credentials", "%s", keys);
  if (is_told(d, why)) {
    doctor_say(d, FOUND_FAULT, "account", "not known: the way to who could say ends at the %s",
               b.what);
    doctor_advise("mend what is said of the %s above", b.what);
    return;
  }
  of_keys = of_keys && !has(why, stack_keys(s)->key_id); /* it says so itself */
  doctor_say(d, FOUND_FAULT, b.what, "%s%s%s", of_keys ? keys : "", of_keys ? ": " : "", why->text);
  if (!*stack_region(s))
    doctor_advise("add --region eu-west-1, say, or set it for good: aws configure set region "
                  "eu-west-1 --profile %s",
                  aws_settings_profile(d->tui->aws));
  else if (b.advice)
    doctor_advise("%s", b.advice);
  else if (tui_once_remedy(d->tui, remedy, sizeof remedy))
    doctor_advise("%s", remedy);
  else
    doctor_advise_of(why);
}
