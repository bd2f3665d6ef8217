/* RDS and Aurora. Its lists have element names of their own, in requests as in answers. */
#include "config.h"

#include "aws/api/rds.h"
#include "aws/api/rows.h"

const struct aws_service aws_service_rds = {
    .id = "rds",
    .endpoint_var = "RDS",
    .host_prefix = "rds",
    .signing_name = "rds",
    .protocol = AWS_QUERY,
    .version = "2014-10-31",
};

static const struct aws_limit describe = {"RDS Describe", 1, 10, false};

static const struct aws_field parameter_group_fields[] = {
    AWS_F_STR(rds_parameter_group, name, "DBParameterGroupName"),
    AWS_F_STR(rds_parameter_group, apply_status, "ParameterApplyStatus"),
};
static AWS_TYPE(parameter_group_type, "DBParameterGroupStatus", rds_parameter_group,
                parameter_group_fields);

static const struct aws_field instance_fields[] = {
    AWS_MUST_STR(rds_instance, id, "DBInstanceIdentifier"),
    AWS_F_STR(rds_instance, class, "DBInstanceClass"),
    AWS_MUST_STR(rds_instance, engine, "Engine"),
    AWS_MUST_STR(rds_instance, status, "DBInstanceStatus"),
    AWS_F_STR(rds_instance, address, "Endpoint/Address"),
    AWS_F_COUNT(rds_instance, port, "Endpoint/Port"),
    AWS_F_COUNT(rds_instance, allocated_gib, "AllocatedStorage"),
    AWS_F_TIME(rds_instance, created, "InstanceCreateTime"),
    AWS_F_COUNT(rds_instance, backup_days, "BackupRetentionPeriod"),
    AWS_F_LIST(rds_instance, parameter_groups, "DBParameterGroups", &parameter_group_type),
    AWS_F_STR(rds_instance, zone, "AvailabilityZone"),
    AWS_F_TIME(rds_instance, latest_restorable, "LatestRestorableTime"),
    AWS_F_BOOL(rds_instance, multi_az, "MultiAZ"),
    AWS_F_STR(rds_instance, engine_version, "EngineVersion"),
    AWS_F_STR(rds_instance, replica_source, "ReadReplicaSourceDBInstanceIdentifier"),
    AWS_F_STR(rds_instance, secondary_zone, "SecondaryAvailabilityZone"),
    AWS_F_BOOL(rds_instance, public, "PubliclyAccessible"),
    AWS_F_STR(rds_instance, storage_type, "StorageType"),
    AWS_F_STR(rds_instance, cluster_id, "DBClusterIdentifier"),
    AWS_F_BOOL(rds_instance, encrypted, "StorageEncrypted"),
    AWS_F_STR(rds_instance, resource_id, "DbiResourceId"),
    AWS_F_COUNT(rds_instance, promotion_tier, "PromotionTier"),
    AWS_MUST_STR(rds_instance, arn, "DBInstanceArn"),
    AWS_F_BOOL(rds_instance, iam_auth, "IAMDatabaseAuthenticationEnabled"),
    AWS_F_BOOL(rds_instance, deletion_protection, "DeletionProtection"),
    AWS_F_COUNT(rds_instance, max_allocated_gib, "MaxAllocatedStorage"),
};
AWS_TYPE(rds_instance_type, "DBInstance", rds_instance, instance_fields);

static const struct aws_field member_fields[] = {
    AWS_MUST_STR(rds_member, instance_id, "DBInstanceIdentifier"),
    AWS_MUST_BOOL(rds_member, writer, "IsClusterWriter"),
    AWS_F_STR(rds_member, parameter_group_status, "DBClusterParameterGroupStatus"),
    AWS_F_COUNT(rds_member, promotion_tier, "PromotionTier"),
};
static AWS_TYPE(member_type, "DBClusterMember", rds_member, member_fields);

static const struct aws_field cluster_fields[] = {
    AWS_MUST_STR(rds_cluster, id, "DBClusterIdentifier"),
    AWS_MUST_STR(rds_cluster, status, "Status"),
    AWS_F_STR(rds_cluster, endpoint, "Endpoint"),
    AWS_F_STR(rds_cluster, reader_endpoint, "ReaderEndpoint"),
    AWS_F_BOOL(rds_cluster, multi_az, "MultiAZ"),
    AWS_MUST_STR(rds_cluster, engine, "Engine"),
    AWS_F_STR(rds_cluster, engine_version, "EngineVersion"),
    AWS_F_COUNT(rds_cluster, port, "Port"),
    AWS_MUST_LIST(rds_cluster, members, "DBClusterMembers", &member_type),
    AWS_F_BOOL(rds_cluster, encrypted, "StorageEncrypted"),
    AWS_MUST_STR(rds_cluster, arn, "DBClusterArn"),
    AWS_F_BOOL(rds_cluster, iam_auth, "IAMDatabaseAuthenticationEnabled"),
    AWS_F_STR(rds_cluster, engine_mode, "EngineMode"),
    AWS_F_BOOL(rds_cluster, deletion_protection, "DeletionProtection"),
    AWS_F_DOUBLE(rds_cluster, serverless_min, "ServerlessV2ScalingConfiguration/MinCapacity"),
    AWS_F_DOUBLE(rds_cluster, serverless_max, "ServerlessV2ScalingConfiguration/MaxCapacity"),
};
AWS_TYPE(rds_cluster_type, "DBCluster", rds_cluster, cluster_fields);

static const struct aws_field event_fields[] = {
    AWS_F_STR(rds_event, source_id, "SourceIdentifier"),
    AWS_F_STR(rds_event, source_type, "SourceType"),
    AWS_MUST_STR(rds_event, message, "Message"),
    AWS_F_STRS(rds_event, categories, "EventCategories"),
    AWS_MUST_TIME(rds_event, date, "Date"),
    AWS_F_STR(rds_event, source_arn, "SourceArn"),
};
AWS_TYPE(rds_event_type, "Event", rds_event, event_fields);

const struct aws_op rds_describe_instances = {
    .name = "DescribeDBInstances",
    .service = &aws_service_rds,
    .limit = &describe,
    .lists = "Filters=Filter Values=Value",
    .items = "DBInstances",
    .item = &rds_instance_type,
    .token_in = "Marker",
    .token_out = "Marker",
    .size_in = "MaxRecords",
    .size = 100,
};

const struct aws_op rds_describe_clusters = {
    .name = "DescribeDBClusters",
    .service = &aws_service_rds,
    .limit = &describe,
    .lists = "Filters=Filter Values=Value",
    .items = "DBClusters",
    .item = &rds_cluster_type,
    .token_in = "Marker",
    .token_out = "Marker",
    .size_in = "MaxRecords",
    .size = 100,
};

const struct aws_op rds_describe_events = {
    .name = "DescribeEvents",
    .service = &aws_service_rds,
    .limit = &describe,
    .lists = "Filters=Filter Values=Value EventCategories=EventCategory",
    .items = "Events",
    .item = &rds_event_type,
    .token_in = "Marker",
    .token_out = "Marker",
    .size_in = "MaxRecords",
    .size = 100,
};
