/* The terminal: what is read from it, what is written to it, and that it is given back. */
#include "tests/unit/test.h"
#include "tests/unit/wid_screen.h"
#include "widgets/private.h"
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void draw(const char *text) {
  WINDOW *win = wid_term_begin();
  struct wid_rect all = wid_term_size();
  wid_cells_put(win, wid_rect_line(all, 0), WID_TITLE, wid_str_from(text), WID_ALIGN_LEFT,
                WID_CLIP_END);
  wid_cells_box(win, (struct wid_rect){1, 0, all.h - 1, all.w}, WID_BORDER);
  wid_term_end();
}

static int32_t read_key(void) {
  struct wid_event event;
  for (int tries = 0; tries < 50; tries++) {
    if (wid_term_read(&event)) {
      assert_int_equal(event.kind, WID_EVENT_KEY);
      return event.key;
    }
    usleep(1000);
  }
  return 0;
}

static bool read_event(struct wid_event *event) {
  for (int tries = 0; tries < 50; tries++) {
    if (wid_term_read(event))
      return true;
    usleep(1000);
  }
  return false;
}

static void test_nothing_changed_writes_nothing(void **state) {
  (void)state;
  size_t n;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  draw("shop-prod ● ok");
  assert_string_equal(screen_line(0, 0, 80), "shop-prod ● ok");
  assert_string_equal(screen_line(1, 0, 3), "┌──");
  assert_string_equal(screen_line(23, 77, 3), "──┘");
  screen_written(&n);
  assert_true(n > 0);
  for (int i = 0; i < 3; i++)
    draw("shop-prod ● ok");
  screen_written(&n);
  assert_int_equal(n, 0);
  draw("shop-prod ● OK");
  screen_written(&n);
  assert_true(n > 0 && n < 80);
  wid_term_repaint();
  draw("shop-prod ● OK");
  screen_written(&n);
  assert_true(n > 200);
  screen_close();
}

static void test_cursor_costs_nothing_either(void **state) {
  (void)state;
  size_t n;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  for (int i = 0; i < 3; i++) {
    WINDOW *win = wid_term_begin();
    wid_cells_put(win, (struct wid_rect){3, 3, 1, 10}, WID_FIELD, wid_str_from("typed"),
                  WID_ALIGN_LEFT, WID_CLIP_END);
    wid_term_cursor(3, 8);
    wid_term_end();
    screen_written(&n);
    assert_int_equal(n > 0, i == 0);
  }
  screen_close();
}

static void test_keys(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    int32_t key;
  } rows[] = {
      {"j", 'j'},
      {"\r", WID_KEY_ENTER},
      {"\n", WID_KEY_ENTER},
      {"\t", WID_KEY_TAB},
      {"\177", WID_KEY_BACKSPACE},
      {"\b", WID_KEY_BACKSPACE},
      {"\x0c", WID_CTRL('L')},
      {"\x13", WID_CTRL('S')}, /* not flow control */
      {"\x16", WID_CTRL('V')},
      {"\033", WID_KEY_ESC},
      {"\033x", 'x' | WID_KEY_ALT},
      {"\033OA", WID_KEY_UP},
      {"\033OB", WID_KEY_DOWN},
      {"\033[A", WID_KEY_UP},
      {"\033[F", WID_KEY_END},
      {"\033[5~", WID_KEY_PAGE_UP},
      {"\033[6~", WID_KEY_PAGE_DOWN},
      {"\033OH", WID_KEY_HOME},
      {"\033OF", WID_KEY_END},
      {"\033[3~", WID_KEY_DELETE},
      {"\033[Z", WID_KEY_BACKTAB},
      {"\033OP", WID_KEY_F0 + 1},
      {"é", 0xe9},
      {"日", 0x65e5},
      {"\xffq", 'q'},                  /* a stray byte takes no key with it */
      {"\033[Iq", 'q'},                /* a focus report */
      {"\033[?62;4cq", 'q'},           /* an answer nobody asked for */
      {"\033]11;rgb:0/0/0\007q", 'q'}, /* one that ends in BEL */
      {"\033P1$r0m\033\\q", 'q'},      /* one that ends in ST */
  };
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  for (size_t i = 0; i < COUNT(rows); i++) {
    screen_type(rows[i].bytes);
    int32_t key = read_key();
    if (key != rows[i].key)
      fail_msg("row %zu: key %#x, not %#x", i, (unsigned)key, (unsigned)rows[i].key);
    assert_int_equal(read_key(), 0);
  }
  screen_close();
}

