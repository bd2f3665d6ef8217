/* Invalidations: checked as CloudFront checks them, in progress for a while, then completed.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Invalidation.html
 */
#include "sim/cloudfront.h"

#include "aws/doc.h"

#include <stdlib.h>

#define PATHS_MAX 3000   /* in progress at a time, of one distribution */
#define WILDCARDS_MAX 15 /* of these with a wildcard */
#define PATH_LENGTH_MAX 4000
#define TAKES_AT_LEAST (70 * SIM_SECOND)
#define TAKES_BESIDES (60 * SIM_SECOND)

static bool is_wildcard(const char *path) {
  return strchr(path, '*') != NULL;
}

static const char *status(const struct sim_request *rq, const struct sim_invalidation *inv) {
  return rq->world->now >= inv->completes ? "Completed" : "InProgress";
}

void cloudfront_list_invalidations(struct sim_request *rq) {
  const struct sim_distribution *d = cloudfront_wanted(rq, "DistributionId");
  struct sim_page page;

  if (!d || !cloudfront_list_page(rq, d->invalidations.n, &page))
    return;
  sim_list(rq, "Items", "InvalidationSummary");
  for (size_t i = page.first; i < page.end; i++) {
    const struct sim_invalidation *inv = d->invalidations.v[page.total - 1 - i]; /* newest first */
    sim_begin(rq, NULL);
    sim_str(rq, "Id", inv->id);
    sim_time(rq, "CreateTime", inv->created);
    sim_str(rq, "Status", status(rq, inv));
    sim_end(rq);
  }
  sim_end(rq);
}

static void write_invalidation(struct sim_request *rq, const struct sim_invalidation *inv) {
  sim_str(rq, "Id", inv->id);
  sim_str(rq, "Status", status(rq, inv));
  sim_time(rq, "CreateTime", inv->created);
  sim_begin(rq, "InvalidationBatch");
  sim_begin(rq, "Paths");
  sim_int(rq, "Quantity", (int64_t)inv->npaths);
  sim_list(rq, "Items", "Path");
  for (size_t i = 0; i < inv->npaths; i++)
    sim_str(rq, NULL, inv->paths[i]);
  sim_end(rq);
  sim_end(rq);
  sim_str(rq, "CallerReference", inv->caller_reference);
  sim_end(rq);
}

void cloudfront_get_invalidation(struct sim_request *rq) {
  const struct sim_distribution *d = cloudfront_wanted(rq, "DistributionId");
  const char *id = sim_in_str(rq, "Id");

  if (!d)
    return;
  for (size_t i = 0; i < d->invalidations.n; i++) {
    const struct sim_invalidation *inv = d->invalidations.v[i];
    if (strcmp(inv->id, id) == 0) {
      write_invalidation(rq, inv);
      return;
    }
  }
  sim_error(rq, 404, "NoSuchInvalidation", "The specified invalidation does not exist.");
}

/* ---- creating -------------------------------------------------------------------------------- */

static bool good_path(const char *path) {
  const size_t n = strlen(path);
  const char *star = strchr(path, '*');

  if (n == 0 || n > PATH_LENGTH_MAX || path[0] != '/' || (star && star[1]))
    return false;
  for (const char *p = path; *p; p++)
    if (*p <= ' ' || *p >= 0x7f || *p == '~' || strchr("\"<>\\^`{|}", *p))
      return false;
  return true;
}

/* The batch as it was sent; false: an error has been answered. */
struct batch {
  const char *reference;
  const cJSON *items; /* its children are the paths */
  size_t n, wildcards;
};

static bool count_paths(struct sim_request *rq, struct batch *b) {
  const cJSON *item;

  cJSON_ArrayForEach(item, b->items) {
    const char *path = sim_item_str(item);
    if (!good_path(path)) {
      sim_error(rq, 400, "InvalidArgument",
                "Your request contains one or more invalid invalidation paths.");
      return false;
    }
    b->wildcards += is_wildcard(path);
    b->n++;
  }
  return true;
}

static bool read_batch(struct sim_request *rq, struct batch *b) {
  const int64_t quantity = sim_in_int(rq, "InvalidationBatch/Paths/Quantity", -1);

  *b = (struct batch){.reference = sim_in_str(rq, "InvalidationBatch/CallerReference"),
                      .items = aws_doc_at(rq->in, "InvalidationBatch/Paths/Items")};
  if (!sim_in_has(rq, "InvalidationBatch")) {
    sim_error(rq, 400, "MissingBody",
              "This operation requires a body. Ensure that the body is present and the "
              "Content-Type header is set.");
    return false;
  }
  if (!b->reference || !*b->reference || quantity < 0) {
    sim_error(rq, 400, "MalformedXML",
              "1 validation error detected: Value null at '%s' failed to "
              "satisfy constraint: Member must not be null",
              quantity < 0 ? "invalidationBatch.paths.quantity"
                           : "invalidationBatch.callerReference");
    return false;
  }
  if (!count_paths(rq, b))
    return false;
  if ((size_t)quantity != b->n) {
    sim_error(rq, 400, "InconsistentQuantities",
              "The value of Quantity and the size of Items don't match.");
    return false;
  }
  if (b->n == 0) {
    sim_error(rq, 400, "InvalidArgument",
              "Your request contains empty/invalid/out of limits RTMP "
              "or invalidation paths.");
    return false;
  }
  return true;
}

