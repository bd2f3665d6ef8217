/* Inputs and answers in the log; see aws/io.h for the log itself. */
#ifndef CAWSOLE_AWS_CLIENT_TRACE_H
#define CAWSOLE_AWS_CLIENT_TRACE_H

#include "aws/client.h"

/* Nothing is done unless the log traces. Never to be called for what is secret. */
void aws_trace_input(struct aws_log *log, const struct aws_op *op, const cJSON *in);
void aws_trace_answer(struct aws_log *log, const struct aws_op *op, struct aws_str body);

#endif
