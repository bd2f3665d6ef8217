/* What CloudFront's operations look up alike. */
#include "sim/cloudfront.h"

struct sim_distribution *cloudfront_wanted(struct sim_request *rq, const char *param) {
  struct sim_distribution *d = sim_find_distribution(rq->world, sim_in_str(rq, param));

  if (!d)
    sim_error(rq, 404, "NoSuchDistribution", "The specified distribution does not exist.");
  return d;
}

bool cloudfront_list_page(struct sim_request *rq, size_t total, struct sim_page *page) {
  const char *marker = sim_in_str(rq, "Marker");

  if (!sim_page(rq, "Marker", "MaxItems", 100, total, page))
    return false;
  sim_str(rq, "Marker", marker ? marker : "");
  sim_next(rq, "NextMarker", page);
  sim_int(rq, "MaxItems", sim_in_int(rq, "MaxItems", 100));
  sim_bool(rq, "IsTruncated", sim_page_more(page));
  sim_int(rq, "Quantity", (int64_t)(page->end - page->first));
  return page->end > page->first;
}

struct cloudfront_load cloudfront_in_progress(const struct sim_world *w,
                                              const struct sim_distribution *d) {
  struct cloudfront_load load = {0};

  for (size_t i = 0; i < d->invalidations.n; i++) {
    const struct sim_invalidation *inv = d->invalidations.v[i];
    if (w->now >= inv->completes)
      continue;
    load.batches++;
    load.paths += inv->npaths;
    for (size_t p = 0; p < inv->npaths; p++)
      load.wildcards += strchr(inv->paths[p], '*') != NULL;
  }
  return load;
}
