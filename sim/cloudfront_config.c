/* A distribution as CloudFront shows it. Members that this world does not vary have the values a
 * distribution has that was made with the console's defaults.
 */
#include "sim/cloudfront.h"
#include "sim/stable.h"

/* AWS's managed policies have the same ids everywhere. */
#define CACHING_OPTIMIZED "658327ea-f89d-4fab-a63d-7e88639e58f6"
#define CACHING_DISABLED "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
#define ALL_VIEWER_EXCEPT_HOST "b689b0a8-53d0-40ab-baf2-68738e2966ac"
#define SECURITY_HEADERS "67f7725c-6f97-4210-82d7-5512b31e9d03"

static void write_none(struct sim_request *rq, const char *name) {
  sim_begin(rq, name);
  sim_int(rq, "Quantity", 0);
  sim_end(rq);
}

static void write_disabled(struct sim_request *rq, const char *name) {
  sim_begin(rq, name);
  sim_bool(rq, "Enabled", false);
  sim_int(rq, "Quantity", 0);
  sim_end(rq);
}

/* Items is left out when there are none: begin_items() says whether to go on. */
static bool begin_items(struct sim_request *rq, const char *name, size_t n, const char *item) {
  sim_begin(rq, name);
  sim_int(rq, "Quantity", (int64_t)n);
  if (n)
    sim_list(rq, "Items", item);
  else
    sim_end(rq);
  return n > 0;
}

static void end_items(struct sim_request *rq) {
  sim_end(rq);
  sim_end(rq);
}

static void write_words(struct sim_request *rq, const char *name, const char *item,
                        const char *const *words, size_t n) {
  if (!begin_items(rq, name, n, item))
    return;
  for (size_t i = 0; i < n; i++)
    sim_str(rq, NULL, words[i]);
  end_items(rq);
}

static void write_aliases(struct sim_request *rq, const struct sim_distribution *d) {
  if (!begin_items(rq, "Aliases", d->aliases.n, "CNAME"))
    return;
  for (size_t i = 0; i < d->aliases.n; i++)
    sim_str(rq, NULL, d->aliases.v[i]);
  end_items(rq);
}

static void write_custom_origin(struct sim_request *rq) {
  static const char *const protocols[] = {"TLSv1.2"};

  sim_begin(rq, "CustomOriginConfig");
  sim_int(rq, "HTTPPort", 80);
  sim_int(rq, "HTTPSPort", 443);
  sim_str(rq, "OriginProtocolPolicy", "https-only");
  write_words(rq, "OriginSslProtocols", "SslProtocol", protocols, 1);
  sim_int(rq, "OriginReadTimeout", 30);
  sim_int(rq, "OriginKeepaliveTimeout", 5);
  sim_str(rq, "IpAddressType", "ipv4");
  sim_end(rq);
}

static void write_origin_kind(struct sim_request *rq, const struct sim_origin *o) {
  switch (o->kind) {
  case SIM_ORIGIN_S3:
    sim_begin(rq, "S3OriginConfig");
    sim_str(rq, "OriginAccessIdentity", "");
    sim_int(rq, "OriginReadTimeout", 30);
    sim_end(rq);
    break;
  case SIM_ORIGIN_CUSTOM:
    write_custom_origin(rq);
    break;
  case SIM_ORIGIN_VPC:
    sim_begin(rq, "VpcOriginConfig");
    sim_str(rq, "VpcOriginId", o->vpc_origin_id);
    sim_int(rq, "OriginReadTimeout", 30);
    sim_int(rq, "OriginKeepaliveTimeout", 5);
    sim_end(rq);
    break;
  }
}

static void write_origins(struct sim_request *rq, const struct sim_distribution *d) {
  if (!begin_items(rq, "Origins", d->origins.n, "Origin"))
    return;
  for (size_t i = 0; i < d->origins.n; i++) {
    const struct sim_origin *o = d->origins.v[i];
    char access[14];
    sim_stable_hex(rq->world, o->domain_name, access, 13);
    sim_begin(rq, NULL);
    sim_str(rq, "Id", o->id);
    sim_str(rq, "DomainName", o->domain_name);
    sim_str(rq, "OriginPath", o->path ? o->path : "");
    write_none(rq, "CustomHeaders");
    write_origin_kind(rq, o);
    sim_int(rq, "ConnectionAttempts", 3);
    sim_int(rq, "ConnectionTimeout", 10);
    sim_begin(rq, "OriginShield");
    sim_bool(rq, "Enabled", false);
    sim_end(rq);
    if (o->kind == SIM_ORIGIN_S3)
      sim_strf(rq, "OriginAccessControlId", "E%s", access);
    else
      sim_str(rq, "OriginAccessControlId", "");
    sim_end(rq);
  }
  end_items(rq);
}

