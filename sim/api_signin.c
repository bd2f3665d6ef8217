/* Where people's sessions come from: IAM Identity Center (the portal and its OIDC), and `aws
 * login`. Nothing here is signed. A token says by itself what it is, "sim-..." and when it ends.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/
 */
#include "sim/keys.h"

#include <inttypes.h>
#include <stdio.h>

#define HOUR 3600
#define TOKEN_SECONDS (8 * HOUR)
#define DEVICE_SECONDS 600
#define APPROVED_AFTER 2000 /* ms: how long the simulated person takes to type the code */

/* "KIND-<end in ms, hex>"; anything else after the kind does not end. */
static bool is_good(const char *token, const char *kind, aws_ms now) {
  int64_t end;
  int used = 0;

  if (!token || strncmp(token, kind, strlen(kind)) != 0)
    return false;
  token += strlen(kind);
  /* NOLINTNEXTLINE(cert-err34-c): the width keeps the number in range */
  return sscanf(token, "%13" SCNx64 "%n", &end, &used) != 1 || token[used] || now < end;
}

static void oidc_error(struct sim_request *rq, const char *code, const char *error) {
  char text[256];

  snprintf(text, sizeof text, "{\"error\":\"%s\",\"error_description\":\"%s\"}", error, code);
  sim_plain(rq, 400, "application/json", text);
  sim_header(rq, "x-amzn-ErrorType", "%s", code);
}

/* ---- OIDC ------------------------------------------------------------------------------------ */

static void register_client(struct sim_request *rq) {
  sim_str(rq, "clientId", "sim-client");
  sim_str(rq, "clientSecret", "sim-client-secret");
  sim_int(rq, "clientIdIssuedAt", rq->wall / 1000);
  sim_int(rq, "clientSecretExpiresAt", rq->wall / 1000 + 90 * 24 * HOUR);
}

static void start_device_authorization(struct sim_request *rq) {
  const char *url = sim_in_str(rq, "startUrl");

  sim_strf(rq, "deviceCode", "sim-device-%" PRIx64, (uint64_t)rq->wall);
  sim_str(rq, "userCode", "BCDF-GHJK");
  sim_strf(rq, "verificationUri", "%s/#/device", url);
  sim_strf(rq, "verificationUriComplete", "%s/#/device?user_code=BCDF-GHJK", url);
  sim_int(rq, "expiresIn", DEVICE_SECONDS);
  sim_int(rq, "interval", 1);
}

static bool device_approved(struct sim_request *rq) {
  const char *code = sim_in_str(rq, "deviceCode");
  int64_t begun;

  /* NOLINTNEXTLINE(cert-err34-c): the width keeps the number in range */
  if (!code || sscanf(code, "sim-device-%13" SCNx64, &begun) != 1)
    oidc_error(rq, "InvalidGrantException", "invalid_grant");
  else if (rq->wall > begun + DEVICE_SECONDS * 1000)
    oidc_error(rq, "ExpiredTokenException", "expired_token");
  else if (rq->wall < begun + APPROVED_AFTER)
    oidc_error(rq, "AuthorizationPendingException", "authorization_pending");
  else
    return true;
  return false;
}

static int64_t lives(const struct sim_request *rq) {
  return rq->short_lived ? rq->lives : TOKEN_SECONDS;
}

static void create_token(struct sim_request *rq) {
  const char *grant = sim_in_str(rq, "grantType");

  if (!strcmp(grant, "refresh_token")) {
    if (!is_good(sim_in_str(rq, "refreshToken"), "sim-refresh", rq->wall)) {
      oidc_error(rq, "InvalidGrantException", "invalid_grant");
      return;
    }
  } else if (strcmp(grant, "urn:ietf:params:oauth:grant-type:device_code") != 0) {
    oidc_error(rq, "UnsupportedGrantTypeException", "unsupported_grant_type");
    return;
  } else if (!device_approved(rq)) {
    return;
  }
  sim_strf(rq, "accessToken", "sim-sso-%" PRIx64, (uint64_t)(rq->wall + lives(rq) * 1000));
  sim_str(rq, "tokenType", "Bearer");
  sim_int(rq, "expiresIn", lives(rq));
  sim_str(rq, "refreshToken", "sim-refresh-token");
}

/* ---- the portal ------------------------------------------------------------------------------ */

