/* CloudFront's answers, shared by its files. */
#ifndef CAWSOLE_SIM_CLOUDFRONT_H
#define CAWSOLE_SIM_CLOUDFRONT_H

#include "sim/sim.h"

/* The distribution that the request names as `param`; NULL: NoSuchDistribution was answered. */
struct sim_distribution *cloudfront_wanted(struct sim_request *rq, const char *param);
/* What stands in a list, and the whole with its configuration: members of the open structure. */
void cloudfront_write_summary(struct sim_request *rq, const struct sim_distribution *d);
void cloudfront_write_distribution(struct sim_request *rq, const struct sim_distribution *d);

/* Reads the page asked for of a list of `total` and writes what stands before its items. False:
 * there are none to write, or an error was answered. */
bool cloudfront_list_page(struct sim_request *rq, size_t total,
                          struct sim_page *page) AWS_MUST_CHECK;

/* How many invalidations (batches), paths and wildcard paths are in progress. */
struct cloudfront_load {
  size_t batches, paths, wildcards;
};
struct cloudfront_load cloudfront_in_progress(const struct sim_world *w,
                                              const struct sim_distribution *d);

void cloudfront_list_invalidations(struct sim_request *rq);
void cloudfront_get_invalidation(struct sim_request *rq);
void cloudfront_create_invalidation(struct sim_request *rq);

#endif