static void test_split_character(void **state) {
  (void)state;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  screen_type("\xe6\x97");
  assert_int_equal(read_key(), 0);
  screen_type("\xa5");
  assert_int_equal(read_key(), 0x65e5);
  screen_close();
}

static void test_paste(void **state) {
  (void)state;
  struct wid_event event;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  assert_non_null(strstr(screen_written(NULL), "\033[?2004h"));
  screen_type("\033[200~s5\rqé\033[A");
  assert_false(read_event(&event));
  screen_type("!\033[201~z");
  assert_true(read_event(&event));
  assert_int_equal(event.kind, WID_EVENT_PASTE);
  assert_true(wid_str_eq(event.paste, WID_STR_LIT("s5\nqé!"))); /* an arrow is no text */
  assert_int_equal(read_key(), 'z');
  screen_close();
}

/* Whatever a line's noise types, what comes out is an event, and in the end there is none. */
static void test_any_bytes(void **state) {
  (void)state;
  static const char *const parts[] = {
      "\033",     "\033[", "\033[<", "\033[200~", "\033[201~",
      "\033]0;",  "\033O", "\033P",  "\a",        "\\",
      "M",        "m",     "0;0;0",  "64;1;1",    "65;999;999",
      "\033[M",   "~",     "\xc3",   "\xa9",      "\xf0\x9f",
      "\xff\xfe", "q",     "\r",     "\x7f",      "99999999999999999999;",
  };
  uint32_t seed = 7;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  for (int round = 0; round < 120; round++) {
    char bytes[256] = "";
    for (int i = 0; i < 8; i++) {
      seed = seed * 1664525u + 1013904223u;
      strcat(bytes, parts[(seed >> 16) % COUNT(parts)]);
    }
    screen_type(bytes);
    struct wid_event event;
    int events = 0;
    while (wid_term_read(&event) && events++ < 1000) {
      assert_true(event.kind == WID_EVENT_KEY || event.kind == WID_EVENT_MOUSE ||
                  event.kind == WID_EVENT_PASTE);
      if (event.kind == WID_EVENT_KEY)
        assert_in_range(event.key & ~WID_KEY_ALT, 1, WID_KEY_F_LAST);
      if (event.kind == WID_EVENT_MOUSE)
        assert_true(event.mouse.y >= 0 && event.mouse.x >= 0);
    }
    assert_true(events < 1000);
  }
  screen_type("\033[201~\a");
  struct wid_event event;
  while (wid_term_read(&event))
    ;
  screen_type("z");
  assert_int_equal(read_key(), 'z');
  screen_close();
}

static void test_mouse(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    enum wid_mouse_kind kind;
    int y, x;
  } rows[] = {
      {"\033[<0;11;3M\033[<0;11;3m", WID_MOUSE_PRESS, 2, 10},
      {"\033[<0;11;3M\033[<0;11;3m", WID_MOUSE_DOUBLE, 2, 10},
      {"\033[<0;11;3M\033[<0;11;3m", WID_MOUSE_PRESS, 2, 10},
      {"\033[<0;12;3M\033[<0;12;3m", WID_MOUSE_PRESS, 2, 11},
      {"\033[<64;5;6M", WID_MOUSE_WHEEL_UP, 5, 4},
      {"\033[<65;5;6M", WID_MOUSE_WHEEL_DOWN, 5, 4},
      {"\033[<4;7;8M", WID_MOUSE_PRESS, 7, 6},
      {"\033[Ma%&", WID_MOUSE_WHEEL_DOWN, 5, 4}, /* as old terminals write it */
  };
  struct wid_event event;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  for (size_t i = 0; i < COUNT(rows); i++) {
    screen_type(rows[i].bytes);
    assert_true(read_event(&event));
    assert_int_equal(event.kind, WID_EVENT_MOUSE);
    assert_int_equal(event.mouse.kind, rows[i].kind);
    assert_int_equal(event.mouse.y, rows[i].y);
    assert_int_equal(event.mouse.x, rows[i].x);
    assert_false(read_event(&event));
  }
  screen_close();
}

