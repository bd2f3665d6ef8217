/* What comes from the keyboard, or from whatever is at the other end of the terminal: bytes to
 * keys, presses of the mouse and pastes. */
#include "tests/fuzz/fuzz.h"
#include "widgets/term_private.h"

#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <widgets/cells.h>

/* So much a terminal takes before it is read from. */
enum { TYPED_MAX = 2048 };

static int master = -1, fd = -1;

static void swallow(void) {
  char waste[4096];
  for (struct pollfd p = {master, POLLIN, 0}; poll(&p, 1, 0) > 0 && (p.revents & POLLIN);)
    FUZZ_HOLDS(read(master, waste, sizeof waste) > 0);
}

/* Taken once: a process has one terminal. */
static void take(void) {
  const char *why = NULL;
  if (!setlocale(LC_ALL, "C.UTF-8"))
    setlocale(LC_ALL, "en_US.UTF-8");
  setenv("TERM", "xterm-256color", 1);
  master = posix_openpt(O_RDWR | O_NOCTTY);
  FUZZ_HOLDS(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  fd = open(ptsname(master), O_RDWR | O_NOCTTY);
  FILE *f = fd >= 0 ? fdopen(fd, "r+") : NULL;
  FUZZ_HOLDS(f);
  const struct wid_term_options options = {.in = f, .out = f};
  if (!wid_term_init(&options, &why)) {
    fprintf(stderr, "%s\n", why);
    abort();
  }
  wid_input_done();   /* each input begins anew */
  wid_fatal_disarm(); /* a fuzzer has handlers of its own */
  set_escdelay(0);    /* or each lone ESC would cost its 25 ms */
}

static void check_key(int32_t key) {
  int32_t plain = key & (WID_KEY_ALT - 1);
  FUZZ_HOLDS(key > 0 && plain > 0 && plain <= (int32_t)WID_KEY_F_LAST);
}

static void check_paste(struct wid_str s) {
  FUZZ_HOLDS(s.n <= WID_PASTE_MAX);
  while (s.n > 0) {
    uint32_t c;
    size_t n = wid_utf8_decode(s, &c);
    FUZZ_HOLDS(n > 0 && c != '\r');
    s = (struct wid_str){s.p + n, s.n - n};
  }
}

static void check(const struct wid_event *e) {
  switch (e->kind) {
  case WID_EVENT_KEY:
    check_key(e->key);
    break;
  case WID_EVENT_MOUSE:
    FUZZ_HOLDS(e->mouse.y >= 0 && e->mouse.x >= 0 && e->mouse.y < 100000 && e->mouse.x < 100000);
    break;
  case WID_EVENT_PASTE:
    check_paste(e->paste);
    break;
  default:
    FUZZ_HOLDS(e->kind == WID_EVENT_RESIZE);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct wid_event event;
  size_t events = 0;
  if (master < 0)
    take();
  if (size == 0 || size > TYPED_MAX)
    return 0;
  FUZZ_HOLDS(wid_input_init(fd)); /* nothing is left of the last input */
  FUZZ_HOLDS(write(master, data, size) == (ssize_t)size);
  while (wid_term_read(&event)) {
    check(&event);
    FUZZ_HOLDS(++events <= 2 * size);
  }
  wid_input_done();
  swallow();
  return 0;
}
