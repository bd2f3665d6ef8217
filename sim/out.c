/* The writer of answers: one set of calls, three formats (JSON, XML, CBOR as RFC 8949 has it). */
#include "sim/sim.h"

#include <math.h>
#include <stdio.h>

enum { CBOR_UINT = 0, CBOR_NEGATIVE = 1, CBOR_TEXT = 3, CBOR_TAG = 6 };

static void cbor_head(struct aws_buf *b, unsigned major, uint64_t n) {
  unsigned char h[9];
  size_t bytes = n < 24 ? 0 : n <= 0xff ? 1 : n <= 0xffff ? 2 : n <= 0xffffffff ? 4 : 8;
  unsigned info = n < 24 ? (unsigned)n : bytes == 1 ? 24 : bytes == 2 ? 25 : bytes == 4 ? 26 : 27;

  h[0] = (unsigned char)(major << 5 | info);
  for (size_t i = 0; i < bytes; i++)
    h[1 + i] = (unsigned char)(n >> (8 * (bytes - 1 - i)));
  aws_buf_add(b, h, 1 + bytes);
}

static void cbor_double(struct aws_buf *b, double value) {
  uint64_t bits;
  unsigned char h[9] = {0xfb};

  memcpy(&bits, &value, sizeof bits);
  for (size_t i = 0; i < 8; i++)
    h[1 + i] = (unsigned char)(bits >> (8 * (7 - i)));
  aws_buf_add(b, h, sizeof h);
}

static void cbor_text(struct aws_buf *b, struct aws_str s) {
  cbor_head(b, CBOR_TEXT, s.n);
  aws_buf_add_str(b, s);
}

/* The element a value is wrapped in: its own name, or the list's. */
static const char *element(const struct sim_out *o, const char *name) {
  if (name)
    return name;
  return o->depth && o->open[o->depth - 1].item ? o->open[o->depth - 1].item : "member";
}

/* What stands before a value: comma and name, element, or key. */
static struct aws_buf *before(struct sim_out *o, const char *name) {
  struct aws_buf *b = &o->buf;

  switch (o->format) {
  case SIM_FORMAT_JSON:
    if (o->depth && o->open[o->depth - 1].used)
      aws_buf_add_char(b, ',');
    if (name) {
      aws_buf_add_char(b, '"');
      aws_buf_add_c(b, name);
      aws_buf_add(b, "\":", 2);
    }
    break;
  case SIM_FORMAT_XML:
    aws_buf_add_char(b, '<');
    aws_buf_add_c(b, element(o, name));
    aws_buf_add_char(b, '>');
    break;
  case SIM_FORMAT_CBOR:
    if (name)
      cbor_text(b, aws_str_from(name));
    break;
  }
  if (o->depth)
    o->open[o->depth - 1].used = true;
  return b;
}

/* What stands from there to the end, as another item of the list. */
static void write_twice(struct sim_out *o, size_t from) {
  struct aws_buf *b = &o->buf, copy;

  if (o->format == SIM_FORMAT_CBOR || b->failed)
    return;
  aws_buf_init(&copy, SIM_OUT_MAX);
  if (aws_buf_add(&copy, b->p + from, b->n - from)) {
    if (o->format == SIM_FORMAT_JSON && copy.p[0] != ',')
      aws_buf_add_char(b, ',');
    aws_buf_add_str(b, aws_buf_str(&copy));
  }
  b->failed |= copy.failed;
  aws_buf_done(&copy);
}

static void after(struct sim_out *o, const char *name) {
  if (o->format != SIM_FORMAT_XML)
    return;
  aws_buf_add(&o->buf, "</", 2);
  aws_buf_add_c(&o->buf, element(o, name));
  aws_buf_add_char(&o->buf, '>');
}

static void push(struct sim_out *o, const char *name, const char *item) {
  const char *close = element(o, name);
  bool is_list = item != NULL;
  size_t start = o->buf.n;

  before(o, name);
  if (o->format == SIM_FORMAT_JSON)
    aws_buf_add_char(&o->buf, is_list ? '[' : '{');
  else if (o->format == SIM_FORMAT_CBOR)
    aws_buf_add_char(&o->buf, is_list ? (char)0x9f : (char)0xbf);
  if (o->depth == SIM_OUT_DEPTH) {
    o->buf.failed = true; /* no answer is that deep */
    return;
  }
  o->open[o->depth].from = start;
  o->open[o->depth].close = close;
  o->open[o->depth].item = item;
  o->open[o->depth++].used = false;
}

void sim_begin(struct sim_request *rq, const char *name) {
  push(&rq->out, name, NULL);
}

void sim_list(struct sim_request *rq, const char *name, const char *item) {
  push(&rq->out, name, item ? item : "member");
}

