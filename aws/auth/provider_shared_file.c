#include "aws/auth/settings.h"

enum aws_provided aws_provider_shared_file(const struct aws_settings *s, struct aws_creds *out,
                                           struct aws_buf *looked, struct aws_error *err) {
  return aws_provider_section(s->in_credentials, s->credentials_path, "", out, looked, err);
}
