/* Database instances and clusters as RDS shows them. */
#include "sim/rds.h"
#include "sim/stable.h"

#define ZONE_ID "Z29XKXDKYMONMX" /* hosted zone of RDS's names in eu-west-1 */
#define CA "rds-ca-rsa2048-g1"

/* When the authority's certificate ends. */
static aws_ms ca_valid_till(const struct sim_world *w) {
  return w->began + 700 * SIM_DAY;
}

static void write_key(struct sim_request *rq, const char *name) {
  char uuid[37];

  sim_stable_uuid(rq->world, "rds-key", uuid);
  sim_strf(rq, name, "arn:aws:kms:%s:%s:key/%s", rq->world->region, rq->world->account, uuid);
}

static void write_security_groups(struct sim_request *rq) {
  char hex[18];

  sim_stable_hex(rq->world, "sg-database", hex, 17);
  sim_list(rq, "VpcSecurityGroups", "VpcSecurityGroupMembership");
  sim_begin(rq, NULL);
  sim_strf(rq, "VpcSecurityGroupId", "sg-%s", hex);
  sim_str(rq, "Status", "active");
  sim_end(rq);
  sim_end(rq);
}

static void write_subnet_group(struct sim_request *rq) {
  const struct sim_world *w = rq->world;

  sim_begin(rq, "DBSubnetGroup");
  sim_strf(rq, "DBSubnetGroupName", "%s-%s-private", w->project, w->environment);
  sim_str(rq, "DBSubnetGroupDescription", "private subnets");
  sim_str(rq, "VpcId", w->vpc);
  sim_str(rq, "SubnetGroupStatus", "Complete");
  sim_list(rq, "Subnets", "Subnet");
  for (size_t i = 0; i < SIM_ZONES; i++) {
    sim_begin(rq, NULL);
    sim_str(rq, "SubnetIdentifier", w->zones[i].subnet);
    sim_begin(rq, "SubnetAvailabilityZone");
    sim_str(rq, "Name", w->zones[i].name);
    sim_end(rq);
    sim_begin(rq, "SubnetOutpost");
    sim_end(rq);
    sim_str(rq, "SubnetStatus", "Active");
    sim_end(rq);
  }
  sim_end(rq);
  sim_end(rq);
}

static void write_tags(struct sim_request *rq) {
  sim_list(rq, "TagList", "Tag");
  sim_begin(rq, NULL);
  sim_str(rq, "Key", "Project");
  sim_str(rq, "Value", rq->world->project);
  sim_end(rq);
  sim_begin(rq, NULL);
  sim_str(rq, "Key", "Environment");
  sim_str(rq, "Value", rq->world->environment);
  sim_end(rq);
  sim_end(rq);
}

static void write_certificate(struct sim_request *rq) {
  sim_begin(rq, "CertificateDetails");
  sim_str(rq, "CAIdentifier", CA);
  sim_time(rq, "ValidTill", ca_valid_till(rq->world));
  sim_end(rq);
}

static void write_log_exports(struct sim_request *rq) {
  sim_list(rq, "EnabledCloudwatchLogsExports", "member");
  sim_str(rq, NULL, "postgresql");
  sim_end(rq);
}

static void write_option_groups(struct sim_request *rq, const struct sim_db_instance *db) {
  const size_t major = strcspn(db->engine_version, ".");

  sim_list(rq, "OptionGroupMemberships", "OptionGroupMembership");
  sim_begin(rq, NULL);
  sim_strf(rq, "OptionGroupName", "default:%s-%.*s", db->engine, (int)major, db->engine_version);
  sim_str(rq, "Status", "in-sync");
  sim_end(rq);
  sim_end(rq);
}

/* Backups are taken every five minutes. */
static aws_ms restorable(const struct sim_world *w) {
  return w->now / (5 * SIM_MINUTE) * (5 * SIM_MINUTE);
}

