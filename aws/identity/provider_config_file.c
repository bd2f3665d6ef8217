/* Keys of the profile in ~/.aws/config. */
#include "config.h"

#include "aws/identity/provider.h"

static void start(struct aws_provider_run *run, void *state) {
  (void)state;
  aws_provider_section(run, run->profile->in_config, run->settings->config_path,
                       strcmp(run->profile->name, "default") == 0 ? "" : "profile ");
}

const struct aws_provider aws_provider_config_file = {.name = "config-file", .start = start};
