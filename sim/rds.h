/* RDS's answers, shared by its files. */
#ifndef CAWSOLE_SIM_RDS_H
#define CAWSOLE_SIM_RDS_H

#include "sim/sim.h"

/* Each writes one item of the open list. */
void rds_write_instance(struct sim_request *rq, const struct sim_db_instance *db);
void rds_write_cluster(struct sim_request *rq, const struct sim_db_cluster *c);

#endif