static void write_instance_head(struct sim_request *rq, const struct sim_db_instance *db) {
  sim_str(rq, "DBInstanceIdentifier", db->id);
  sim_str(rq, "DBInstanceClass", db->class);
  sim_str(rq, "Engine", db->engine);
  sim_str(rq, "DBInstanceStatus", db->status);
  sim_str(rq, "MasterUsername", "master");
  sim_str(rq, "DBName", rq->world->project);
  sim_begin(rq, "Endpoint");
  sim_str(rq, "Address", db->address);
  sim_int(rq, "Port", db->port);
  sim_str(rq, "HostedZoneId", ZONE_ID);
  sim_end(rq);
  sim_int(rq, "AllocatedStorage", db->allocated_gib);
  sim_time(rq, "InstanceCreateTime", db->created);
  sim_str(rq, "PreferredBackupWindow", "02:10-02:40");
  sim_int(rq, "BackupRetentionPeriod", db->backup_days);
  sim_empty_list(rq, "DBSecurityGroups");
  write_security_groups(rq);
  sim_list(rq, "DBParameterGroups", "DBParameterGroup");
  sim_begin(rq, NULL);
  sim_str(rq, "DBParameterGroupName", db->parameter_group);
  sim_str(rq, "ParameterApplyStatus", db->parameter_status);
  sim_end(rq);
  sim_end(rq);
  sim_str(rq, "AvailabilityZone", db->zone->name);
  write_subnet_group(rq);
  sim_str(rq, "PreferredMaintenanceWindow", "sun:03:10-sun:03:40");
  sim_begin(rq, "PendingModifiedValues");
  sim_end(rq);
}

static void write_instance_storage(struct sim_request *rq, const struct sim_db_instance *db) {
  if (!db->cluster) {
    sim_time(rq, "LatestRestorableTime", restorable(rq->world));
    sim_int(rq, "Iops", 3000);
    sim_int(rq, "StorageThroughput", 125);
  }
  write_option_groups(rq, db);
  sim_str(rq, "SecondaryAvailabilityZone", db->secondary_zone ? db->secondary_zone->name : NULL);
  sim_bool(rq, "PubliclyAccessible", false);
  sim_str(rq, "StorageType", db->storage_type);
  sim_int(rq, "DbInstancePort", 0);
  sim_str(rq, "DBClusterIdentifier", db->cluster ? db->cluster->id : NULL);
  sim_bool(rq, "StorageEncrypted", db->encrypted);
  if (db->encrypted)
    write_key(rq, "KmsKeyId");
  if (db->max_allocated_gib)
    sim_int(rq, "MaxAllocatedStorage", db->max_allocated_gib);
}

static void write_instance_watch(struct sim_request *rq, const struct sim_db_instance *db) {
  sim_str(rq, "CACertificateIdentifier", CA);
  sim_empty_list(rq, "DomainMemberships");
  sim_bool(rq, "CopyTagsToSnapshot", true);
  sim_int(rq, "MonitoringInterval", 60);
  sim_strf(rq, "MonitoringRoleArn", "arn:aws:iam::%s:role/rds-monitoring-role", rq->world->account);
  if (db->cluster)
    sim_int(rq, "PromotionTier", db->promotion_tier);
  sim_bool(rq, "IAMDatabaseAuthenticationEnabled", db->iam_auth);
  sim_str(rq, "DatabaseInsightsMode", "standard");
  sim_bool(rq, "PerformanceInsightsEnabled", true);
  write_key(rq, "PerformanceInsightsKMSKeyId");
  sim_int(rq, "PerformanceInsightsRetentionPeriod", 7);
  write_log_exports(rq);
}

void rds_write_instance(struct sim_request *rq, const struct sim_db_instance *db) {
  sim_begin(rq, NULL);
  write_instance_head(rq, db);
  sim_bool(rq, "MultiAZ", db->multi_az);
  sim_str(rq, "EngineVersion", db->engine_version);
  sim_bool(rq, "AutoMinorVersionUpgrade", true);
  sim_empty_list(rq, "ReadReplicaDBInstanceIdentifiers");
  sim_str(rq, "LicenseModel", "postgresql-license");
  write_instance_storage(rq, db);
  sim_str(rq, "DbiResourceId", db->resource_id);
  write_instance_watch(rq, db);
  sim_bool(rq, "DeletionProtection", db->deletion_protection);
  sim_empty_list(rq, "AssociatedRoles");
  write_tags(rq);
  sim_bool(rq, "CustomerOwnedIpEnabled", false);
  sim_str(rq, "NetworkType", "IPV4");
  sim_str(rq, "ActivityStreamStatus", "stopped");
  sim_str(rq, "BackupTarget", "region");
  write_certificate(rq);
  sim_bool(rq, "DedicatedLogVolume", false);
  sim_bool(rq, "IsStorageConfigUpgradeAvailable", false);
  sim_str(rq, "EngineLifecycleSupport", "open-source-rds-extended-support-disabled");
  sim_str(rq, "DBInstanceArn", db->arn);
  sim_end(rq);
}

