/* Keys of the profile in ~/.aws/credentials. */
#include "config.h"

#include "aws/identity/provider.h"

static void start(struct aws_provider_run *run, void *state) {
  (void)state;
  aws_provider_section(run, run->profile->in_credentials, run->settings->credentials_path, "");
}

const struct aws_provider aws_provider_shared_file = {.name = "shared-credentials-file",
                                                      .start = start};
