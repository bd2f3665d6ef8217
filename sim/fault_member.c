/* Members of an answer written otherwise than the handler meant, and what of it comes back undone.
 */
#include "sim/sim.h"

#define CUT                                                                                        \
  "\xc2\x9b"                                                                                       \
  "" /* begins what is appended to a text; no text of the world has it */
/* The same where bytes were appended as they are, and what clients make of those. */
static const char *const cuts[] = {CUT, "\x9b", "\xc3\x28", "\xef\xbf\xbd"};

/* Something else of the same name: as JSON, as XML. */
struct other {
  const char *json, *xml;
};

static void write_other(struct sim_request *rq, const char *name, struct other x) {
  sim_raw(rq, name, aws_str_from(rq->out.format == SIM_FORMAT_JSON ? x.json : x.xml));
}

static bool out_of_range(struct sim_request *rq, const char *name, enum sim_member kind) {
  static const struct other numbers[] = {
      {"1e999", "1e999"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"-9223372036854775809", "-9223372036854775809"},
      {"4294967296", "4294967296"},
  };
  static const struct other times[] = {
      {"1e300", "99999-99-99T99:99:99Z"},
      {"-99999999999999", "-0001-01-01T00:00:00Z"},
      {"9223372036854775807", "9999-12-31T23:59:60Z"},
  };
  const uint64_t at = rq->out.twist.count;

  if (kind == SIM_MEMBER_NUMBER)
    write_other(rq, name, numbers[at % (sizeof numbers / sizeof numbers[0])]);
  else if (kind == SIM_MEMBER_TIME)
    write_other(rq, name, times[at % (sizeof times / sizeof times[0])]);
  return kind == SIM_MEMBER_NUMBER || kind == SIM_MEMBER_TIME;
}

static void other_type(struct sim_request *rq, const char *name, enum sim_member kind) {
  static const struct other others[] = {
      [SIM_MEMBER_TEXT] = {"{\"a\":[1]}", "<a><b>1</b></a>"},
      [SIM_MEMBER_NUMBER] = {"\"many\"", "many"},
      [SIM_MEMBER_BOOL] = {"[true]", "perhaps"},
      [SIM_MEMBER_TIME] = {"[]", "yesterday"},
  };

  write_other(rq, name, others[kind]);
}

/* The text and what is appended; raw: bytes that no writer would let through. */
static void append(struct sim_request *rq, const char *name, struct aws_str value) {
  const struct sim_twist twist = rq->out.twist;
  struct aws_buf b;

  aws_buf_init(&b, SIM_OUT_MAX);
  rq->out.twist.fault = SIM_MEMBERS_WELL;
  if (twist.fault == SIM_MEMBERS_HUGE) {
    aws_buf_add_str(&b, value);
    aws_buf_add_c(&b, CUT);
    for (int64_t i = 0; i < twist.number; i++)
      aws_buf_add_char(&b, 'x');
    sim_strn(rq, name, aws_buf_str(&b));
  } else if (twist.number == 0) {
    aws_buf_add_str(&b, value);
    aws_buf_add_c(&b, twist.append);
    sim_strn(rq, name, aws_buf_str(&b));
  } else {
    const bool json = rq->out.format == SIM_FORMAT_JSON;
    (void)(json ? aws_buf_add_json(&b, value) : aws_buf_add_xml(&b, value));
    b.n -= json && b.n; /* its closing quote */
    aws_buf_add_c(&b, twist.append);
    aws_buf_add_c(&b, json ? "\"" : "");
    sim_raw(rq, name, aws_buf_str(&b));
  }
  if (twist.fault != SIM_MEMBERS_HUGE) /* which is once an answer */
    rq->out.twist = twist;
  aws_buf_done(&b);
}

bool sim_twist_member(struct sim_request *rq, const char *name, enum sim_member kind,
                      struct aws_str value) {
  struct sim_twist *t = &rq->out.twist;

  if (t->fault == SIM_MEMBERS_WELL || rq->out.format == SIM_FORMAT_CBOR)
    return false;
  if (t->fault == SIM_MEMBERS_APPEND || t->fault == SIM_MEMBERS_HUGE) {
    if (kind == SIM_MEMBER_TEXT)
      append(rq, name, value);
    return kind == SIM_MEMBER_TEXT;
  }
  if (t->fault == SIM_MEMBERS_MISSING && !name)
    return false; /* an item of a list is no member: who could tell that it is not there? */
  if (t->number && t->count++ % (uint64_t)t->number != 0)
    return false;
  switch (t->fault) {
  case SIM_MEMBERS_MISSING:
    return true;
  case SIM_MEMBERS_NULL:
    write_other(rq, name, (struct other){"null", ""});
    return true;
  case SIM_MEMBERS_TYPE:
    other_type(rq, name, kind);
    return true;
  case SIM_MEMBERS_RANGE:
    return out_of_range(rq, name, kind);
  default:
    return false;
  }
}

static void cut(char *text) {
  for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
    char *at = strstr(text, cuts[i]);
    if (at)
      *at = '\0';
  }
}

void sim_untwist(cJSON *node) {
  for (; node; node = node->next) {
    if (cJSON_IsString(node) && node->valuestring)
      cut(node->valuestring);
    sim_untwist(node->child);
  }
}
