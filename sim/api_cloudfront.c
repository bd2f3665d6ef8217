/* CloudFront: distributions and VPC origins. Invalidations are in cloudfront_invalidation.c.
 * https://docs.aws.amazon.com/cloudfront/latest/APIReference/
 */
#include "sim/cloudfront.h"

static void list_distributions(struct sim_request *rq) {
  const struct sim_vec *all = &rq->world->distributions;
  struct sim_page page;

  if (!cloudfront_list_page(rq, all->n, &page))
    return;
  sim_list(rq, "Items", "DistributionSummary");
  for (size_t i = page.first; i < page.end; i++) {
    sim_begin(rq, NULL);
    cloudfront_write_summary(rq, all->v[i]);
    sim_end(rq);
  }
  sim_end(rq);
}

static void get_distribution(struct sim_request *rq) {
  const struct sim_distribution *d = cloudfront_wanted(rq, "Id");

  if (!d)
    return;
  sim_header(rq, "ETag", "%s", d->etag);
  cloudfront_write_distribution(rq, d);
}

static void get_vpc_origin(struct sim_request *rq) {
  const struct sim_vec *all = &rq->world->vpc_origins;
  const struct sim_vpc_origin *o = NULL;

  for (size_t i = 0; i < all->n && !o; i++) {
    const struct sim_vpc_origin *candidate = all->v[i];
    if (strcmp(candidate->id, sim_in_str(rq, "Id")) == 0)
      o = candidate;
  }
  if (!o) {
    sim_error(rq, 404, "EntityNotFound", "The entity was not found.");
    return;
  }
  sim_header(rq, "ETag", "E%.10s", o->id + 3);
  sim_str(rq, "Id", o->id);
  sim_str(rq, "Arn", o->arn);
  sim_str(rq, "AccountId", rq->world->account);
  sim_str(rq, "Status", "Deployed");
  sim_time(rq, "CreatedTime", o->created);
  sim_time(rq, "LastModifiedTime", o->created);
  sim_begin(rq, "VpcOriginEndpointConfig");
  sim_str(rq, "Name", o->name);
  sim_str(rq, "Arn", o->endpoint_arn);
  sim_int(rq, "HTTPPort", 80);
  sim_int(rq, "HTTPSPort", 443);
  sim_str(rq, "OriginProtocolPolicy", "https-only");
  sim_begin(rq, "OriginSslProtocols");
  sim_int(rq, "Quantity", 1);
  sim_list(rq, "Items", "SslProtocol");
  sim_str(rq, NULL, "TLSv1.2");
  sim_end(rq);
  sim_end(rq);
  sim_end(rq);
}

static const struct sim_param page_params[] = {
    {.name = "Marker", .kind = SIM_P_STR},
    {.name = "MaxItems", .kind = SIM_P_INT, .min = 1, .max = 100},
};

#define ROOT "/2020-05-31/distribution"
const struct sim_op sim_ops_cloudfront[] = {
    {.name = "ListDistributions",
     .handler = list_distributions,
     .SIM_PARAMS(page_params),
     .method = "GET",
     .path = ROOT,
     .root = "DistributionList"},
    {.name = "GetDistribution",
     .handler = get_distribution,
     .method = "GET",
     .path = ROOT "/{Id}",
     .root = "Distribution"},
    {.name = "GetVpcOrigin",
     .handler = get_vpc_origin,
     .method = "GET",
     .path = "/2020-05-31/vpc-origin/{Id}",
     .root = "VpcOrigin"},
    {.name = "ListInvalidations",
     .handler = cloudfront_list_invalidations,
     .SIM_PARAMS(page_params),
     .method = "GET",
     .path = ROOT "/{DistributionId}/invalidation",
     .root = "InvalidationList"},
    {.name = "GetInvalidation",
     .handler = cloudfront_get_invalidation,
     .method = "GET",
     .path = ROOT "/{DistributionId}/invalidation/{Id}",
     .root = "Invalidation"},
    {.name = "CreateInvalidation",
     .handler = cloudfront_create_invalidation,
     .method = "POST",
     .path = ROOT "/{DistributionId}/invalidation",
     .root = "Invalidation"},
    {.name = NULL},
};
