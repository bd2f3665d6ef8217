/* The clock, and the three ways AWS writes times. */
#include "config.h"

#include "aws/base.h"

#include <strings.h>
#include <time.h>

enum { MS_PER_S = 1000, S_PER_DAY = 86400 };

static aws_ms read_clock(clockid_t id) {
  struct timespec ts;
  if (clock_gettime(id, &ts) != 0)
    return 0;
  return (aws_ms)ts.tv_sec * MS_PER_S + ts.tv_nsec / 1000000;
}

static aws_ms system_wall(void *arg) {
  (void)arg;
  return read_clock(CLOCK_REALTIME);
}

static aws_ms system_mono(void *arg) {
  (void)arg;
  return read_clock(CLOCK_MONOTONIC);
}

const struct aws_clock aws_clock_system = {system_wall, system_mono, NULL};

/* ---- calendar: proleptic Gregorian, counted from March so that the leap day comes last ------- */

struct civil {
  int year, month, day, hour, minute, second, ms;
};

static int64_t days_from_civil(int year, int month, int day) {
  int64_t y = month <= 2 ? (int64_t)year - 1 : year;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, struct civil *c) {
  int64_t z = days + 719468;
  int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  int64_t day_of_era = z - era * 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month = (5 * day_of_year + 2) / 153;
  c->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
  c->month = (int)(month < 10 ? month + 3 : month - 9);
  c->year = (int)(year_of_era + era * 400 + (c->month <= 2));
}

