/* What the rows of the table of faults do to a request and its answer. */
#ifndef CAWSOLE_SIM_FAULT_ANSWER_H
#define CAWSOLE_SIM_FAULT_ANSWER_H

#include "sim/server.h"

void fault_reset_before(struct sim_request *rq, const struct sim_play *p);
void fault_throttled(struct sim_request *rq, const struct sim_play *p);
void fault_retry_after(struct sim_request *rq, const struct sim_play *p);
void fault_expired_token(struct sim_request *rq, const struct sim_play *p);
void fault_access_denied(struct sim_request *rq, const struct sim_play *p);
void fault_server_error(struct sim_request *rq, const struct sim_play *p);
void fault_redirect(struct sim_request *rq, const struct sim_play *p);
void fault_html(struct sim_request *rq, const struct sim_play *p);
void fault_clock(struct sim_request *rq, const struct sim_play *p);
void fault_short_lived(struct sim_request *rq, const struct sim_play *p);

void fault_hostile_text(struct sim_request *rq, const struct sim_play *p);
void fault_control_text(struct sim_request *rq, const struct sim_play *p);
void fault_invalid_utf8(struct sim_request *rq, const struct sim_play *p);
void fault_members(struct sim_request *rq, const struct sim_play *p);
void fault_pages(struct sim_request *rq, const struct sim_play *p);

void fault_latency(struct sim_request *rq, const struct sim_play *p);
void fault_wire(struct sim_request *rq, const struct sim_play *p);
void fault_content_type(struct sim_request *rq, const struct sim_play *p);
void fault_garbage(struct sim_request *rq, const struct sim_play *p);
void fault_deep(struct sim_request *rq, const struct sim_play *p);
void fault_gzip_bomb(struct sim_request *rq, const struct sim_play *p);

#endif