/* A slow line tears a report apart: nobody waits for the rest, and the rest is no keys. */
static void test_torn_mouse(void **state) {
  (void)state;
  struct wid_event event;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  screen_type("\033[<0;1");
  assert_false(read_event(&event));
  screen_type("2;3M");
  assert_true(read_event(&event));
  assert_int_equal(event.kind, WID_EVENT_MOUSE);
  assert_int_equal(event.mouse.x, 11);
  screen_type("\033[<0;1");
  assert_false(read_event(&event));
  usleep(300 * 1000); /* the rest never comes */
  screen_type("q");
  assert_int_equal(read_key(), 'q');
  screen_close();
}

static void test_resize(void **state) {
  (void)state;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  assert_null(wid_term_too_small());
  assert_false(wid_term_resize());
  screen_set_size(50, 132);
  assert_true(wid_term_resize());
  struct wid_rect size = wid_term_size();
  assert_int_equal(size.h, 50);
  assert_int_equal(size.w, 132);
  draw("wide");
  assert_string_equal(screen_line(49, 129, 3), "──┘");
  screen_set_size(10, 40);
  assert_true(wid_term_resize());
  assert_string_equal(wid_term_too_small(), "needs 80x24, this terminal is 40x10");
  draw("narrow");
  struct wid_event event;
  assert_false(read_event(&event)); /* a resize is no key */
  screen_close();
}

static void test_hang_up(void **state) {
  (void)state;
  struct wid_event event;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  assert_false(read_event(&event));
  screen_hang_up();
  assert_true(read_event(&event));
  assert_int_equal(event.kind, WID_EVENT_EOF);
  screen_close();
}

static void test_depths(void **state) {
  (void)state;
  static const struct {
    const char *term, *no_color;
    enum wid_depth depth;
  } rows[] = {
      {"xterm-256color", NULL, WID_COLOR_256},
      {"xterm-256color", "1", WID_MONO},
      {"xterm-256color", "", WID_COLOR_256},
      {"xterm", NULL, WID_COLOR_8},
      {"vt100", NULL, WID_MONO},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    if (rows[i].no_color)
      setenv("NO_COLOR", rows[i].no_color, 1);
    screen_open(rows[i].term, 24, 80, WID_DEPTH_AUTO);
    assert_int_equal(wid_term_depth(), rows[i].depth);
    attr_t attr;
    short pair;
    wid_style_attr(WID_BAD, &attr, &pair);
    assert_int_equal(pair != 0, rows[i].depth != WID_MONO);
    draw("title");
    screen_close();
    unsetenv("NO_COLOR");
  }
}

static void test_copy(void **state) {
  (void)state;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  screen_written(NULL);
  assert_true(wid_term_copy(wid_str_from("arn:aws:ecs")));
  assert_string_equal(screen_written(NULL), "\033]52;c;YXJuOmF3czplY3M=\a");
  static char big[WID_COPY_MAX + 1];
  assert_false(wid_term_copy((struct wid_str){big, sizeof big}));
  screen_close();
  screen_open("vt100", 24, 80, WID_DEPTH_AUTO);
  screen_written(NULL);
  assert_false(wid_term_copy(wid_str_from("arn:aws:ecs")));
  assert_string_equal(screen_written(NULL), "");
  screen_close();
}

