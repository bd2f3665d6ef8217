/* What every unit test includes: cmocka with the headers that it wants before it. */
#ifndef CAWSOLE_TESTS_UNIT_TEST_H
#define CAWSOLE_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
