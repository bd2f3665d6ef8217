/* Strings, memory, errors, time and hashing: what every other file stands on.
 *
 * Borrowed and owned text have different types. A struct aws_str points into memory that somebody
 * else owns; a struct aws_buf owns its bytes and never grows beyond the maximum it was given.
 */
#ifndef CAWSOLE_AWS_BASE_H
#define CAWSOLE_AWS_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define AWS_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define AWS_MUST_CHECK __attribute__((warn_unused_result))
#else
#define AWS_PRINTF(fmt, args)
#define AWS_MUST_CHECK
#endif

/* ---- borrowed text --------------------------------------------------------------------------- */

/* n bytes at p, which somebody else owns. p is NULL only when there is no value at all (a member
 * that AWS left out); an empty value has n == 0 and p != NULL. Text made by the decoder is also
 * NUL-terminated, so that p can go to functions that want a C string. */
struct aws_str {
  const char *p;
  size_t n;
};

#define AWS_STR_LIT(s) ((struct aws_str){(s), sizeof(s) - 1})
/* For "%.*s": never reads a NULL. */
#define AWS_STR_ARG(s) (int)(s).n, ((s).p ? (s).p : "")

struct aws_str aws_str_from(const char *cstr); /* NULL gives the value that is not there */
bool aws_str_eq(struct aws_str a, struct aws_str b);
bool aws_str_eq_c(struct aws_str a, const char *cstr);
int aws_str_cmp(struct aws_str a, struct aws_str b); /* byte order, like strcmp */
bool aws_str_starts(struct aws_str s, const char *prefix);
bool aws_str_ends(struct aws_str s, const char *suffix);
bool aws_str_has(struct aws_str s, struct aws_str needle);
/* The part after the last occurrence of c, or all of s. */
struct aws_str aws_str_after_last(struct aws_str s, char c);
/* Cuts the part before the first c off *rest and returns it; at the end returns {NULL, 0}. */
struct aws_str aws_str_split(struct aws_str *rest, char c);
struct aws_str aws_str_trim(struct aws_str s); /* ASCII white space at both ends */
bool aws_str_to_int(struct aws_str s,
                    int64_t *out); /* whole text, decimal; false: *out untouched */
/* Whole text, decimal, '.' whatever the locale, at most 63 bytes; no NaN, no infinity. */
bool aws_str_to_double(struct aws_str s, double *out);

/* ---- owned text ------------------------------------------------------------------------------ */

/* Grows as needed up to max bytes. An append that would pass max, or for which there is no memory,
 * leaves the buffer as it was and sets failed, and so does every later one until the buffer is
 * cleared: check it once at the end. p is NUL-terminated once anything was appended (the NUL is not
 * counted in n). What is appended must not lie in the buffer itself. */
struct aws_buf {
  char *p;
  size_t n, cap, max;
  bool failed;
};

void aws_buf_init(struct aws_buf *b, size_t max);
void aws_buf_done(struct aws_buf *b);      /* frees; the buffer can be used again */
void aws_buf_wipe_done(struct aws_buf *b); /* the same, after overwriting every byte */
void aws_buf_clear(struct aws_buf *b);     /* keeps the memory */
bool aws_buf_add(struct aws_buf *b, const void *p, size_t n);
bool aws_buf_add_str(struct aws_buf *b, struct aws_str s);
bool aws_buf_add_c(struct aws_buf *b, const char *cstr);
bool aws_buf_add_char(struct aws_buf *b, char c);
bool aws_buf_addf(struct aws_buf *b, const char *fmt, ...) AWS_PRINTF(2, 3);
/* The shortest decimal that reads back as v, '.' whatever the locale. Not finite: fails. */
bool aws_buf_add_double(struct aws_buf *b, double v);
struct aws_str aws_buf_str(const struct aws_buf *b); /* borrowed until the next append */
/* RFC 3986: everything but A-Z a-z 0-9 - . _ ~ as %XX, upper case; '/' kept when keep_slash. */
bool aws_buf_add_uri(struct aws_buf *b, struct aws_str s, bool keep_slash);
/* s as a JSON string with its quotes (RFC 8259). Bytes that are not UTF-8 become U+FFFD; what a
 * terminal would act on (controls, C1, bidi and invisible marks) becomes \uXXXX. */
