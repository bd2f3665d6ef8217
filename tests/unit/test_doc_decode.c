/* The decoder and the writer, on a type that has every kind of field. */
#include "aws/doc.h"
#include "tests/unit/test.h"

#include <math.h>

struct part {
  uint64_t has;
  struct aws_str name;
  int64_t count;
};
struct thing {
  uint64_t has;
  struct aws_str id, address, host;
  int64_t port, count;
  double ratio;
  bool on;
  aws_ms created;
  struct part main;
  struct aws_list parts, tags, points, times, labels;
};

enum {
  F_ID,
  F_COUNT,
  F_RATIO,
  F_ON,
  F_CREATED,
  F_ADDRESS,
  F_PORT,
  F_HOST,
  F_MAIN,
  F_PARTS,
  F_TAGS,
  F_POINTS,
  F_TIMES,
  F_LABELS
};

static const struct aws_field part_fields[] = {
    AWS_F_STR(part, name, "name"),
    AWS_F_INT(part, count, "count"),
};
static AWS_TYPE(part_type, "Part", part, part_fields);

static const struct aws_field thing_fields[] = {
    [F_ID] = AWS_F_STR(thing, id, "id"),
    [F_COUNT] = AWS_F_INT(thing, count, "count"),
    [F_RATIO] = AWS_F_DOUBLE(thing, ratio, "ratio"),
    [F_ON] = AWS_F_BOOL(thing, on, "on"),
    [F_CREATED] = AWS_F_TIME(thing, created, "created"),
    [F_ADDRESS] = AWS_F_STR(thing, address, "endpoint/address"),
    [F_PORT] = AWS_F_INT(thing, port, "endpoint/port"),
    [F_HOST] = AWS_F_STR(thing, host, "endpoint/dns/host"),
    [F_MAIN] = AWS_F_STRUCT(thing, main, "main", &part_type),
    [F_PARTS] = AWS_F_LIST(thing, parts, "parts", &part_type),
    [F_TAGS] = AWS_F_STRS(thing, tags, "tags"),
    [F_POINTS] = AWS_F_DOUBLES(thing, points, "points"),
    [F_TIMES] = AWS_F_TIMES(thing, times, "times"),
    [F_LABELS] = AWS_F_MAP(thing, labels, "labels"),
};
static AWS_TYPE(thing_type, "Thing", thing, thing_fields);

#define ALL_FIELDS ((UINT64_C(1) << COUNT(thing_fields)) - 1)

struct fixture {
  struct aws_arena arena;
  struct thing thing;
  struct aws_odd odd;
};

static void decode(struct fixture *f, const char *text) {
  struct aws_arena tree;
  struct aws_error err;
  aws_arena_init(&tree, 1 << 20);
  aws_arena_init(&f->arena, 1 << 20);
  cJSON *root = text[0] == '<' ? aws_xml_parse(&tree, text, strlen(text), &err)
                               : aws_json_parse(&tree, text, strlen(text), &err);
  if (!root)
    fail_msg("%s: %s", text, err.text);
  f->odd = (struct aws_odd){0};
  memset(&f->thing, 0x5a, sizeof f->thing);
  assert_true(aws_decode(&f->arena, &thing_type, root, &f->thing, &f->odd));
  /* What was decoded may not point into the tree. */
  aws_arena_wipe_done(&tree);
}

