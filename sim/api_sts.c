/* Security Token Service: who is asking, and roles to be.
 * https://docs.aws.amazon.com/STS/latest/APIReference/
 */
#include "sim/keys.h"
#include "sim/stable.h"

#include <stdio.h>

#define HOUR 3600
#define MFA_CODE "290157"
#define EXTERNAL_ID "example-external"

/* "AROA" and 17 more, the same for the same name. */
static void stable_id(const struct sim_world *w, const char *prefix, const char *name,
                      char out[22]) {
  snprintf(out, 22, "%s", prefix);
  for (size_t i = 4; i < 21; i++)
    out[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[sim_stable(w, name, i) & 31];
  out[21] = '\0';
}

static void get_caller_identity(struct sim_request *rq) {
  const struct sim_world *w = rq->world;
  const char *principal = rq->principal ? rq->principal : w->principal;
  const char *session = strrchr(principal, '/');
  const bool role = strstr(principal, "assumed-role/") != NULL;
  char id[22];

  stable_id(w, role ? "AROA" : "AIDA", principal, id);
  if (role && session)
    sim_strf(rq, "UserId", "%s:%s", id, session + 1);
  else
    sim_str(rq, "UserId", id);
  sim_str(rq, "Account", w->account);
  if (strncmp(principal, "arn:", 4) == 0)
    sim_str(rq, "Arn", principal);
  else
    sim_strf(rq, "Arn", "arn:aws:%s::%s:%s", role ? "sts" : "iam", w->account, principal);
}

/* ---- roles ----------------------------------------------------------------------------------- */

/* The name of a role that the ARN names; NULL: an error has been answered. */
static const char *role_of(struct sim_request *rq) {
  const char *arn = sim_in_str(rq, "RoleArn"), *last = strrchr(arn, '/');

  if (strncmp(arn, "arn:aws", 7) == 0 && strstr(arn, ":role/") && last && last[1])
    return last + 1;
  sim_error(rq, 400, "ValidationError", "%s is invalid", arn);
  return NULL;
}

static void write_credentials(struct sim_request *rq, const char *role) {
  const char *session = sim_in_str(rq, "RoleSessionName");
  const struct sim_key *k =
      sim_keys_give(rq, sim_in_int(rq, "DurationSeconds", HOUR), role, session);
  char id[22];

  stable_id(rq->world, "AROA", role, id);
  sim_begin(rq, "Credentials");
  sim_str(rq, "AccessKeyId", k->id);
  sim_str(rq, "SecretAccessKey", k->secret);
  sim_str(rq, "SessionToken", k->token);
  sim_time(rq, "Expiration", sim_unwall(rq->world, k->expires));
  sim_end(rq);
  sim_begin(rq, "AssumedRoleUser");
  sim_strf(rq, "AssumedRoleId", "%s:%s", id, session);
  sim_strf(rq, "Arn", "arn:aws:sts::%s:%s", rq->world->account, k->principal);
  sim_end(rq);
}

static bool ends(const char *text, const char *with) {
  const size_t n = strlen(text), m = strlen(with);
  return n >= m && !strcmp(text + n - m, with);
}

/* What a role asks for stands in its name: "...-mfa", "...-external", "...-denied". */
static bool may_assume(struct sim_request *rq, const char *role) {
  const char *code = sim_in_str(rq, "TokenCode"), *external = sim_in_str(rq, "ExternalId");

  if (sim_in_has(rq, "SerialNumber") && (!code || strcmp(code, MFA_CODE) != 0)) {
    sim_error(rq, 403, "AccessDenied",
              "MultiFactorAuthentication failed with invalid MFA one time pass code.");
    return false;
  }
  if (!ends(role, "-denied") && (!ends(role, "-mfa") || code) &&
      (!ends(role, "-external") || (external && !strcmp(external, EXTERNAL_ID))))
    return true;
  sim_error(rq, 403, "AccessDenied",
            "User: arn:aws:sts::%s:%s is not authorized to perform: sts:AssumeRole on resource: %s",
            rq->world->account, rq->principal ? rq->principal : rq->world->principal,
            sim_in_str(rq, "RoleArn"));
  return false;
}

static void assume_role(struct sim_request *rq) {
  const char *role = role_of(rq);

  if (!role || !may_assume(rq, role))
    return;
  if (rq->principal && sim_in_int(rq, "DurationSeconds", HOUR) > HOUR) {
    sim_error(rq, 400, "ValidationError",
              "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
              "role chaining");
    return;
  }
  write_credentials(rq, role);
}

static void assume_role_with_web_identity(struct sim_request *rq) {
  const char *role = role_of(rq), *token = sim_in_str(rq, "WebIdentityToken");

  if (!role)
    return;
  if (!strcmp(token, "expired")) {
    sim_error(rq, 400, "ExpiredTokenException",
              "Token expired: current date/time must be before "
              "the expiration date/time");
    return;
  }
  write_credentials(rq, role);
  sim_str(rq, "SubjectFromWebIdentityToken", "system:serviceaccount:shop:console");
  sim_str(rq, "Provider", "oidc.example.com");
  sim_str(rq, "Audience", "sts.amazonaws.com");
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define ROLE_PARAMS                                                                                \
  {.name = "RoleArn", .kind = SIM_P_STR, .required = true, .min = 20, .max = 2048},                \
      {.name = "RoleSessionName", .kind = SIM_P_STR, .required = true, .min = 2, .max = 64}, {     \
    .name = "DurationSeconds", .kind = SIM_P_INT, .min = 900, .max = 43200                         \
  }

static const struct sim_param role_params[] = {
    ROLE_PARAMS,
    {.name = "ExternalId", .kind = SIM_P_STR, .min = 2, .max = 1224},
    {.name = "SerialNumber", .kind = SIM_P_STR, .min = 9, .max = 256},
    {.name = "TokenCode", .kind = SIM_P_STR, .min = 6, .max = 6},
};
static const struct sim_param web_params[] = {
    ROLE_PARAMS,
    {.name = "WebIdentityToken", .kind = SIM_P_STR, .required = true, .min = 4, .max = 20000},
};

const struct sim_op sim_ops_sts[] = {
    {.name = "GetCallerIdentity", .handler = get_caller_identity},
    {.name = "AssumeRole", .handler = assume_role, .SIM_PARAMS(role_params)},
    {.name = "AssumeRoleWithWebIdentity",
     .handler = assume_role_with_web_identity,
     .open = true,
     .SIM_PARAMS(web_params)},
    {.name = NULL},
};
