#include "config.h"

#include "aws/identity.h"

void aws_prompt_answer(struct aws_prompt *p, struct aws_str code) {
  p->answered(p->owner, code);
}

void aws_prompt_cancel(struct aws_prompt *p) {
  p->cancelled(p->owner);
}
