/* Bytes from the terminal to events. */
#include "widgets/term_private.h"
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <widgets/cells.h>

/* The longest escape sequence that is swallowed. */
#define SEQUENCE_MAX 4096
#define DOUBLE_PRESS_MS 400
/* A paste whose end got lost: after this long without a byte keys are keys again. */
#define PASTE_SILENCE_MS 1000

/* A sequence whose end got lost, likewise. */
#define SEQUENCE_SILENCE_MS 250
/* What of a sequence is kept: enough for a mouse's report. */
#define SEQUENCE_KEPT 24

static struct {
  WINDOW *pad; /* keys are read from a pad, for wgetch refreshes a window */
  int fd;
  int held;        /* read, but belongs to the next event; ERR: none */
  char partial[4]; /* the start of a UTF-8 character */
  size_t n_partial;
  bool pasting;
  char *paste;
  size_t n_paste;
  bool in_sequence; /* after ESC [, until its last byte */
  unsigned char sequence[SEQUENCE_KEPT];
  size_t n_sequence; /* bytes that came, kept or not */
  int64_t paste_at, press_at, sequence_at;
  struct wid_mouse press;
} in = {.held = ERR};

static const struct {
  int code;
  int32_t key;
} key_codes[] = {
    {KEY_UP, WID_KEY_UP},
    {KEY_DOWN, WID_KEY_DOWN},
    {KEY_LEFT, WID_KEY_LEFT},
    {KEY_RIGHT, WID_KEY_RIGHT},
    {KEY_HOME, WID_KEY_HOME},
    {KEY_FIND, WID_KEY_HOME},
    {KEY_END, WID_KEY_END},
    {KEY_SELECT, WID_KEY_END},
    {KEY_PPAGE, WID_KEY_PAGE_UP},
    {KEY_NPAGE, WID_KEY_PAGE_DOWN},
    {KEY_IC, WID_KEY_INSERT},
    {KEY_DC, WID_KEY_DELETE},
    {KEY_BACKSPACE, WID_KEY_BACKSPACE},
    {KEY_BTAB, WID_KEY_BACKTAB},
    {KEY_ENTER, WID_KEY_ENTER},
    {127, WID_KEY_BACKSPACE},
    {8, WID_KEY_BACKSPACE},
    {10, WID_KEY_ENTER},
};

/* What terminals send for the same keys in their other mode, or whatever terminfo says. */
static const struct {
  const char *bytes;
  int code;
} spare_sequences[] = {
    {"\033[A", KEY_UP},     {"\033[B", KEY_DOWN},   {"\033[C", KEY_RIGHT}, {"\033[D", KEY_LEFT},
    {"\033[H", KEY_HOME},   {"\033[F", KEY_END},    {"\033[1~", KEY_HOME}, {"\033[4~", KEY_END},
    {"\033OA", KEY_UP},     {"\033OB", KEY_DOWN},   {"\033OC", KEY_RIGHT}, {"\033OD", KEY_LEFT},
    {"\033[5~", KEY_PPAGE}, {"\033[6~", KEY_NPAGE}, {"\033[3~", KEY_DC},
};

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const char *wid_capability(const char *name) {
  char query[8];
  snprintf(query, sizeof query, "%s", name);
  const char *value = tigetstr(query);
  return value == (const char *)-1 ? NULL : value;
}

bool wid_input_init(int fd) {
  in.fd = fd;
  in.held = ERR;
  in.n_partial = 0;
  in.pasting = in.in_sequence = false;
  in.paste = malloc(WID_PASTE_MAX);
  in.pad = newpad(1, 1);
  if (!in.paste || !in.pad)
    return false;
  keypad(in.pad, TRUE);
  nodelay(in.pad, TRUE);
  for (size_t i = 0; i < sizeof spare_sequences / sizeof *spare_sequences; i++)
    if (key_defined(spare_sequences[i].bytes) == 0)
      define_key(spare_sequences[i].bytes, spare_sequences[i].code);
  /* curses would wait for the rest of a mouse's report, however long it takes to come */
  const char *mouse = wid_capability("kmous");
  if (mouse && *mouse)
    define_key(mouse, 0);
  define_key("\033[200~", WID_CODE_PASTE_START);
  define_key("\033[201~", WID_CODE_PASTE_END);
  return true;
}

