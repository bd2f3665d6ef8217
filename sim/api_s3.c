/* Amazon S3: the buckets of an account.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
 */
#include "sim/sim.h"
#include "sim/stable.h"

static bool wanted(const struct sim_request *rq, const struct sim_bucket *b) {
  const char *prefix = sim_in_str(rq, "prefix");
  const char *region = sim_in_str(rq, "bucket-region");
  return (!prefix || strncmp(b->name, prefix, strlen(prefix)) == 0) &&
         (!region || strcmp(b->region, region) == 0);
}

static void write_bucket(struct sim_request *rq, const struct sim_bucket *b, bool region) {
  sim_begin(rq, NULL);
  sim_str(rq, "Name", b->name);
  sim_time(rq, "CreationDate", b->created);
  if (region)
    sim_str(rq, "BucketRegion", b->region);
  sim_strf(rq, "BucketArn", "arn:aws:s3:::%s", b->name);
  sim_end(rq);
}

static void list_buckets(struct sim_request *rq) {
  const struct sim_vec *all = &rq->world->buckets;
  struct sim_bucket **match = aws_arena_alloc_n(rq->arena, all->n + 1, sizeof(*match));
  if (!match) {
    sim_error(rq, 500, "InternalError", "We encountered an internal error. Please try again.");
    return;
  }
  size_t n = 0;
  for (size_t i = 0; i < all->n; i++)
    if (wanted(rq, all->v[i]))
      match[n++] = all->v[i];
  struct sim_page page;
  if (!sim_page(rq, "continuation-token", "max-buckets", 10000, n, &page))
    return;
  /* AWS names the region only in answers to requests that narrow or page the list. */
  const bool region = sim_in_has(rq, "max-buckets") || sim_in_has(rq, "prefix") ||
                      sim_in_has(rq, "bucket-region") || sim_in_has(rq, "continuation-token");
  char owner[65];
  sim_stable_hex(rq->world, rq->world->account, owner, 64);
  sim_begin(rq, "Owner");
  sim_str(rq, "ID", owner);
  sim_end(rq);
  sim_list(rq, "Buckets", "Bucket");
  for (size_t i = page.first; i < page.end; i++)
    write_bucket(rq, match[i], region);
  sim_end(rq);
  sim_next(rq, "ContinuationToken", &page);
  sim_str(rq, "Prefix", sim_in_str(rq, "prefix"));
}

static const struct sim_param list_buckets_params[] = {
    {.name = "max-buckets", .kind = SIM_P_INT, .min = 1, .max = 10000},
    {.name = "continuation-token", .kind = SIM_P_STR, .max = 1024},
    {.name = "prefix", .kind = SIM_P_STR, .max = 63},
    {.name = "bucket-region", .kind = SIM_P_STR, .max = 64},
};

const struct sim_op sim_ops_s3[] = {
    {.name = "ListBuckets",
     .handler = list_buckets,
     .SIM_PARAMS(list_buckets_params),
     .method = "GET",
     .path = "/",
     .root = "ListAllMyBucketsResult"},
    {.name = NULL},
};