static bool within_limits(struct sim_request *rq, const struct sim_distribution *d,
                          const struct batch *b) {
  const struct cloudfront_load load = cloudfront_in_progress(rq->world, d);

  if (b->n > PATHS_MAX) {
    sim_error(rq, 413, "BatchTooLarge", "Invalidation batch specified is too large.");
    return false;
  }
  if (load.wildcards + b->wildcards > WILDCARDS_MAX) {
    sim_error(rq, 400, "TooManyInvalidationsInProgress",
              "Processing your request will cause you to exceed the maximum number of in-progress "
              "wildcard invalidations.");
    return false;
  }
  if (load.paths + b->n > PATHS_MAX) {
    sim_error(rq, 400, "TooManyInvalidationsInProgress",
              "You have exceeded the maximum number of allowable InProgress invalidation batch "
              "requests, or invalidation objects.");
    return false;
  }
  return true;
}

static const struct sim_invalidation *earlier(const struct sim_distribution *d,
                                              const char *reference) {
  for (size_t i = 0; i < d->invalidations.n; i++) {
    const struct sim_invalidation *inv = d->invalidations.v[i];
    if (strcmp(inv->caller_reference, reference) == 0)
      return inv;
  }
  return NULL;
}

static bool same_paths(const struct sim_invalidation *inv, const struct batch *b) {
  size_t i = 0;
  const cJSON *item;

  if (inv->npaths != b->n)
    return false;
  cJSON_ArrayForEach(item,
                     b->items) if (strcmp(inv->paths[i++], sim_item_str(item)) != 0) return false;
  return true;
}

void sim_invalidation_free(struct sim_invalidation *inv) {
  if (!inv)
    return;
  for (size_t i = 0; inv->paths && i < inv->npaths; i++)
    free(inv->paths[i]);
  free(inv->paths);
  free(inv->caller_reference);
  free(inv);
}

/* Owned by the distribution from then on; NULL: out of memory. */
static struct sim_invalidation *add(struct sim_world *w, struct sim_distribution *d,
                                    const struct batch *b) {
  struct sim_invalidation *inv = aws_calloc(1, sizeof(*inv));
  const cJSON *item;

  if (!inv)
    return NULL;
  inv->caller_reference = strdup(b->reference);
  inv->paths = aws_calloc(b->n, sizeof(*inv->paths));
  bool good = inv->caller_reference && inv->paths;
  cJSON_ArrayForEach(item, b->items) {
    if (!good)
      break;
    inv->paths[inv->npaths] = strdup(sim_item_str(item));
    good = inv->paths[inv->npaths] != NULL;
    inv->npaths += good;
  }
  inv->id[0] = 'I';
  for (size_t i = 1; i < 14; i++)
    inv->id[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[sim_random_below(w, 36)];
  inv->created = w->now;
  inv->completes = w->now + TAKES_AT_LEAST + (aws_ms)sim_random_below(w, TAKES_BESIDES);
  if (good && sim_vec_add(&d->invalidations, inv))
    return inv;
  sim_invalidation_free(inv);
  return NULL;
}

void cloudfront_create_invalidation(struct sim_request *rq) {
  struct sim_distribution *d = cloudfront_wanted(rq, "DistributionId");
  struct batch b;

  if (!d || !read_batch(rq, &b))
    return;
  const struct sim_invalidation *inv = earlier(d, b.reference);
  if (inv && !same_paths(inv, &b)) {
    sim_error(rq, 409, "InvalidationBatchAlreadyExists",
              "An invalidation batch with the caller reference %s exists, with other paths.",
              b.reference);
    return;
  }
  if (!inv && !within_limits(rq, d, &b))
    return;
  if (!inv && !(inv = add(rq->world, d, &b))) {
    sim_error(rq, 500, "InternalError", "out of memory");
    return;
  }
  rq->status = 201;
  sim_header(rq, "Location",
             "https://cloudfront.amazonaws.com/2020-05-31/distribution/%s/invalidation/%s", d->id,
             inv->id);
  write_invalidation(rq, inv);
}