static void check_thing(const struct fixture *f) {
  const struct thing *t = &f->thing;
  assert_int_equal(f->odd.n, 0);
  assert_true(t->has == ALL_FIELDS);
  assert_string_equal(t->id.p, "a&b");
  assert_int_equal(t->count, 42);
  assert_true(t->ratio > 0.24 && t->ratio < 0.26);
  assert_true(t->on);
  assert_true(t->created == 1768478400123);
  assert_string_equal(t->address.p, "db.example");
  assert_int_equal(t->port, 5432);
  assert_string_equal(t->host.p, "h");
  assert_string_equal(t->main.name.p, "core");
  assert_true(aws_has(&t->main, 0));
  assert_false(aws_has(&t->main, 1));
  const struct part *parts = t->parts.items;
  assert_int_equal(t->parts.n, 2);
  assert_string_equal(parts[0].name.p, "p1");
  assert_int_equal(parts[1].count, -2);
  assert_false(aws_has(&parts[1], 0));
  assert_null(parts[1].name.p);
  const struct aws_str *tags = t->tags.items;
  assert_int_equal(t->tags.n, 2);
  assert_string_equal(tags[0].p, "x");
  assert_string_equal(tags[1].p, "");
  const double *points = t->points.items;
  assert_int_equal(t->points.n, 3);
  assert_true(points[0] > 1.4 && points[0] < 1.6);
  assert_true(isnan(points[1]));
  assert_true(isinf(points[2]) && points[2] < 0);
  const aws_ms *times = t->times.items;
  assert_int_equal(t->times.n, 1);
  assert_true(times[0] == 1768478400000);
  const struct aws_pair *labels = t->labels.items;
  assert_int_equal(t->labels.n, 2);
  assert_string_equal(labels[0].name.p, "team");
  assert_string_equal(labels[0].value.p, "shop");
  assert_string_equal(labels[1].name.p, "env");
}

static const char json_thing[] =
    "{\"id\":\"a&b\",\"unknown\":[{\"id\":\"no\"}],\"count\":42,\"ratio\":0.25,\"on\":true,"
    "\"created\":1.768478400123E9,\"endpoint\":{\"address\":\"db.example\",\"zone\":\"Z\",\"port\":"
    "5432,"
    "\"dns\":{\"host\":\"h\"}},\"main\":{\"name\":\"core\"},"
    "\"parts\":[{\"name\":\"p1\",\"count\":1},{\"count\":-2,\"name\":null}],"
    "\"tags\":[\"x\",\"\"],\"points\":[1.5,\"NaN\",\"-Infinity\"],\"times\":[1768478400],"
    "\"labels\":{\"team\":\"shop\",\"env\":\"prod\"}}";

static const char xml_thing[] =
    "<Thing><id>a&amp;b</id><count>42</count><unknown><id>no</id></unknown><ratio>0.25</ratio>"
    "<on>true</on><created>2026-01-15T12:00:00.123Z</created>"
    "<endpoint><port>5432</port><zone/><address>db.example</address><dns><host>h</host></dns></"
    "endpoint>"
    "<main><name>core</name></main>"
    "<parts><Part><name>p1</name><count>1</count></Part><Part><count>-2</count></Part></parts>"
    "<tags><member>x</member><member/></tags>"
    "<points><member>1.5</member><member>NaN</member><member>-Infinity</member></points>"
    "<times><member>2026-01-15T12:00:00Z</member></times>"
    "<labels><entry><key>team</key><value>shop</value></entry>"
    "<entry><key>env</key><value>prod</value></entry></labels></Thing>";

static void test_both(void **state) {
  (void)state;
  static const char *const texts[] = {json_thing, xml_thing};
  for (size_t i = 0; i < COUNT(texts); i++) {
    struct fixture f;
    decode(&f, texts[i]);
    check_thing(&f);
    aws_arena_done(&f.arena);
  }
}

/* Members in any order, also those of one path that are not side by side. */
static void test_order(void **state) {
  (void)state;
  struct fixture f;
  decode(&f, "{\"on\":false,\"endpoint\":{\"dns\":{\"host\":\"h\"},\"port\":1,\"address\":\"a\"},"
             "\"count\":7,\"id\":\"x\",\"idx\":1,\"i\":2}");
  assert_int_equal(f.odd.n, 0);
  assert_true(f.thing.has == (1u << F_ON | 1u << F_HOST | 1u << F_PORT | 1u << F_ADDRESS |
                              1u << F_COUNT | 1u << F_ID));
  assert_int_equal(f.thing.count, 7);
  assert_int_equal(f.thing.port, 1);
  assert_string_equal(f.thing.id.p, "x");
  aws_arena_done(&f.arena);
}

