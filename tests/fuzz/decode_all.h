/* Shared by the targets of JSON and XML. */
#ifndef CAWSOLE_TESTS_FUZZ_DECODE_ALL_H
#define CAWSOLE_TESTS_FUZZ_DECODE_ALL_H

#include "aws/doc.h"

/* Decodes the tree against the type of every operation, at the root and where the items should be.
 */
void fuzz_decode_all(const cJSON *root);

#endif