static int days_in_month(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

/* A leap second is read as the first of the next minute. */
static bool civil_to_ms(const struct civil *c, int offset_minutes, aws_ms *out) {
  if (c->month < 1 || c->month > 12 || c->day < 1 || c->day > days_in_month(c->year, c->month) ||
      c->hour > 23 || c->minute > 59 || c->second > 60)
    return false;
  int64_t s = days_from_civil(c->year, c->month, c->day) * S_PER_DAY + c->hour * 3600 +
              c->minute * 60 + c->second - (int64_t)offset_minutes * 60;
  *out = s * MS_PER_S + c->ms;
  return true;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

struct cursor {
  const char *p, *end;
};

static bool skip_char(struct cursor *c, char want) {
  if (c->p == c->end || *c->p != want)
    return false;
  c->p++;
  return true;
}

static bool is_digit(const struct cursor *c) {
  return c->p < c->end && *c->p >= '0' && *c->p <= '9';
}

/* Exactly n digits. */
static bool take_digits(struct cursor *c, int n, int *out) {
  int value = 0;
  for (; n > 0; n--) {
    if (!is_digit(c))
      return false;
    value = value * 10 + (*c->p++ - '0');
  }
  *out = value;
  return true;
}

/* Milliseconds out of a fraction of any length, cut off. */
static bool take_fraction(struct cursor *c, int *ms) {
  int scale = 100;
  if (!is_digit(c))
    return false;
  for (*ms = 0; is_digit(c); c->p++, scale /= 10)
    *ms += (*c->p - '0') * scale;
  return true;
}

/* sep: what stands between the parts, '\0': nothing. */
static bool take_sep(struct cursor *c, char sep) {
  return !sep || skip_char(c, sep);
}

static bool take_clock(struct cursor *c, struct civil *t, char sep) {
  if (!take_digits(c, 2, &t->hour) || !take_sep(c, sep) || !take_digits(c, 2, &t->minute) ||
      !take_sep(c, sep) || !take_digits(c, 2, &t->second))
    return false;
  return !skip_char(c, '.') || take_fraction(c, &t->ms);
}

/* "", Z, GMT, UTC, +hh, +hhmm, +hh:mm; times without a zone are UTC at AWS. */
static bool take_zone(struct cursor *c, int *minutes) {
  int hours = 0, rest = 0;
  size_t n = (size_t)(c->end - c->p);

  *minutes = 0;
  if (n == 0)
    return true;
  if ((n == 1 && (*c->p == 'Z' || *c->p == 'z')) ||
      (n == 3 && (strncasecmp(c->p, "GMT", 3) == 0 || strncasecmp(c->p, "UTC", 3) == 0))) {
    c->p = c->end;
    return true;
  }
  bool west = *c->p == '-';
  if (!skip_char(c, '+') && !skip_char(c, '-'))
    return false;
  if (!take_digits(c, 2, &hours))
    return false;
  if (c->p < c->end) {
    skip_char(c, ':');
    if (!take_digits(c, 2, &rest))
      return false;
  }
  if (hours > 23 || rest > 59)
    return false;
  *minutes = (west ? -1 : 1) * (hours * 60 + rest);
  return true;
}

/* Extended or basic: the latter with a time of day, or it is a number. */
static bool parse_iso(struct cursor c, aws_ms *out) {
  struct civil t = {0};
  int zone = 0;

  if (!take_digits(&c, 4, &t.year))
    return false;
  bool basic = !skip_char(&c, '-');
  if (!take_digits(&c, 2, &t.month) || !take_sep(&c, basic ? '\0' : '-') ||
      !take_digits(&c, 2, &t.day))
    return false;
  if (basic || c.p < c.end) {
    if (!skip_char(&c, 'T') && !skip_char(&c, 't') && (basic || !skip_char(&c, ' ')))
      return false;
    if (!take_clock(&c, &t, basic ? '\0' : ':') || !take_zone(&c, &zone))
      return false;
  }
  return c.p == c.end && civil_to_ms(&t, zone, out);
}

static bool take_month(struct cursor *c, int *month) {
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (c->end - c->p < 3)
    return false;
  for (int i = 0; i < 12; i++) {
    if (strncasecmp(names + 3 * i, c->p, 3) == 0) {
      *month = i + 1;
      c->p += 3;
      return true;
    }
  }
  return false;
}

/* RFC 9110 IMF-fixdate, and what RFC 822 leaves open: the name of the day, one digit for it. */
static bool parse_rfc822(struct cursor c, aws_ms *out) {
  struct civil t = {0};
  int zone = 0;

  const char *comma = memchr(c.p, ',', (size_t)(c.end - c.p));
  if (comma)
    c.p = comma + 1;
  while (skip_char(&c, ' '))
    ;
  if (!take_digits(&c, 1, &t.day))
    return false;
  if (is_digit(&c))
    t.day = t.day * 10 + (*c.p++ - '0');
  if (!skip_char(&c, ' ') || !take_month(&c, &t.month) || !skip_char(&c, ' ') ||
      !take_digits(&c, 4, &t.year) || !skip_char(&c, ' ') || !take_clock(&c, &t, ':') ||
      !skip_char(&c, ' ') || c.p == c.end)
    return false;
  return take_zone(&c, &zone) && c.p == c.end && civil_to_ms(&t, zone, out);
}

/* Decimal seconds, in whole numbers all the way: a double would be good enough, but strtod depends
 * on the locale. Digits below a millisecond are cut off. */
static bool parse_epoch(struct cursor c, aws_ms *out) {
  const uint64_t mantissa_max = UINT64_MAX / 10 - 1;
  uint64_t mantissa = 0;
  int exponent = 0, written = 0, digits = 0;
  bool negative = skip_char(&c, '-'), point = false;

  for (; is_digit(&c) || (!point && c.p < c.end && *c.p == '.'); c.p++) {
    if (*c.p == '.') {
      point = true;
      continue;
    }
    digits++;
    if (mantissa >= mantissa_max) {
      exponent += !point;
    } else {
      mantissa = mantissa * 10 + (uint64_t)(*c.p - '0');
      exponent -= point;
    }
    if (digits > 400)
      return false;
  }
  if (digits == 0)
    return false;
  if (skip_char(&c, 'e') || skip_char(&c, 'E')) {
    bool minus = skip_char(&c, '-');
    if (!minus)
      skip_char(&c, '+');
    if (!is_digit(&c))
      return false;
    for (; is_digit(&c); c.p++)
      written = written < 1000 ? written * 10 + (*c.p - '0') : written;
    exponent += minus ? -written : written;
  }
  if (c.p != c.end)
    return false;
  for (exponent += 3; exponent > 0 && mantissa != 0; exponent--) {
    if (mantissa > INT64_MAX / 10)
      return false;
    mantissa *= 10;
  }
  for (; exponent < 0 && mantissa != 0; exponent++)
    mantissa /= 10;
  if (mantissa > INT64_MAX)
    return false;
  *out = negative ? -(aws_ms)mantissa : (aws_ms)mantissa;
  return true;
}

bool aws_time_parse(struct aws_str s, aws_ms *out) {
  if (s.n == 0)
    return false;
  struct cursor c = {s.p, s.p + s.n};
  aws_ms t;
  if (!parse_iso(c, &t) && !parse_epoch(c, &t) && !parse_rfc822(c, &t))
    return false;
  if (t < AWS_MS_LEAST || t > AWS_MS_MOST)
    return false;
  *out = t;
  return true;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static struct civil civil_from_ms(aws_ms t) {
  struct civil c;

  /* four digits of year are all that the formats have */
  t = t < AWS_MS_LEAST ? AWS_MS_LEAST : t > AWS_MS_MOST ? AWS_MS_MOST : t;
  int64_t days = t / ((aws_ms)S_PER_DAY * MS_PER_S), rest = t % ((aws_ms)S_PER_DAY * MS_PER_S);
  if (rest < 0) {
    rest += (aws_ms)S_PER_DAY * MS_PER_S;
    days--;
  }
  civil_from_days(days, &c);
  c.ms = (int)(rest % MS_PER_S);
  rest /= MS_PER_S;
  c.second = (int)(rest % 60);
  c.minute = (int)(rest / 60 % 60);
  c.hour = (int)(rest / 3600);
  return c;
}

static char *put_digits(char *at, int n, int value) {
  for (int i = n - 1; i >= 0; i--, value /= 10)
    at[i] = (char)('0' + value % 10);
  return at + n;
}

static char *put_civil(char *at, const struct civil *c, const char *date_sep,
                       const char *clock_sep) {
  const int parts[] = {c->year, c->month, c->day, c->hour, c->minute, c->second};
  for (int i = 0; i < 6; i++) {
    const char *sep = i == 0 ? "" : i < 3 ? date_sep : i == 3 ? "T" : clock_sep;
    if (*sep)
      *at++ = *sep;
    at = put_digits(at, i == 0 ? 4 : 2, parts[i]);
  }
  return at;
}

void aws_time_iso(aws_ms t, char out[AWS_TIME_MAX]) {
  struct civil c = civil_from_ms(t);
  char *at = put_civil(out, &c, "-", ":");
  if (c.ms) {
    *at++ = '.';
    at = put_digits(at, 3, c.ms);
  }
  *at++ = 'Z';
  *at = '\0';
}

void aws_time_amz(aws_ms t, char out[AWS_TIME_MAX]) {
  struct civil c = civil_from_ms(t);
  char *at = put_civil(out, &c, "", "");
  *at++ = 'Z';
  *at = '\0';
}
