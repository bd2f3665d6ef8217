/* Documents: JSON and XML read into one tree, and decoded from it into plain structs by const
 * tables.
 *
 * The tree is cJSON's own (struct cJSON): JSON is parsed by cJSON, XML by expat into the same
 * nodes. An XML element without child elements becomes a string; one with children an object whose
 * members are the child elements in order, repeated names included; the root element's name is kept
 * in `string`. Namespaces are dropped, attributes are not read.
 */
#ifndef CAWSOLE_AWS_DOC_H
#define CAWSOLE_AWS_DOC_H

#include "aws/base.h"

#include <cjson/cJSON.h>

/* Nested deeper than this is refused: a bomb, not an answer. */
#define AWS_DOC_DEPTH_MAX 64

/* Both parse n bytes into the arena and return the root, or NULL with *err set (AWS_E_BODY or
 * AWS_E_MEMORY). Nothing of the tree is freed by hand (never cJSON_Delete it): it goes with the
 * arena. Bytes after the document are an error. JSON: a NUL byte is an error, \u0000 in a text is
 * read as U+FFFD. XML: no DTD, no entity but the five of XML 1.0. */
cJSON *aws_json_parse(struct aws_arena *a, const char *p, size_t n, struct aws_error *err);
cJSON *aws_xml_parse(struct aws_arena *a, const char *p, size_t n, struct aws_error *err);

/* cJSON_Delete for a tree made by hand that holds secrets: its texts are overwritten first. */
void aws_json_wipe_delete(cJSON *node);

/* A tree that is built by hand is built of many small pieces, and one that found no memory is not
 * to be sent. From aws_json_watch on cJSON's failures are noted; aws_json_lost says once that there
 * were some. aws_call asks it, so that its callers need not look at each piece. */
void aws_json_watch(void);
bool aws_json_lost(void);
/* Adds to an object, or to an array when name is NULL. Takes the item: it is freed when that fails.
 */
void aws_json_add(cJSON *to, const char *name, cJSON *item);

/* Follows a path of names separated by '/' ("Endpoint/Address"); "" is the node itself. At each
 * step the first member of that name, exact case. NULL when a step is missing or JSON null. */
const cJSON *aws_doc_at(const cJSON *node, const char *path);
/* The text of a string there, "true" or "false" of a boolean; {NULL, 0}: not there, or something
 * else. */
struct aws_str aws_doc_str(const cJSON *node, const char *path);

/* ---- decode tables --------------------------------------------------------------------------- */

enum aws_kind {
  AWS_KIND_STR,    /* struct aws_str, up to AWS_TEXT_MOST */
  AWS_KIND_INT,    /* int64_t */
  AWS_KIND_COUNT,  /* int64_t, from 0 to AWS_COUNT_MOST: AWS's Integer where it counts or numbers */
  AWS_KIND_DOUBLE, /* double; "NaN", "Infinity", "-Infinity" accepted */
  AWS_KIND_BOOL,   /* bool; true/TRUE/1 as text */
  AWS_KIND_TIME,   /* aws_ms */
  AWS_KIND_STRUCT, /* the sub-struct itself, of field->type */
  AWS_KIND_LIST,   /* struct aws_list of field->type */
  AWS_KIND_STRS,   /* struct aws_list of struct aws_str */
  AWS_KIND_DOUBLES, /* struct aws_list of double */
  AWS_KIND_TIMES,   /* struct aws_list of aws_ms */
  AWS_KIND_MAP      /* struct aws_list of struct aws_pair; JSON objects and XML <entry> lists */
};

#define AWS_COUNT_MOST INT32_MAX
/* Bytes; no text that AWS gives in a member is longer. */
#define AWS_TEXT_MOST ((size_t)256 << 10)

struct aws_list {
  void *items; /* n structs in the same arena, NULL when n is 0 */
  size_t n;
};

struct aws_pair {
  struct aws_str name, value;
};

struct aws_type;

struct aws_field {
  const char *path; /* wire path below the item: AWS's member names joined by '/' */
  enum aws_kind kind;
  size_t offset;
  const struct aws_type *type; /* STRUCT and LIST only */
  bool must;                   /* AWS always says it: an answer without is none of AWS's */
};

/* Every decoded struct begins with `uint64_t has`: bit i is set when field i was in the answer and
 * not null. Hence at most 64 fields; fields that share a path's beginning stand next to each other
 * (the JSON writer nests them). */
struct aws_type {
  const char *name; /* AWS's shape name: "Service" */
  size_t size;
  const struct aws_field *fields;
  size_t nfields;
};

