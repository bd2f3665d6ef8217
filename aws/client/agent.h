/* What we call ourselves towards AWS; CloudTrail shows it. */
#ifndef CAWSOLE_AWS_CLIENT_AGENT_H
#define CAWSOLE_AWS_CLIENT_AGENT_H

#include "aws/auth.h"

enum { AWS_AGENT_MAX_BYTES = 512 };

/* Appends the User-Agent in the form of the SDKs: product, system, environment, features, retry
 * mode and the operator's own name for it (AWS_SDK_UA_APP_ID, sdk_ua_app_id). settings and provider
 * ("assume-role", as in aws_creds) may be NULL. Too long: it is cut. */
void aws_user_agent(struct aws_buf *out, const struct aws_settings *s, const char *provider);

#endif
