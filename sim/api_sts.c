/* Security Token Service: who is asking.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
#include "sim/sim.h"
#include "sim/stable.h"

#include <stdio.h>

static void get_caller_identity(struct sim_request *rq) {
  const struct sim_world *w = rq->world;
  const char *session = strrchr(w->principal, '/');
  const bool role = strstr(w->principal, "assumed-role/") != NULL;
  char id[22];
  snprintf(id, sizeof(id), "%s", role ? "AROA" : "AIDA");
  for (size_t i = 4; i < 21; i++)
    id[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[sim_stable(w, w->principal, i) & 31];
  id[21] = '\0';
  if (role && session)
    sim_strf(rq, "UserId", "%s:%s", id, session + 1);
  else
    sim_str(rq, "UserId", id);
  sim_str(rq, "Account", w->account);
  if (strncmp(w->principal, "arn:", 4) == 0)
    sim_str(rq, "Arn", w->principal);
  else
    sim_strf(rq, "Arn", "arn:aws:%s::%s:%s", role ? "sts" : "iam", w->account, w->principal);
}

const struct sim_op sim_ops_sts[] = {
    {.name = "GetCallerIdentity", .handler = get_caller_identity},
    {.name = NULL},
};