static bool is_static(const struct sim_distribution *d, const char *origin_id) {
  for (size_t i = 0; i < d->origins.n; i++) {
    const struct sim_origin *o = d->origins.v[i];
    if (strcmp(o->id, origin_id) == 0)
      return o->kind == SIM_ORIGIN_S3;
  }
  return false;
}

static void write_methods(struct sim_request *rq, bool reads_only) {
  static const char *const all[] = {"HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"};
  static const char *const reads[] = {"HEAD", "GET"};
  const size_t n = reads_only ? 2 : 7;

  sim_begin(rq, "AllowedMethods");
  sim_int(rq, "Quantity", (int64_t)n);
  sim_list(rq, "Items", "Method");
  for (size_t i = 0; i < n; i++)
    sim_str(rq, NULL, reads_only ? reads[i] : all[i]);
  sim_end(rq);
  write_words(rq, "CachedMethods", "Method", reads, 2);
  sim_end(rq);
}

/* Members of a behaviour; pattern NULL: the default one. */
static void write_behavior(struct sim_request *rq, const struct sim_distribution *d,
                           const char *pattern, const char *origin_id) {
  const bool files = is_static(d, origin_id);

  sim_str(rq, "PathPattern", pattern);
  sim_str(rq, "TargetOriginId", origin_id);
  write_disabled(rq, "TrustedSigners");
  write_disabled(rq, "TrustedKeyGroups");
  sim_str(rq, "ViewerProtocolPolicy", "redirect-to-https");
  write_methods(rq, files);
  sim_bool(rq, "SmoothStreaming", false);
  sim_bool(rq, "Compress", true);
  write_none(rq, "LambdaFunctionAssociations");
  write_none(rq, "FunctionAssociations");
  sim_str(rq, "FieldLevelEncryptionId", "");
  sim_str(rq, "CachePolicyId", files ? CACHING_OPTIMIZED : CACHING_DISABLED);
  sim_str(rq, "OriginRequestPolicyId", files ? NULL : ALL_VIEWER_EXCEPT_HOST);
  sim_str(rq, "ResponseHeadersPolicyId", SECURITY_HEADERS);
  sim_begin(rq, "GrpcConfig");
  sim_bool(rq, "Enabled", false);
  sim_end(rq);
}

static void write_behaviors(struct sim_request *rq, const struct sim_distribution *d) {
  sim_begin(rq, "DefaultCacheBehavior");
  write_behavior(rq, d, NULL, d->default_origin_id);
  sim_end(rq);
  if (!begin_items(rq, "CacheBehaviors", d->behaviors.n, "CacheBehavior"))
    return;
  for (size_t i = 0; i < d->behaviors.n; i++) {
    const struct sim_behavior *b = d->behaviors.v[i];
    sim_begin(rq, NULL);
    write_behavior(rq, d, b->path_pattern, b->origin_id);
    sim_end(rq);
  }
  end_items(rq);
}

/* A site of one page: what the bucket does not know is the application's. */
static void write_error_pages(struct sim_request *rq, const struct sim_distribution *d) {
  if (!begin_items(rq, "CustomErrorResponses", is_static(d, d->default_origin_id) ? 1 : 0,
                   "CustomErrorResponse"))
    return;
  sim_begin(rq, NULL);
  sim_int(rq, "ErrorCode", 404);
  sim_str(rq, "ResponsePagePath", "/index.html");
  sim_str(rq, "ResponseCode", "200");
  sim_int(rq, "ErrorCachingMinTTL", 10);
  sim_end(rq);
  end_items(rq);
}