static void get_role_credentials(struct sim_request *rq) {
  if (!is_good(sim_http_header_value(rq->http, "x-amz-sso_bearer_token"), "sim-sso-", rq->wall)) {
    sim_error(rq, 401, "UnauthorizedException", "Session token not found or invalid");
    return;
  }
  if (strcmp(sim_in_str(rq, "account_id"), rq->world->account) != 0) {
    sim_error(rq, 403, "ForbiddenException", "No access");
    return;
  }
  const struct sim_key *k =
      sim_keys_give(rq, HOUR, sim_in_str(rq, "role_name"), "person@example.com");
  sim_begin(rq, "roleCredentials");
  sim_str(rq, "accessKeyId", k->id);
  sim_str(rq, "secretAccessKey", k->secret);
  sim_str(rq, "sessionToken", k->token);
  sim_int(rq, "expiration", k->expires);
  sim_end(rq);
}

/* ---- aws login ------------------------------------------------------------------------------- */

static void refresh_login(struct sim_request *rq) {
  const char *proof = sim_http_header_value(rq->http, "DPoP");
  const char *first = proof ? strchr(proof, '.') : NULL;

  if (!first || !strchr(first + 1, '.')) {
    sim_error(rq, 400, "ValidationException", "The DPoP header is no signed token");
    return;
  }
  if (!is_good(sim_in_str(rq, "refreshToken"), "sim-refresh", rq->wall)) {
    sim_plain(rq, 403, "application/json",
              "{\"error\":\"TOKEN_EXPIRED\",\"message\":\"Your session has expired\"}");
    sim_header(rq, "x-amzn-ErrorType", "AccessDeniedException");
    return;
  }
  const int64_t seconds = rq->short_lived ? rq->lives : HOUR / 4;
  const struct sim_key *k = sim_keys_give(rq, seconds, "OpsRole", "person");
  sim_begin(rq, "accessToken");
  sim_str(rq, "accessKeyId", k->id);
  sim_str(rq, "secretAccessKey", k->secret);
  sim_str(rq, "sessionToken", k->token);
  sim_end(rq);
  sim_str(rq, "tokenType", "urn:aws:params:oauth:token-type:access_token_sigv4");
  sim_int(rq, "expiresIn", seconds);
  sim_str(rq, "refreshToken", "sim-refresh-token");
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const struct sim_param register_params[] = {
    {.name = "clientName", .kind = SIM_P_STR, .required = true},
    {.name = "clientType", .kind = SIM_P_STR, .required = true},
};
static const struct sim_param device_params[] = {
    {.name = "clientId", .kind = SIM_P_STR, .required = true},
    {.name = "clientSecret", .kind = SIM_P_STR, .required = true},
    {.name = "startUrl", .kind = SIM_P_STR, .required = true},
};
static const struct sim_param token_params[] = {
    {.name = "clientId", .kind = SIM_P_STR, .required = true},
    {.name = "clientSecret", .kind = SIM_P_STR, .required = true},
    {.name = "grantType", .kind = SIM_P_STR, .required = true},
};
static const struct sim_param role_params[] = {
    {.name = "role_name", .kind = SIM_P_STR, .required = true},
    {.name = "account_id", .kind = SIM_P_STR, .required = true},
};
static const struct sim_param login_params[] = {
    {.name = "clientId", .kind = SIM_P_STR, .required = true},
    {.name = "grantType", .kind = SIM_P_STR, .required = true},
    {.name = "refreshToken", .kind = SIM_P_STR},
};

const struct sim_op sim_ops_oidc[] = {
    {.name = "RegisterClient",
     .handler = register_client,
     .SIM_PARAMS(register_params),
     .method = "POST",
     .path = "/client/register"},
    {.name = "StartDeviceAuthorization",
     .handler = start_device_authorization,
     .SIM_PARAMS(device_params),
     .method = "POST",
     .path = "/device_authorization"},
    {.name = "CreateToken",
     .handler = create_token,
     .SIM_PARAMS(token_params),
     .method = "POST",
     .path = "/token"},
    {.name = NULL},
};
const struct sim_op sim_ops_sso[] = {
    {.name = "GetRoleCredentials",
     .handler = get_role_credentials,
     .SIM_PARAMS(role_params),
     .method = "GET",
     .path = "/federation/credentials"},
    {.name = NULL},
};
const struct sim_op sim_ops_signin[] = {
    {.name = "CreateOAuth2Token",
     .handler = refresh_login,
     .SIM_PARAMS(login_params),
     .method = "POST",
     .path = "/v1/token"},
    {.name = NULL},
};