static void test_odd(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t odd;
    uint64_t has;
  } rows[] = {
      {"{}", 0, 0},
      {"<Thing/>", 0, 0},
      {"[]", 1, 0},
      {"\"x\"", 1, 0},
      {"null", 1, 0},
      {"{\"id\":null,\"parts\":null,\"main\":null}", 0, 0},
      {"{\"id\":1}", 1, 0},
      {"{\"id\":{\"a\":1},\"count\":\"x\",\"on\":3,\"created\":\"soon\",\"ratio\":\"much\"}", 5, 0},
      {"{\"count\":1.5}", 1, 0},
      {"{\"count\":1e19}", 1, 0},
      {"{\"count\":-1e999}", 1, 0},
      {"{\"count\":-9223372036854775808}", 0, 1u << F_COUNT},
      {"{\"count\":9223372036854775808}", 1, 0},
      {"{\"count\":\"9223372036854775807\"}", 0, 1u << F_COUNT},
      {"{\"count\":\"9223372036854775808\"}", 1, 0},
      {"{\"ratio\":1e999}", 1, 0},
      {"{\"ratio\":\"Infinity\"}", 0, 1u << F_RATIO},
      {"{\"created\":1e300}", 1, 0},
      {"{\"created\":\"1768478400\"}", 0, 1u << F_CREATED},
      {"{\"on\":\"TRUE\"}", 0, 1u << F_ON},
      {"{\"on\":\"0\"}", 0, 1u << F_ON},
      {"{\"on\":\"\",\"count\":\"\",\"ratio\":\"\",\"created\":\"\"}", 0, 0},
      {"{\"parts\":\"x\",\"tags\":3,\"labels\":[1]}", 3, 0},
      {"{\"parts\":[1,{\"name\":\"a\"},[]]}", 2, 1u << F_PARTS},
      {"{\"tags\":[1,\"a\"]}", 1, 1u << F_TAGS},
      {"{\"main\":[]}", 1, 0},
      {"{\"endpoint\":\"x\"}", 0, 0},
      {"{\"endpoint\":{\"dns\":[{\"host\":\"x\"}]}}", 0, 0},
      {"{\"labels\":{\"a\":1,\"b\":\"c\"}}", 1, 1u << F_LABELS},
      {"<Thing><parts/><tags/><labels/><main/></Thing>", 0,
       1u << F_PARTS | 1u << F_TAGS | 1u << F_LABELS | 1u << F_MAIN},
      {"<Thing><count> 42 </count></Thing>", 0, 1u << F_COUNT},
      {"<Thing><id><b/></id></Thing>", 1, 0},
      {"<Thing><parts>text</parts></Thing>", 1, 0},
      {"<Thing><labels><entry><value>x</value></entry></labels></Thing>", 1, 1u << F_LABELS},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct fixture f;
    decode(&f, rows[i].text);
    if (f.odd.n != rows[i].odd || f.thing.has != rows[i].has)
      fail_msg("%s: odd %zu, has %#llx", rows[i].text, f.odd.n, (unsigned long long)f.thing.has);
    aws_arena_done(&f.arena);
  }
}

/* What must be there, and what counts. */
struct sure {
  uint64_t has;
  struct aws_str name;
  int64_t desired, port;
  bool writer;
  struct aws_list members;
};
static const struct aws_field sure_fields[] = {
    AWS_MUST_STR(sure, name, "name"),
    AWS_MUST_COUNT(sure, desired, "counts/desired"),
    AWS_F_COUNT(sure, port, "port"),
    AWS_MUST_BOOL(sure, writer, "writer"),
    AWS_MUST_LIST(sure, members, "members", &part_type),
};
static AWS_TYPE(sure_type, "Sure", sure, sure_fields);

