#include "aws/auth/settings.h"

enum aws_provided aws_provider_config_file(const struct aws_settings *s, struct aws_creds *out,
                                           struct aws_buf *looked, struct aws_error *err) {
  const char *heading = strcmp(s->profile, "default") == 0 ? "" : "profile ";
  return aws_provider_section(s->in_config, s->config_path, heading, out, looked, err);
}