/* ---- clusters -------------------------------------------------------------------------------- */

static void write_members(struct sim_request *rq, const struct sim_db_cluster *c) {
  sim_list(rq, "DBClusterMembers", "DBClusterMember");
  for (size_t i = 0; i < c->members.n; i++) {
    const struct sim_db_instance *db = c->members.v[i];
    sim_begin(rq, NULL);
    sim_str(rq, "DBInstanceIdentifier", db->id);
    sim_bool(rq, "IsClusterWriter", db->writer);
    sim_str(rq, "DBClusterParameterGroupStatus", "in-sync");
    sim_int(rq, "PromotionTier", db->promotion_tier);
    sim_end(rq);
  }
  sim_end(rq);
}

static void write_cluster_head(struct sim_request *rq, const struct sim_db_cluster *c) {
  const struct sim_world *w = rq->world;

  sim_int(rq, "AllocatedStorage", 1);
  sim_list(rq, "AvailabilityZones", "AvailabilityZone");
  for (size_t i = 0; i < SIM_ZONES; i++)
    sim_str(rq, NULL, w->zones[i].name);
  sim_end(rq);
  sim_int(rq, "BackupRetentionPeriod", c->backup_days);
  sim_str(rq, "DatabaseName", w->project);
  sim_str(rq, "DBClusterIdentifier", c->id);
  sim_str(rq, "DBClusterParameterGroup", c->parameter_group);
  sim_strf(rq, "DBSubnetGroup", "%s-%s-private", w->project, w->environment);
  sim_str(rq, "Status", c->status);
  sim_time(rq, "EarliestRestorableTime", w->now - c->backup_days * SIM_DAY);
  sim_str(rq, "Endpoint", c->endpoint);
  sim_str(rq, "ReaderEndpoint", c->reader_endpoint);
  sim_bool(rq, "MultiAZ", c->members.n > 1);
  sim_str(rq, "Engine", c->engine);
  sim_str(rq, "EngineVersion", c->engine_version);
  sim_time(rq, "LatestRestorableTime", restorable(w));
  sim_int(rq, "Port", c->port);
  sim_str(rq, "MasterUsername", "master");
  sim_str(rq, "PreferredBackupWindow", "03:20-03:50");
  sim_str(rq, "PreferredMaintenanceWindow", "sun:04:10-sun:04:40");
  sim_empty_list(rq, "ReadReplicaIdentifiers");
}

static void write_cluster_rest(struct sim_request *rq, const struct sim_db_cluster *c) {
  sim_empty_list(rq, "AssociatedRoles");
  sim_bool(rq, "IAMDatabaseAuthenticationEnabled", c->iam_auth);
  sim_time(rq, "ClusterCreateTime", c->created);
  write_log_exports(rq);
  sim_str(rq, "EngineMode", "provisioned");
  sim_bool(rq, "AutoMinorVersionUpgrade", true);
  sim_bool(rq, "DeletionProtection", c->deletion_protection);
  sim_bool(rq, "HttpEndpointEnabled", false);
  sim_str(rq, "ActivityStreamStatus", "stopped");
  sim_bool(rq, "CopyTagsToSnapshot", true);
  sim_bool(rq, "CrossAccountClone", false);
  sim_empty_list(rq, "DomainMemberships");
  write_tags(rq);
  sim_str(rq, "NetworkType", "IPV4");
  if (c->serverless_max > 0) {
    sim_begin(rq, "ServerlessV2ScalingConfiguration");
    sim_double(rq, "MinCapacity", c->serverless_min);
    sim_double(rq, "MaxCapacity", c->serverless_max);
    sim_end(rq);
  }
  sim_str(rq, "DatabaseInsightsMode", "standard");
  sim_str(rq, "LocalWriteForwardingStatus", "disabled");
  sim_str(rq, "EngineLifecycleSupport", "open-source-rds-extended-support-disabled");
}

void rds_write_cluster(struct sim_request *rq, const struct sim_db_cluster *c) {
  sim_begin(rq, NULL);
  write_cluster_head(rq, c);
  write_members(rq, c);
  write_security_groups(rq);
  sim_str(rq, "HostedZoneId", ZONE_ID);
  sim_bool(rq, "StorageEncrypted", c->encrypted);
  if (c->encrypted)
    write_key(rq, "KmsKeyId");
  sim_str(rq, "DbClusterResourceId", c->resource_id);
  sim_str(rq, "DBClusterArn", c->arn);
  write_cluster_rest(rq, c);
  sim_end(rq);
}
