/* The simulator that runs, asked past the console. */
#ifndef CAWSOLE_TESTS_SCREEN_CONTROL_H
#define CAWSOLE_TESTS_SCREEN_CONTROL_H

#include <stdbool.h>

/* Begins a fault, as the simulator's --fault has it. False: it cannot be reached. */
bool control_fault(const char *spec);
/* What the last one did, of how many calls. */
bool control_faults_count(unsigned *met, unsigned *calls);
/* Ends all faults, counting as above. */
bool control_faults_end(unsigned *met, unsigned *calls);
/* How many invalidations there are of that distribution; -1: no answer. */
int control_invalidations(const char *distribution);
/* How often an operation ("ecs:UpdateService") was asked for and was done since the simulator's
 * start, whatever became of the answers. False: no answer. */
bool control_calls(const char *operation, unsigned *asked, unsigned *done);
/* How many requests met a fault since its start; connections that did are not counted. */
bool control_spoilt(unsigned long *n);
void control_end(void); /* before the simulator's end */

#endif