void wid_input_done(void) {
  if (in.pad)
    delwin(in.pad);
  if (in.paste)
    wid_wipe(in.paste, WID_PASTE_MAX);
  free(in.paste);
  in.pad = NULL;
  in.paste = NULL;
}

static int next_code(void) {
  int code = in.held;
  in.held = ERR;
  return code != ERR ? code : wgetch(in.pad);
}

static int32_t key_of(int code) {
  for (size_t i = 0; i < sizeof key_codes / sizeof *key_codes; i++)
    if (key_codes[i].code == code)
      return key_codes[i].key;
  if (code >= KEY_F0 && code <= KEY_F(24))
    return WID_KEY_F0 + (code - KEY_F0);
  return code < 128 ? code : 0;
}

/* Adds a byte to the character begun; returns its code point once it is whole, else 0. A byte that
 * fits nowhere drops what was begun. */
static uint32_t add_byte(int byte) {
  if (in.n_partial > 0 && (byte & 0xc0) != 0x80)
    in.n_partial = 0;
  in.partial[in.n_partial++] = (char)byte;
  uint32_t c = 0;
  size_t used = wid_utf8_decode((struct wid_str){in.partial, in.n_partial}, &c);
  if (used > 0 || in.n_partial == sizeof in.partial || (in.n_partial == 1 && (byte & 0xc0) == 0x80))
    in.n_partial = 0;
  return used > 0 ? c : 0;
}

/* ---- escape sequences that curses does not know ------------------------------------------------
 */

/* OSC, DCS and their like: up to BEL or ESC backslash. */
static void swallow_string(void) {
  int last = 0;
  for (int i = 0, c; i < SEQUENCE_MAX && (c = next_code()) != ERR; i++) {
    if (c == 7 || (last == 27 && c == '\\'))
      return;
    last = c;
  }
}

/* What follows an ESC that started no known sequence. Returns the key, 0 when it was swallowed. */
static int32_t after_escape(void) {
  int code = next_code();
  switch (code) {
  case ERR:
    return WID_KEY_ESC;
  case 27:
  case WID_CODE_PASTE_START:
  case KEY_RESIZE:
    in.held = code;
    return WID_KEY_ESC;
  case '[':
    in.in_sequence = true;
    in.n_sequence = 0;
    in.sequence_at = now_ms();
    return 0;
  case 'O':
    next_code();
    return 0;
  case ']':
  case 'P':
  case 'X':
  case '^':
  case '_':
    swallow_string();
    return 0;
  default: {
    int32_t key = key_of(code);
    return key ? key | WID_KEY_ALT : 0;
  }
  }
}

/* ---- paste ----------------------------------------------------------------------------------- */

static void paste_add(uint32_t c) {
  char bytes[4];
  size_t n = wid_utf8_encode(c == '\r' ? '\n' : c, bytes);
  if (n > WID_PASTE_MAX - in.n_paste)
    return;
  for (size_t i = 0; i < n; i++)
    in.paste[in.n_paste++] = bytes[i];
}

/* Takes one code while pasting. Returns whether the paste is whole. */
static bool paste_code(int code) {
  in.paste_at = now_ms();
  if (code == WID_CODE_PASTE_END) {
    in.pasting = false;
    return true;
  }
  if (code >= 0 && code < 256) {
    uint32_t c = code < 128 ? (uint32_t)code : add_byte(code);
    if (c)
      paste_add(c);
  }
  return false;
}

/* ---- mouse ----------------------------------------------------------------------------------- */

/* A terminal that does not know SGR 1006 answers with M and three bytes, each 32 more than what it
 * stands for. */
static bool is_old_report(void) {
  return in.n_sequence > 0 && in.sequence[0] == 'M';
}

/* "<button;column;line" and M for a press.
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-Mouse-Tracking */
static bool parse_report(int numbers[3]) {
  size_t n = in.n_sequence, which = 0;
  if (is_old_report()) {
    for (size_t i = 0; i < 3; i++)
      numbers[i] = in.sequence[i + 1] - 32;
    return true;
  }
  if (n < 2 || n > SEQUENCE_KEPT || in.sequence[0] != '<' || in.sequence[n - 1] != 'M')
    return false;
  for (size_t i = 1; i + 1 < n; i++) {
    unsigned char c = in.sequence[i];
    if (c == ';' && which < 2)
      which++;
    else if (c >= '0' && c <= '9' && numbers[which] < 10000)
      numbers[which] = numbers[which] * 10 + (c - '0');
    else
      return false;
  }
  return true;
}