static void test_must(void **state) {
  (void)state;
  static const struct {
    const char *text, *path; /* of the first that is odd */
    size_t odd;
    bool missing;
  } rows[] = {
      {"{\"name\":\"a\",\"counts\":{\"desired\":0},\"writer\":false,\"members\":[]}", NULL, 0,
       false},
      {"{\"name\":\"\",\"counts\":{\"desired\":1},\"writer\":true,\"members\":[]}", "name", 1,
       true},
      {"{\"name\":\"a\",\"counts\":{},\"writer\":true,\"members\":[]}", "counts/desired", 1, true},
      {"{\"name\":\"a\",\"counts\":{\"desired\":null},\"writer\":true,\"members\":[]}",
       "counts/desired", 1, true},
      {"{\"name\":\"a\",\"counts\":{\"desired\":2147483647},\"port\":-1,\"writer\":true,"
       "\"members\":[]}",
       "port", 1, false},
      {"{\"name\":\"a\",\"counts\":{\"desired\":2147483648},\"writer\":true,\"members\":[]}",
       "counts/desired", 2, false},
      {"{}", "name", 4, true},
      {"<Sure><name>a</name><counts><desired>3</desired></counts><writer>true</writer>"
       "<members/></Sure>",
       NULL, 0, false},
      {"<Sure><name>a</name><counts><desired/></counts><writer/><members/></Sure>",
       "counts/desired", 2, true},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_arena a;
    struct aws_error err = {0};
    struct aws_odd odd = {0};
    struct sure out;
    const size_t n = strlen(rows[i].text);
    aws_arena_init(&a, 1 << 20);
    const cJSON *root = rows[i].text[0] == '<' ? aws_xml_parse(&a, rows[i].text, n, &err)
                                               : aws_json_parse(&a, rows[i].text, n, &err);
    assert_non_null(root);
    assert_true(aws_decode(&a, &sure_type, root, &out, &odd));
    if (odd.n != rows[i].odd || odd.missing != rows[i].missing ||
        strcmp(odd.path ? odd.path : "", rows[i].path ? rows[i].path : "") != 0)
      fail_msg("%s: odd %zu, first %s", rows[i].text, odd.n, odd.path ? odd.path : "-");
    aws_arena_done(&a);
  }
}

struct many {
  uint64_t has;
  struct aws_list sure;
};
static const struct aws_field many_fields[] = {AWS_F_LIST(many, sure, "sure", &sure_type)};
static AWS_TYPE(many_type, "Many", many, many_fields);

/* An inner list says each thing once; what a whole answer lists is its reader's to tell apart. */
static void test_listed_twice(void **state) {
  (void)state;
#define SURE(name)                                                                                 \
  "{\"name\":\"" name "\",\"counts\":{\"desired\":1},\"writer\":true,\"members\":[]}"
  static const char text[] = "{\"sure\":[" SURE("a") "," SURE("b") "," SURE("a") "]}";
  struct aws_arena a;
  struct aws_error err = {0};
  struct aws_odd odd = {0};
  struct aws_list list;
  struct many out;
  aws_arena_init(&a, 1 << 20);
  const cJSON *root = aws_json_parse(&a, text, sizeof text - 1, &err);
  assert_true(aws_decode(&a, &many_type, root, &out, &odd));
  assert_int_equal(odd.n, 0);
  assert_int_equal(out.sure.n, 2);
  assert_string_equal(((const struct sure *)out.sure.items)[1].name.p, "b");
  assert_true(aws_decode_list(&a, &sure_type, aws_doc_at(root, "sure"), &list, &odd));
  assert_int_equal(list.n, 3);
  aws_arena_done(&a);
}

static void test_twice(void **state) {
  (void)state;
  struct fixture f;
  decode(&f, "{\"id\":\"one\",\"id\":\"two\",\"endpoint\":{\"port\":1},\"endpoint\":{\"port\":2}}");
  assert_string_equal(f.thing.id.p, "one");
  assert_int_equal(f.thing.port, 1);
  assert_int_equal(f.odd.n, 0);
  aws_arena_done(&f.arena);
}

/* Timestamps and values of a metric are parallel: an element that cannot be read keeps its place.
 */
static void test_parallel(void **state) {
  (void)state;
  struct fixture f;
  decode(&f, "{\"points\":[1,null,3],\"times\":[1,\"x\",3]}");
  assert_int_equal(f.odd.n, 2);
  assert_int_equal(f.thing.points.n, 3);
  assert_true(isnan(((double *)f.thing.points.items)[1]));
  assert_int_equal(f.thing.times.n, 3);
  assert_true(((aws_ms *)f.thing.times.items)[1] == 0);
  assert_true(((aws_ms *)f.thing.times.items)[2] == 3000);
  aws_arena_done(&f.arena);
}

