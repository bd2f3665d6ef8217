/* RDS and Aurora. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/ */
#ifndef CAWSOLE_AWS_API_RDS_H
#define CAWSOLE_AWS_API_RDS_H

#include "aws/client.h"

struct rds_parameter_group {
  uint64_t has;
  struct aws_str name, apply_status;
};
struct rds_instance {
  uint64_t has;
  struct aws_str id, arn, resource_id, class, engine, engine_version, status, zone, secondary_zone;
  struct aws_str address, storage_type, cluster_id, replica_source;
  int64_t port, allocated_gib, max_allocated_gib, promotion_tier, backup_days;
  bool multi_az, encrypted, public, iam_auth, deletion_protection;
  aws_ms created, latest_restorable;
  struct aws_list parameter_groups; /* struct rds_parameter_group */
};
struct rds_member {
  uint64_t has;
  struct aws_str instance_id, parameter_group_status;
  bool writer;
  int64_t promotion_tier;
};
struct rds_cluster {
  uint64_t has;
  struct aws_str id, arn, status, engine, engine_version, engine_mode, endpoint, reader_endpoint;
  int64_t port;
  bool multi_az, encrypted, iam_auth, deletion_protection;
  double serverless_min, serverless_max; /* ACU */
  struct aws_list members;               /* struct rds_member */
};
struct rds_event {
  uint64_t has;
  struct aws_str source_id, source_type, source_arn, message;
  aws_ms date;
  struct aws_list categories;
};
extern const struct aws_type rds_instance_type, rds_cluster_type, rds_event_type;
extern const struct aws_op rds_describe_instances, rds_describe_clusters, rds_describe_events;

#endif
