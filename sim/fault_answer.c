/* Faults as the rows of the table name them: on a request, and on its finished answer. */
#include "sim/fault_answer.h"

#include <stdio.h>

static bool is_json(const struct sim_request *rq) {
  return rq->out.format == SIM_FORMAT_JSON;
}

/* ---- before: answered instead ---------------------------------------------------------------- */

void fault_reset_before(struct sim_request *rq, const struct sim_play *p) {
  (void)p;
  rq->failed = true;
  rq->wire.fault = SIM_WIRE_RESET;
}

/* Each service has words of its own for it. */
void fault_throttled(struct sim_request *rq, const struct sim_play *p) {
  const char *code = p->number == 429   ? "TooManyRequestsException"
                     : p->number == 503 ? "SlowDown"
                     : is_json(rq)      ? "ThrottlingException"
                                        : "Throttling";

  sim_error(rq, (unsigned)p->number, code, "Rate exceeded");
}

void fault_retry_after(struct sim_request *rq, const struct sim_play *p) {
  sim_error(rq, 503, is_json(rq) ? "ServiceUnavailableException" : "ServiceUnavailable",
            "Please reduce your request rate.");
  sim_header(rq, "Retry-After", "%lld", (long long)p->number);
}

void fault_expired_token(struct sim_request *rq, const struct sim_play *p) {
  if (p->text[0] && strcmp(p->text, rq->access_key) != 0)
    return;
  sim_error(rq, is_json(rq) || rq->service->s3_errors ? 400 : 403,
            is_json(rq) ? "ExpiredTokenException" : "ExpiredToken",
            "The security token included in the request is expired");
}

void fault_access_denied(struct sim_request *rq, const struct sim_play *p) {
  (void)p;
  sim_access_denied(rq);
}

void fault_server_error(struct sim_request *rq, const struct sim_play *p) {
  (void)p;
  sim_error(rq, 500, is_json(rq) ? "InternalServerError" : "InternalFailure",
            "An internal error occurred");
}

void fault_redirect(struct sim_request *rq, const struct sim_play *p) {
  sim_plain(rq, 301, "text/plain", "moved\n");
  sim_header(rq, "Location", "%s", p->text[0] ? p->text : "http://127.0.0.1:9/elsewhere");
}

void fault_html(struct sim_request *rq, const struct sim_play *p) {
  sim_plain(rq, (unsigned)p->number, "text/html",
            "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway"
            "</h1><p>The proxy had no answer from upstream.<br>Try again</p></body></html>\n");
}

void fault_clock(struct sim_request *rq, const struct sim_play *p) {
  rq->clock_ahead = p->number * 1000;
}

void fault_short_lived(struct sim_request *rq, const struct sim_play *p) {
  rq->lives = p->number;
  rq->short_lived = true;
}

/* ---- members and pages: told to those that write them ---------------------------------------- */

/* What a terminal would obey, show as nothing or draw over its neighbours. XML has no place for C0
 * but tab and newline. U+009B comes first: sim_untwist cuts there. */
#define ODD                                                                                        \
  "\xc2\x9b"                                                                                       \
  "31mC1\xc2\x90"                                                                                  \
  "q\xc2\x9c"                                                                                      \
  "\xc2\x9d"                                                                                       \
  "52;c;aGk=\xc2\x9c"                                                                              \
  " \u202eRTL\u2066\u2069\u200b\u200d\ufeff\u00ad"                                                 \
  "a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u030d\u030e"    \
  "\u4e2d\u6587\U0001f469\u200d\U0001f4bb\ttab\nline\u2028end"

void fault_hostile_text(struct sim_request *rq, const struct sim_play *p) {
  fault_members(rq, p);
  rq->out.twist.append =
      rq->out.format == SIM_FORMAT_XML ? ODD
                                       : ODD
          "\x1b[2J\x1b[31m\x1b]52;c;aGk=\x07\x1b]0;title\x1b\\\x1bP1$r\x1b\\\x1b[6n\r\b\x7f";
}