void sim_end(struct sim_request *rq) {
  struct sim_out *o = &rq->out;

  if (!o->depth)
    return;
  o->depth--;
  if (o->format == SIM_FORMAT_JSON)
    aws_buf_add_char(&o->buf, o->open[o->depth].item ? ']' : '}');
  else if (o->format == SIM_FORMAT_CBOR)
    aws_buf_add_char(&o->buf, (char)0xff);
  else {
    aws_buf_add(&o->buf, "</", 2);
    aws_buf_add_c(&o->buf, o->open[o->depth].close);
    aws_buf_add_char(&o->buf, '>');
  }
  if (o->twist.fault == SIM_MEMBERS_TWICE && o->depth && o->open[o->depth - 1].item)
    write_twice(o, o->open[o->depth].from);
}

void sim_raw(struct sim_request *rq, const char *name, struct aws_str value) {
  before(&rq->out, name);
  aws_buf_add_str(&rq->out.buf, value);
  after(&rq->out, name);
}

static bool twisted(struct sim_request *rq, const char *name, enum sim_member kind,
                    struct aws_str value) {
  return rq->out.twist.member && rq->out.twist.member(rq, name, kind, value);
}

void sim_strn(struct sim_request *rq, const char *name, struct aws_str value) {
  struct sim_out *o = &rq->out;

  if (!value.p || twisted(rq, name, SIM_MEMBER_TEXT, value))
    return;
  before(o, name);
  if (o->format == SIM_FORMAT_JSON)
    aws_buf_add_json(&o->buf, value);
  else if (o->format == SIM_FORMAT_XML)
    aws_buf_add_xml(&o->buf, value);
  else
    cbor_text(&o->buf, value);
  after(o, name);
}

void sim_str(struct sim_request *rq, const char *name, const char *value) {
  if (value)
    sim_strn(rq, name, (struct aws_str){value, strlen(value)});
}

void sim_strf(struct sim_request *rq, const char *name, const char *fmt, ...) {
  char text[4096];
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  sim_str(rq, name, text);
}

/* A number or a word that needs no escaping in either text format. */
static void plain(struct sim_out *o, const char *name, const char *text) {
  before(o, name);
  aws_buf_add_c(&o->buf, text);
  after(o, name);
}

void sim_int(struct sim_request *rq, const char *name, int64_t value) {
  struct sim_out *o = &rq->out;
  char text[24];

  if (twisted(rq, name, SIM_MEMBER_NUMBER, (struct aws_str){0}))
    return;
  if (o->format == SIM_FORMAT_CBOR) {
    before(o, name);
    if (value < 0)
      cbor_head(&o->buf, CBOR_NEGATIVE, (uint64_t)(-(value + 1)));
    else
      cbor_head(&o->buf, CBOR_UINT, (uint64_t)value);
    return;
  }
  snprintf(text, sizeof text, "%lld", (long long)value);
  plain(o, name, text);
}

void sim_double(struct sim_request *rq, const char *name, double value) {
  struct sim_out *o = &rq->out;
  char text[40];

  if (twisted(rq, name, SIM_MEMBER_NUMBER, (struct aws_str){0}))
    return;
  if (o->format == SIM_FORMAT_CBOR) {
    before(o, name);
    cbor_double(&o->buf, value);
    return;
  }
  if (fabs(value) < 1e15 && floor(value) == value)
    snprintf(text, sizeof text, "%.1f", value); /* Java's way, which is AWS's: 70.0 */
  else
    snprintf(text, sizeof text, "%.15g", value);
  plain(o, name, text);
}

void sim_bool(struct sim_request *rq, const char *name, bool value) {
  struct sim_out *o = &rq->out;

  if (twisted(rq, name, SIM_MEMBER_BOOL, (struct aws_str){0}))
    return;
  if (o->format == SIM_FORMAT_CBOR) {
    before(o, name);
    aws_buf_add_char(&o->buf, value ? (char)0xf5 : (char)0xf4);
    return;
  }
  plain(o, name, value ? "true" : "false");
}

void sim_time(struct sim_request *rq, const char *name, aws_ms world_time) {
  struct sim_out *o = &rq->out;
  char text[AWS_TIME_MAX];

  if (!world_time || twisted(rq, name, SIM_MEMBER_TIME, (struct aws_str){0}))
    return;
  aws_ms t = o->world ? sim_wall(o->world, world_time) : world_time;
  if (o->format == SIM_FORMAT_CBOR) {
    before(o, name);
    cbor_head(&o->buf, CBOR_TAG, 1);
    cbor_double(&o->buf, (double)t / 1000.0);
  } else if (o->times == SIM_TIME_ISO) {
    aws_time_iso(t, text);
    if (o->format == SIM_FORMAT_JSON)
      aws_buf_add_json(before(o, name), aws_str_from(text));
    else
      aws_buf_add_c(before(o, name), text);
    after(o, name);
  } else {
    if (t % 1000)
      snprintf(text, sizeof text, "%lld.%03d", (long long)(t / 1000), (int)(t % 1000));
    else
      snprintf(text, sizeof text, "%lld", (long long)(t / 1000));
    plain(o, name, text);
  }
}

void sim_empty_list(struct sim_request *rq, const char *name) {
  sim_list(rq, name, "member");
  sim_end(rq);
}
