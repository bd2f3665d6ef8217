/* The operator's side of the harness: keys in writing, the mouse, pastes. */
#include "config.h"

#include "private.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
  const char *name;
  VTermKey key;
  VTermModifier mod;
} named[] = {
    {"Enter", VTERM_KEY_ENTER, VTERM_MOD_NONE},       {"Tab", VTERM_KEY_TAB, VTERM_MOD_NONE},
    {"S-Tab", VTERM_KEY_TAB, VTERM_MOD_SHIFT},        {"BS", VTERM_KEY_BACKSPACE, VTERM_MOD_NONE},
    {"Esc", VTERM_KEY_ESCAPE, VTERM_MOD_NONE},        {"Up", VTERM_KEY_UP, VTERM_MOD_NONE},
    {"Down", VTERM_KEY_DOWN, VTERM_MOD_NONE},         {"Left", VTERM_KEY_LEFT, VTERM_MOD_NONE},
    {"Right", VTERM_KEY_RIGHT, VTERM_MOD_NONE},       {"Ins", VTERM_KEY_INS, VTERM_MOD_NONE},
    {"Del", VTERM_KEY_DEL, VTERM_MOD_NONE},           {"Home", VTERM_KEY_HOME, VTERM_MOD_NONE},
    {"End", VTERM_KEY_END, VTERM_MOD_NONE},           {"PageUp", VTERM_KEY_PAGEUP, VTERM_MOD_NONE},
    {"PageDown", VTERM_KEY_PAGEDOWN, VTERM_MOD_NONE},
};

/* A key is sent whole before the next one, as a keyboard does; a full input queue is waited out
 * while the program's output is read, or the two would wait for each other. */
static void send_bytes(struct screen *s, const char *bytes, size_t n) {
  while (n && s->master >= 0) {
    ssize_t sent = write(s->master, bytes, n);
    if (sent > 0) {
      bytes += sent;
      n -= (size_t)sent;
    } else if (errno == EAGAIN) {
      struct pollfd wait = {.fd = s->master, .events = POLLIN | POLLOUT};
      poll(&wait, 1, 100);
      if (wait.revents & POLLIN)
        screen_pump(s, 0);
    } else if (errno != EINTR) {
      screen_fail(s, "the key cannot be sent", strerror(errno));
    }
  }
}

void screen_flush(struct screen *s) {
  char bytes[512];
  size_t n;
  while ((n = vterm_output_read(s->vt, bytes, sizeof bytes)) > 0)
    send_bytes(s, bytes, n);
}

/* Keys are sent to a program that is idle, unless the test types ahead: only then is it known how
 * many it has read before. */
static void begin_input(struct screen *s) {
  screen_idle(s);
  screen_pump(s, 0);
  s->idles_at_input = s->idles;
  s->events_wanted = s->events;
}

static void send_named(struct screen *s, const char *name) {
  for (size_t i = 0; i < sizeof named / sizeof *named; i++)
    if (strcmp(named[i].name, name) == 0) {
      vterm_keyboard_key(s->vt, named[i].key, named[i].mod);
      screen_flush(s);
      return;
    }
  if (strcmp(name, "lt") == 0)
    send_bytes(s, "<", 1);
  else if (strncmp(name, "C-", 2) == 0 && name[2] && !name[3])
    send_bytes(s, &(char){(char)(name[2] & 0x1f)}, 1);
  else if (name[0] == 'F' && atoi(name + 1) > 0)
    vterm_keyboard_key(s->vt, (VTermKey)VTERM_KEY_FUNCTION(atoi(name + 1)), VTERM_MOD_NONE);
  else
    screen_fail(s, "the test names an unknown key", name);
  screen_flush(s);
}

/* Calm: an Esc is waited for, or it and the next key would be one. */
static void send_keys(struct screen *s, const char *keys, bool calm) {
  for (const char *at = keys; *at; at++) {
    const char *end = *at == '<' ? strchr(at, '>') : NULL;
    char name[16];
    s->events_wanted += ((unsigned char)*at & 0xc0) != 0x80; /* a character, not a byte */
    s->copies += *at == 'c';
    if (!end || end == at + 1) {
      send_bytes(s, at, 1);
      continue;
    }
    snprintf(name, sizeof name, "%.*s", (int)(end - at - 1), at + 1);
    send_named(s, name);
    at = end;
    if (calm && strcmp(name, "Esc") == 0)
      screen_idle(s);
  }
}

void screen_keys(struct screen *s, const char *keys) {
  begin_input(s);
  send_keys(s, keys, true);
}

/* Before the program took over the screen its keys have another form. */
void screen_keys_ahead(struct screen *s, const char *keys) {
  screen_await_start(s);
  s->idles_at_input = s->idles;
  s->events_wanted = s->events;
  send_keys(s, keys, false);
}

void screen_click(struct screen *s, int row, int col) {
  if (row < 0 || col < 0)
    screen_fail(s, "what the test would click on is not there", NULL);
  begin_input(s);
  s->events_wanted++;
  vterm_mouse_move(s->vt, row, col, VTERM_MOD_NONE);
  vterm_mouse_button(s->vt, 1, true, VTERM_MOD_NONE);
  vterm_mouse_button(s->vt, 1, false, VTERM_MOD_NONE);
  screen_flush(s);
}

void screen_wheel(struct screen *s, int row, int col, bool down) {
  begin_input(s);
  s->events_wanted++;
  vterm_mouse_move(s->vt, row, col, VTERM_MOD_NONE);
  vterm_mouse_button(s->vt, down ? 5 : 4, true, VTERM_MOD_NONE);
  screen_flush(s);
}

void screen_paste(struct screen *s, const char *text) {
  begin_input(s);
  s->events_wanted++;
  vterm_keyboard_start_paste(s->vt);
  screen_flush(s);
  send_bytes(s, text, strlen(text));
  vterm_keyboard_end_paste(s->vt);
  screen_flush(s);
}