bool aws_buf_add_json(struct aws_buf *b, struct aws_str s);
/* s with & < > " ' as entities (XML 1.0); control characters that XML forbids become U+FFFD. */
bool aws_buf_add_xml(struct aws_buf *b, struct aws_str s);

/* ---- arena ----------------------------------------------------------------------------------- */

/* Memory that is freed all at once. Blocks double from 4 KiB to 256 KiB. */
struct aws_arena_block;
struct aws_arena {
  struct aws_arena_block *blocks;
  size_t used, max; /* bytes handed out, and the most that may be */
  bool failed;      /* an allocation was refused */
};

void aws_arena_init(struct aws_arena *a, size_t max);
void aws_arena_done(struct aws_arena *a);
void aws_arena_wipe_done(struct aws_arena *a); /* the same, after overwriting every byte */
/* Zeroed, aligned for any type. NULL when max would be passed or there is no memory. */
void *aws_arena_alloc(struct aws_arena *a, size_t n);
void *aws_arena_alloc_n(struct aws_arena *a, size_t n, size_t size); /* n * size, checked */
/* Not zeroed; align is a power of two, at most that of max_align_t. */
void *aws_arena_alloc_raw(struct aws_arena *a, size_t n, size_t align);
/* A NUL-terminated copy; {NULL, 0} when there is no memory or s is not there. */
struct aws_str aws_arena_copy(struct aws_arena *a, struct aws_str s);

/* calloc for n * size, checked for overflow; NULL when out of memory. Freed with free(). */
void *aws_calloc(size_t n, size_t size) AWS_MUST_CHECK;
/* Grows *items (of size bytes each, at the address items_ptr) to hold at least want; what is new is
 * zeroed. False when out of memory: unchanged. */
bool aws_grow(void *items_ptr, size_t *cap, size_t want, size_t size) AWS_MUST_CHECK;

/* ---- secrets --------------------------------------------------------------------------------- */

/* Text that must not be found anywhere else: overwritten before it is freed. */
struct aws_secret {
  char *p; /* NUL-terminated, or NULL */
  size_t n;
};

bool aws_secret_set(struct aws_secret *s, struct aws_str value) AWS_MUST_CHECK; /* copies */
void aws_secret_done(struct aws_secret *s);
struct aws_str aws_secret_str(const struct aws_secret *s);
void aws_wipe(void *p, size_t n); /* not optimised away */

/* ---- errors ---------------------------------------------------------------------------------- */

enum aws_errc {
  AWS_OK = 0,
  AWS_E_MEMORY,      /* no memory, or a limit of ours reached */
  AWS_E_USAGE,       /* the caller asked for what cannot be */
  AWS_E_CONFIG,      /* a file, a variable or an option is wrong */
  AWS_E_CREDENTIALS, /* none found, or not usable */
  AWS_E_NETWORK,     /* no answer: name, connection, TLS, time-out */
  AWS_E_BODY,        /* an answer that cannot be read */
  AWS_E_SERVICE,     /* AWS answered with an error */
  AWS_E_DENIED,      /* AWS says this principal may not */
  AWS_E_THROTTLED,   /* AWS says: slower */
  AWS_E_EXPIRED,     /* credentials are no longer, or not yet, good */
  AWS_E_NOT_FOUND,   /* AWS does not know the thing */
  AWS_E_CANCELLED
};

/* Where the way to an answer ended (AWS_E_NETWORK). */
enum aws_hop {
  AWS_HOP_NONE, /* nowhere, or it is not known */
  AWS_HOP_NAME,
  AWS_HOP_PROXY,
  AWS_HOP_CONNECTION,
  AWS_HOP_TLS,      /* not agreed on, or the certificate is not trusted */
  AWS_HOP_TLS_DATE, /* the certificate is not good at this time */
  AWS_HOP_TLS_NAME, /* the certificate is another host's */
};

