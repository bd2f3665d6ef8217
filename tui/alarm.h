/* Why an alarm is in its state, in a few words instead of CloudWatch's sentence. */
#ifndef CAWSOLE_TUI_ALARM_H
#define CAWSOLE_TUI_ALARM_H

#include "aws/api/cloudwatch.h"

/* "155 > 50 (2 of 2), app/shop-prod": the datapoint that is worst, the threshold, how many of the
 * last datapoints counted, and what it is measured on. What cannot be taken from the reason is
 * left out; a reason in other words is given as it is. */
void tui_alarm_why(const struct cloudwatch_alarm *a, char *out, size_t size);

#endif