static void test_given_back(void **state) {
  (void)state;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  draw("board");
  screen_written(NULL);
  wid_term_leave();
  const char *left = screen_written(NULL);
  assert_non_null(strstr(left, "\033[?1049l"));
  assert_non_null(strstr(left, "\033[?2004l"));
  wid_term_resume();
  draw("board");
  const char *back = screen_written(NULL);
  assert_non_null(strstr(back, "\033[?1049h"));
  assert_non_null(strstr(back, "\033[?2004h"));
  assert_non_null(strstr(back, "board"));
  screen_close();
}

/* Modes of the terminal behind fd that a shell cares about. */
static tcflag_t modes_of(int fd) {
  struct termios modes;
  assert_int_equal(tcgetattr(fd, &modes), 0);
  return modes.c_lflag & (ECHO | ICANON | ISIG | IEXTEN);
}

static void test_modes_given_back(void **state) {
  (void)state;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  int fd = dup(wid_term_fd());
  assert_int_equal(modes_of(fd), ISIG);
  wid_term_leave();
  assert_int_equal(modes_of(fd), ECHO | ICANON | ISIG | IEXTEN);
  wid_term_resume();
  assert_int_equal(modes_of(fd), ISIG);
  wid_term_done();
  assert_int_equal(modes_of(fd), ECHO | ICANON | ISIG | IEXTEN);
  close(fd);
  screen_close();
}

static int wait_for(pid_t child) {
  int status = 0;
  assert_int_equal(waitpid(child, &status, WUNTRACED), child);
  return status;
}

/* Stopped and continued by its parent as by a shell: a group of its own in our session, or the
 * system would not stop it at all. */
static void test_suspend(void **state) {
  (void)state;
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    setpgid(0, 0);
    screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
    draw("board");
    screen_written(NULL);
    wid_term_suspend();
    draw("board");
    const char *back = screen_written(NULL);
    screen_close();
    _exit(strstr(back, "board") ? 0 : 1);
  }
  setpgid(child, child);
  int status = wait_for(child);
  assert_true(WIFSTOPPED(status));
  assert_int_equal(WSTOPSIG(status), SIGTSTP);
  assert_int_equal(kill(child, SIGCONT), 0);
  status = wait_for(child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

/* A child dies of a signal; the terminal has what it needs to be ordinary again. */
static void test_fatal_signal(void **state) {
  (void)state;
  static const int signals[] = {SIGSEGV, SIGABRT};
  for (size_t i = 0; i < COUNT(signals); i++) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      signal(signals[i], SIG_DFL); /* not the test framework's */
      screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
      draw("board");
      screen_written(NULL);
      pid_t grandchild = fork();
      if (grandchild == 0) {
        wid_term_leave();
        wid_term_resume(); /* takes the terminal as its own */
        raise(signals[i]);
      }
      int status;
      waitpid(grandchild, &status, 0);
      const char *left = strstr(screen_written(NULL), "\033[?1000l\033[?1006l\033[?2004l");
      _exit(left && strstr(left, "\033[?1049l") && WIFSIGNALED(status) &&
                    WTERMSIG(status) == signals[i]
                ? 0
                : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing_changed_writes_nothing),
      cmocka_unit_test(test_cursor_costs_nothing_either),
      cmocka_unit_test(test_keys),
      cmocka_unit_test(test_split_character),
      cmocka_unit_test(test_paste),
      cmocka_unit_test(test_any_bytes),
      cmocka_unit_test(test_mouse),
      cmocka_unit_test(test_torn_mouse),
      cmocka_unit_test(test_resize),
      cmocka_unit_test(test_hang_up),
      cmocka_unit_test(test_depths),
      cmocka_unit_test(test_copy),
      cmocka_unit_test(test_given_back),
      cmocka_unit_test(test_modes_given_back),
      cmocka_unit_test(test_suspend),
      cmocka_unit_test(test_fatal_signal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