struct aws_error {
  enum aws_errc code;
  enum aws_hop hop;
  int http_status;        /* 0: no answer came */
  bool retryable;         /* trying again can help */
  bool maybe_done;        /* a write may have reached AWS: never blindly sent again */
  int64_t retry_after_ms; /* what Retry-After asked for; 0: nothing */
  char aws_code[80];      /* "AccessDeniedException", "" when there was none */
  char request_id[80];
  char text[512]; /* a sentence for the operator: what, on what, and the way out */
};

void aws_error_set(struct aws_error *e, enum aws_errc code, const char *fmt, ...) AWS_PRINTF(3, 4);
/* Puts "prefix: " before the text. */
void aws_error_wrap(struct aws_error *e, const char *fmt, ...) AWS_PRINTF(2, 3);
void aws_error_clear(struct aws_error *e);
const char *aws_errc_name(enum aws_errc code); /* "throttled", for JSON and logs */

/* ---- time ------------------------------------------------------------------------------------ */

/* Times are milliseconds since 1970-01-01T00:00:00Z; 0 stands for "not known". */
typedef int64_t aws_ms;
/* The years 0000 to 9999. What is read from outside lies between them, so that the difference of
 * two times, or a time and an interval, never overflows. */
#define AWS_MS_LEAST INT64_C(-62167219200000)
#define AWS_MS_MOST INT64_C(253402300799999)

/* The clock comes from outside: tests and the simulator bring their own. */
struct aws_clock {
  aws_ms (*wall)(void *arg); /* ms since 1970 */
  aws_ms (*mono)(void *arg); /* ms since some start; never goes back */
  void *arg;
};
extern const struct aws_clock aws_clock_system;

/* Takes what AWS sends: ISO 8601 with or without fraction and with offset
 * ("2026-01-15T12:00:00.123Z", "...+0000", "20260115T120000Z"), epoch seconds as a decimal, also in
 * exponent form
 * ("1.768474800123E9"), RFC 822/9110 ("Thu, 15 Jan 2026 12:00:00 GMT"). False: not a time, or none
 * of the years 0000 to 9999; *out untouched. */
bool aws_time_parse(struct aws_str s, aws_ms *out);
#define AWS_TIME_MAX 32
/* Both clamp to AWS_MS_LEAST and AWS_MS_MOST. */
void aws_time_iso(aws_ms t, char out[AWS_TIME_MAX]); /* 2026-01-15T12:00:00.123Z; no .000 */
void aws_time_amz(aws_ms t, char out[AWS_TIME_MAX]); /* 20260115T120000Z */

/* ---- percentiles ----------------------------------------------------------------------------- */

/* How numbers from 0 to 2^17 spread (milliseconds, say), each within an eighth; zeroed at first.
 * What was added long ago fades. */
#define AWS_SPREAD_STEPS 120
struct aws_spread {
  uint32_t n[AWS_SPREAD_STEPS], total;
};
void aws_spread_add(struct aws_spread *s, int64_t value);
/* The number that `percent` of them do not pass; -1: there are none. */
int64_t aws_spread_at(const struct aws_spread *s, unsigned percent);

/* ---- hashing --------------------------------------------------------------------------------- */

uint64_t aws_siphash(const uint64_t key[2], const void *p, size_t n);
uint64_t aws_hash(const void *p,
                  size_t n); /* SipHash-2-4 with a key made at start: for tables only */

#define AWS_UUID_MAX 37
void aws_uuid(char out[AWS_UUID_MAX]); /* "0f8fad5b-d9cb-469f-a165-70867728950e", random */

/* Text to pointer. Keys are borrowed and must outlive the map. */
struct aws_map_slot;
struct aws_map {
  struct aws_map_slot *slots;
  size_t n, cap;
};
void aws_map_done(struct aws_map *m);
void *aws_map_get(const struct aws_map *m, struct aws_str key); /* NULL: not there */
/* Replaces what was there. False: no memory, or key.p is NULL. */
bool aws_map_put(struct aws_map *m, struct aws_str key, void *value) AWS_MUST_CHECK;

#endif