void fault_control_text(struct sim_request *rq, const struct sim_play *p) {
  fault_members(rq, p);
  rq->out.twist.append = "\x9b"
                         "2J\x1b]0;raw\x07\x01\x02"; /* bytes as they stand */
  rq->out.twist.number = 1;
}

void fault_invalid_utf8(struct sim_request *rq, const struct sim_play *p) {
  fault_members(rq, p);
  rq->out.twist.append = "\xc3\x28\xff\xfe\xed\xa0\x80\xf8\x88\x80";
  rq->out.twist.number = 1;
}

void fault_members(struct sim_request *rq, const struct sim_play *p) {
  rq->out.twist = (struct sim_twist){.fault = (enum sim_member_fault)p->def->what,
                                     .member = sim_twist_member,
                                     .number = p->number,
                                     .count = p->hits}; /* not always the same members */
}

void fault_pages(struct sim_request *rq, const struct sim_play *p) {
  rq->pages = (enum sim_page_fault)p->def->what;
}

/* ---- after: the answer spoilt ---------------------------------------------------------------- */

void fault_latency(struct sim_request *rq, const struct sim_play *p) {
  rq->wire.delay = p->number;
}

void fault_wire(struct sim_request *rq, const struct sim_play *p) {
  rq->wire.fault = (enum sim_wire_fault)p->def->what;
  rq->wire.number = p->number;
}

void fault_content_type(struct sim_request *rq, const struct sim_play *p) {
  rq->content_type = p->text[0] ? p->text : "text/plain; charset=iso-8859-1";
}

void fault_garbage(struct sim_request *rq, const struct sim_play *p) {
  struct aws_buf *b = &rq->out.buf;

  (void)p;
  if (b->n > 1)
    memcpy(b->p + b->n / 2, "<", 1);
  aws_buf_add_c(b, "}]\">&;<");
}

void fault_deep(struct sim_request *rq, const struct sim_play *p) {
  struct aws_buf *b = &rq->out.buf;
  const char *open = is_json(rq) ? "[" : "<a>", *close = is_json(rq) ? "]" : "</a>";

  aws_buf_clear(b);
  for (int64_t i = 0; i < p->number; i++)
    aws_buf_add_c(b, open);
  for (int64_t i = 0; i < p->number; i++)
    aws_buf_add_c(b, close);
}

/* ---- a gzip file of zeros, by hand (RFC 1951 and 1952) --------------------------------------- */

struct bits {
  struct aws_buf *out;
  unsigned held, n;
};

/* Huffman codes go out from their highest bit, into bytes from the lowest. */
static void put(struct bits *b, unsigned code, unsigned length) {
  while (length--) {
    b->held |= (code >> length & 1U) << b->n;
    if (++b->n < 8)
      continue;
    aws_buf_add_char(b->out, (char)b->held);
    b->held = b->n = 0;
  }
}

/* One block of fixed codes: a zero, and "258 more of the same" again and again. */
void fault_gzip_bomb(struct sim_request *rq, const struct sim_play *p) {
  static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03";
  struct bits b = {.out = &rq->out.buf};

  aws_buf_clear(b.out);
  aws_buf_add(b.out, head, 10);
  put(&b, 1, 1);    /* the last block */
  put(&b, 2, 2);    /* of fixed codes (01, lowest bit first) */
  put(&b, 0x30, 8); /* a literal 0 */
  for (int64_t i = 0; i < p->number * ((1 << 20) / 258); i++) {
    put(&b, 0xc5, 8); /* length 258 */
    put(&b, 0, 5);    /* distance 1 */
  }
  put(&b, 0, 7);
  put(&b, 0, 7); /* fill the byte */
  aws_buf_add(b.out, "\0\0\0\0\0\0\0\0", 8);
  sim_header(rq, "Content-Encoding", "gzip");
}
