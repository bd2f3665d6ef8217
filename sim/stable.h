/* Names and numbers that look random but are the same in every run: made from a seed and a text. */
#ifndef CAWSOLE_SIM_STABLE_H
#define CAWSOLE_SIM_STABLE_H

#include "sim/world.h"

/* 64 bits of (seed, text, salt). */
uint64_t sim_stable(const struct sim_world *w, const char *text, uint64_t salt);
/* n lower-case hex digits and a NUL into out. */
void sim_stable_hex(const struct sim_world *w, const char *text, char *out, size_t n);
void sim_stable_uuid(const struct sim_world *w, const char *text, char out[37]);
/* n bytes as base64 (RFC 4648 section 4) into the arena; NULL when there is no memory. */
const char *sim_base64(struct aws_arena *a, const unsigned char *p, size_t n);

#endif