static bool read_mouse(struct wid_mouse *mouse) {
  int numbers[3] = {0, 0, 0};
  if (!parse_report(numbers))
    return false;
  int button = numbers[0] & ~(4 | 8 | 16); /* Shift, Alt and Ctrl do not matter */
  if ((button != 0 && button != 64 && button != 65) || numbers[1] < 1 || numbers[2] < 1)
    return false;
  *mouse = (struct wid_mouse){button == 0    ? WID_MOUSE_PRESS
                              : button == 64 ? WID_MOUSE_WHEEL_UP
                                             : WID_MOUSE_WHEEL_DOWN,
                              numbers[2] - 1, numbers[1] - 1};
  if (mouse->kind != WID_MOUSE_PRESS)
    return true;
  int64_t now = now_ms();
  bool again = in.press_at > 0 && now - in.press_at <= DOUBLE_PRESS_MS && in.press.y == mouse->y &&
               in.press.x == mouse->x;
  in.press = *mouse;
  in.press_at = again ? 0 : now;
  if (again)
    mouse->kind = WID_MOUSE_DOUBLE;
  return true;
}

/* ---- events ---------------------------------------------------------------------------------- */

/* A terminal that hung up is readable for ever and yields nothing. */
static bool hung_up(void) {
  struct pollfd state = {in.fd, POLLIN, 0};
  if (poll(&state, 1, 0) <= 0)
    return false;
  int waiting = 0;
  if (state.revents & (POLLERR | POLLNVAL))
    return true;
  if (ioctl(in.fd, FIONREAD, &waiting) < 0)
    return (state.revents & POLLHUP) != 0;
  return waiting == 0;
}

static bool set_key(struct wid_event *event, int32_t key) {
  event->kind = WID_EVENT_KEY;
  event->key = key;
  return key != 0;
}

/* Takes one byte of a sequence; false: none of its bytes. *whole: it was the last one. */
static bool sequence_code(int code, bool *whole) {
  int most = is_old_report() ? 255 : 0x7e;
  *whole = false;
  if (now_ms() - in.sequence_at > SEQUENCE_SILENCE_MS || code < 0x20 || code > most ||
      in.n_sequence == SEQUENCE_MAX) {
    in.in_sequence = false;
    return false;
  }
  if (in.n_sequence < SEQUENCE_KEPT)
    in.sequence[in.n_sequence] = (unsigned char)code;
  in.n_sequence++;
  in.sequence_at = now_ms();
  *whole = is_old_report() ? in.n_sequence == 4 : code >= 0x40;
  in.in_sequence = !*whole;
  return true;
}

/* One code to an event; false when it made none. */
static bool take_code(int code, struct wid_event *event) {
  bool whole;
  if (in.in_sequence && sequence_code(code, &whole)) {
    event->kind = WID_EVENT_MOUSE; /* the only one that is for us */
    return whole && read_mouse(&event->mouse);
  }
  if (in.pasting && now_ms() - in.paste_at > PASTE_SILENCE_MS)
    in.pasting = false;
  if (in.pasting) {
    event->kind = WID_EVENT_PASTE;
    whole = paste_code(code);
    event->paste = (struct wid_str){in.paste, in.n_paste};
    return whole;
  }
  switch (code) {
  case WID_CODE_PASTE_START:
    in.pasting = true;
    in.n_paste = 0;
    in.paste_at = now_ms();
    return false;
  case KEY_RESIZE:
    event->kind = WID_EVENT_RESIZE;
    return true;
  case 27:
    return set_key(event, after_escape());
  default:
    return set_key(event, code >= 128 && code < 256 ? (int32_t)add_byte(code) : key_of(code));
  }
}

int wid_term_fd(void) {
  return in.fd;
}

bool wid_term_read(struct wid_event *event) {
  int code;
  while (in.pad && (code = next_code()) != ERR) {
    *event = (struct wid_event){.kind = WID_EVENT_NONE};
    if (take_code(code, event))
      return true;
  }
  *event = (struct wid_event){.kind = WID_EVENT_NONE};
  if (!in.pad || !hung_up())
    return false;
  event->kind = WID_EVENT_EOF;
  return true;
}