#define AWS_F_STR(s, m, path)                                                                      \
  { path, AWS_KIND_STR, offsetof(struct s, m), NULL, false }
#define AWS_F_INT(s, m, path)                                                                      \
  { path, AWS_KIND_INT, offsetof(struct s, m), NULL, false }
#define AWS_F_COUNT(s, m, path)                                                                    \
  { path, AWS_KIND_COUNT, offsetof(struct s, m), NULL, false }
#define AWS_F_DOUBLE(s, m, path)                                                                   \
  { path, AWS_KIND_DOUBLE, offsetof(struct s, m), NULL, false }
#define AWS_F_BOOL(s, m, path)                                                                     \
  { path, AWS_KIND_BOOL, offsetof(struct s, m), NULL, false }
#define AWS_F_TIME(s, m, path)                                                                     \
  { path, AWS_KIND_TIME, offsetof(struct s, m), NULL, false }
#define AWS_F_STRUCT(s, m, path, t)                                                                \
  { path, AWS_KIND_STRUCT, offsetof(struct s, m), t, false }
#define AWS_F_LIST(s, m, path, t)                                                                  \
  { path, AWS_KIND_LIST, offsetof(struct s, m), t, false }
#define AWS_F_STRS(s, m, path)                                                                     \
  { path, AWS_KIND_STRS, offsetof(struct s, m), NULL, false }
#define AWS_F_DOUBLES(s, m, path)                                                                  \
  { path, AWS_KIND_DOUBLES, offsetof(struct s, m), NULL, false }
#define AWS_F_TIMES(s, m, path)                                                                    \
  { path, AWS_KIND_TIMES, offsetof(struct s, m), NULL, false }
#define AWS_F_MAP(s, m, path)                                                                      \
  { path, AWS_KIND_MAP, offsetof(struct s, m), NULL, false }
/* The same, of members that must be there. */
#define AWS_MUST_STR(s, m, path)                                                                   \
  { path, AWS_KIND_STR, offsetof(struct s, m), NULL, true }
#define AWS_MUST_COUNT(s, m, path)                                                                 \
  { path, AWS_KIND_COUNT, offsetof(struct s, m), NULL, true }
#define AWS_MUST_BOOL(s, m, path)                                                                  \
  { path, AWS_KIND_BOOL, offsetof(struct s, m), NULL, true }
#define AWS_MUST_TIME(s, m, path)                                                                  \
  { path, AWS_KIND_TIME, offsetof(struct s, m), NULL, true }
#define AWS_MUST_LIST(s, m, path, t)                                                               \
  { path, AWS_KIND_LIST, offsetof(struct s, m), t, true }
#define AWS_TYPE(var, shape, s, table)                                                             \
  const struct aws_type var = {shape, sizeof(struct s), table, sizeof(table) / sizeof((table)[0])}

/* What in an answer cannot be right: members of the wrong kind or out of their range, members that
 * must be there and are not, elements of lists that are none. */
struct aws_odd {
  size_t n;
  const char *type, *path; /* the first one's; path NULL: an element of the list itself */
  bool missing;            /* it is not there; false: it is something else than it should be */
};

/* Fills *out (type->size bytes) from node; text and lists are copied into the arena,
 * NUL-terminated. Members that are missing, null or of the wrong kind leave their `has` bit clear
 * and the value zero, as do empty texts where none is meant (XML has those for what is not set);
 * elements of a list are left out then, but in DOUBLES and TIMES, whose places count: there they
 * are NaN and 0. What is odd is added to *odd unless NULL. Of a name that comes twice the first
 * counts, and of elements of an inner list whose first member must be there and is the same. False
 * only when out of memory. */
bool aws_decode(struct aws_arena *a, const struct aws_type *type, const cJSON *node, void *out,
                struct aws_odd *odd) AWS_MUST_CHECK;
/* The same for a whole list: out->items is an array of type->size, or of struct aws_str when type
 * is NULL. node NULL: an empty list. Elements that are none are left out and counted in *odd. */
bool aws_decode_list(struct aws_arena *a, const struct aws_type *type, const cJSON *node,
                     struct aws_list *out, struct aws_odd *odd) AWS_MUST_CHECK;
bool aws_has(const void *item, size_t field); /* field: index into type->fields */

/* Writes an item as AWS spells it: {"serviceName":"web",...}; absent fields left out, times as ISO
 * 8601, path "A/B" as nested objects. */
void aws_item_json(struct aws_buf *out, const struct aws_type *type, const void *item);

#endif