static void test_list(void **state) {
  (void)state;
  struct aws_arena a;
  struct aws_error err;
  struct aws_list l;
  struct aws_odd odd = {0};
  aws_arena_init(&a, 1 << 20);
  static const char json[] = "[{\"name\":\"a\"},7,{\"name\":\"b\"}]";
  static const char xml[] = "<l><m>a</m><m>b</m></l>";
  cJSON *root = aws_json_parse(&a, json, sizeof json - 1, &err);
  assert_true(aws_decode_list(&a, &part_type, root, &l, &odd));
  assert_int_equal(l.n, 2);
  assert_int_equal(odd.n, 1);
  assert_string_equal(((struct part *)l.items)[1].name.p, "b");
  root = aws_xml_parse(&a, xml, sizeof xml - 1, &err);
  assert_true(aws_decode_list(&a, NULL, root, &l, NULL));
  assert_int_equal(l.n, 2);
  assert_string_equal(((struct aws_str *)l.items)[1].p, "b");
  assert_true(aws_decode_list(&a, &part_type, NULL, &l, &odd));
  assert_int_equal(l.n, 0);
  assert_null(l.items);
  assert_int_equal(odd.n, 1);
  aws_arena_done(&a);
}

static void test_memory(void **state) {
  (void)state;
  struct aws_arena tree;
  struct aws_error err;
  struct thing t;
  aws_arena_init(&tree, 1 << 20);
  cJSON *root = aws_json_parse(&tree, json_thing, sizeof json_thing - 1, &err);
  size_t max = 0;
  for (;; max++) {
    struct aws_arena a;
    aws_arena_init(&a, max);
    bool ok = aws_decode(&a, &thing_type, root, &t, NULL);
    aws_arena_done(&a);
    if (ok)
      break;
    assert_true(max < 4096);
  }
  assert_true(max > 100);
  aws_arena_done(&tree);
}

static void test_write(void **state) {
  (void)state;
  static const struct {
    const char *in, *out;
  } rows[] = {
      {"{}", "{}"},
      {"{\"id\":\"q\\\"\"}", "{\"id\":\"q\\\"\"}"},
      {"{\"endpoint\":{\"dns\":{\"host\":\"h\"}},\"id\":\"i\"}",
       "{\"id\":\"i\",\"endpoint\":{\"dns\":{\"host\":\"h\"}}}"},
      {"{\"endpoint\":{\"port\":1}}", "{\"endpoint\":{\"port\":1}}"},
      {"{\"parts\":[],\"tags\":[],\"labels\":{}}", "{\"parts\":[],\"tags\":[],\"labels\":{}}"},
      {"{\"main\":{},\"ratio\":\"NaN\"}", "{\"ratio\":\"NaN\",\"main\":{}}"},
      {json_thing,
       "{\"id\":\"a&b\",\"count\":42,\"ratio\":0.25,\"on\":true,\"created\":\"2026-01-15T12:00:00."
       "123Z\","
       "\"endpoint\":{\"address\":\"db.example\",\"port\":5432,\"dns\":{\"host\":\"h\"}},"
       "\"main\":{\"name\":\"core\"},\"parts\":[{\"name\":\"p1\",\"count\":1},{\"count\":-2}],"
       "\"tags\":[\"x\",\"\"],\"points\":[1.5,\"NaN\",\"-Infinity\"],"
       "\"times\":[\"2026-01-15T12:00:00Z\"],\"labels\":{\"team\":\"shop\",\"env\":\"prod\"}}"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct fixture f;
    struct aws_buf out;
    decode(&f, rows[i].in);
    aws_buf_init(&out, 1 << 16);
    aws_item_json(&out, &thing_type, &f.thing);
    assert_false(out.failed);
    assert_string_equal(out.p, rows[i].out);
    aws_buf_done(&out);
    aws_arena_done(&f.arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_both),         cmocka_unit_test(test_order),
      cmocka_unit_test(test_odd),          cmocka_unit_test(test_must),
      cmocka_unit_test(test_listed_twice), cmocka_unit_test(test_twice),
      cmocka_unit_test(test_parallel),     cmocka_unit_test(test_list),
      cmocka_unit_test(test_memory),       cmocka_unit_test(test_write),
  };
  return cmocka_run_group_tests_name("doc/decode", tests, NULL, NULL);
}