static void write_certificate(struct sim_request *rq, const struct sim_distribution *d) {
  char uuid[37];
  const bool own = d->aliases.n > 0;

  sim_begin(rq, "ViewerCertificate");
  sim_bool(rq, "CloudFrontDefaultCertificate", !own);
  if (own) {
    sim_stable_uuid(rq->world, d->aliases.v[0], uuid);
    sim_strf(rq, "ACMCertificateArn", "arn:aws:acm:us-east-1:%s:certificate/%s", rq->world->account,
             uuid);
    sim_str(rq, "SSLSupportMethod", "sni-only");
  } else {
    sim_str(rq, "SSLSupportMethod", "vip");
  }
  sim_str(rq, "MinimumProtocolVersion", own ? "TLSv1.2_2021" : "TLSv1");
  if (own)
    sim_strf(rq, "Certificate", "arn:aws:acm:us-east-1:%s:certificate/%s", rq->world->account,
             uuid);
  sim_str(rq, "CertificateSource", own ? "acm" : "cloudfront");
  sim_end(rq);
}

static void write_restrictions(struct sim_request *rq) {
  sim_begin(rq, "Restrictions");
  sim_begin(rq, "GeoRestriction");
  sim_str(rq, "RestrictionType", "none");
  sim_int(rq, "Quantity", 0);
  sim_end(rq);
  sim_end(rq);
}

static void write_head(struct sim_request *rq, const struct sim_distribution *d) {
  sim_str(rq, "Id", d->id);
  sim_str(rq, "ARN", d->arn);
}

static void write_state(struct sim_request *rq, const struct sim_distribution *d) {
  sim_str(rq, "Status", rq->world->now >= d->deployed ? "Deployed" : "InProgress");
  sim_time(rq, "LastModifiedTime", d->last_modified);
}

/* From WebACLId on: the end of both forms. */
static void write_tail(struct sim_request *rq, const struct sim_distribution *d) {
  sim_str(rq, "WebACLId", d->web_acl ? d->web_acl : "");
  sim_str(rq, "HttpVersion", "http2and3");
  sim_bool(rq, "IsIPV6Enabled", true);
}

void cloudfront_write_summary(struct sim_request *rq, const struct sim_distribution *d) {
  write_head(rq, d);
  sim_str(rq, "ETag", d->etag);
  write_state(rq, d);
  sim_str(rq, "DomainName", d->domain_name);
  write_aliases(rq, d);
  write_origins(rq, d);
  write_none(rq, "OriginGroups");
  write_behaviors(rq, d);
  write_error_pages(rq, d);
  sim_str(rq, "Comment", d->comment);
  sim_str(rq, "PriceClass", d->price_class);
  sim_bool(rq, "Enabled", d->enabled);
  write_certificate(rq, d);
  write_restrictions(rq);
  write_tail(rq, d);
  sim_bool(rq, "Staging", false);
  sim_str(rq, "ConnectionMode", "direct");
}

static void write_config(struct sim_request *rq, const struct sim_distribution *d) {
  char uuid[37];

  sim_stable_uuid(rq->world, d->id, uuid);
  sim_begin(rq, "DistributionConfig");
  sim_str(rq, "CallerReference", uuid);
  write_aliases(rq, d);
  sim_str(rq, "DefaultRootObject", is_static(d, d->default_origin_id) ? "index.html" : "");
  write_origins(rq, d);
  write_none(rq, "OriginGroups");
  write_behaviors(rq, d);
  write_error_pages(rq, d);
  sim_str(rq, "Comment", d->comment);
  sim_begin(rq, "Logging");
  sim_bool(rq, "Enabled", false);
  sim_bool(rq, "IncludeCookies", false);
  sim_str(rq, "Bucket", "");
  sim_str(rq, "Prefix", "");
  sim_end(rq);
  sim_str(rq, "PriceClass", d->price_class);
  sim_bool(rq, "Enabled", d->enabled);
  write_certificate(rq, d);
  write_restrictions(rq);
  write_tail(rq, d);
  sim_str(rq, "ContinuousDeploymentPolicyId", "");
  sim_bool(rq, "Staging", false);
  sim_str(rq, "ConnectionMode", "direct");
  sim_end(rq);
}

void cloudfront_write_distribution(struct sim_request *rq, const struct sim_distribution *d) {
  write_head(rq, d);
  write_state(rq, d);
  sim_int(rq, "InProgressInvalidationBatches",
          (int64_t)cloudfront_in_progress(rq->world, d).batches);
  sim_str(rq, "DomainName", d->domain_name);
  write_disabled(rq, "ActiveTrustedSigners");
  write_disabled(rq, "ActiveTrustedKeyGroups");
  write_config(rq, d);
}
