#include "tui/doctor.h"
#include "tui/once.h"
#include "tui/signals.h"
#include "tui/tui.h"
#include "widgets/cells.h"
#include "widgets/term.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

/* Keys, tokens and revealed parameters are in our memory: no core file, and no debugger of another
 * process, gets to see them. */
static void keep_memory_private(void) {
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#if defined(PR_SET_DUMPABLE) && !defined(__SANITIZE_ADDRESS__) /* its leak check traces us */
  prctl(PR_SET_DUMPABLE, 0);
#endif
}

static int complain(const struct aws_error *err, int status) {
  char text[1024];
  wid_cells_fit(text, sizeof text, wid_str_from(err->text), (int)sizeof text, WID_CLIP_END);
  fprintf(stderr, "cawsole: %s\n", text);
  return status;
}

/* Replies are parsed into large blocks that are freed whole. glibc would take each as a reason to
 * keep more free memory at hand from then on; fixed thresholds give it back. */
static void give_memory_back(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  mallopt(M_TRIM_THRESHOLD, 128 * 1024);
#endif
}

/* The descriptor that a test listens on, or -1. */
static int test_descriptor(void) {
  const char *text = getenv("CAWSOLE_TEST_FD");
  int64_t fd;
  return text && aws_str_to_int(aws_str_from(text), &fd) && fd > 2 && fd < 1024 ? (int)fd : -1;
}

static enum wid_depth depth_of(const struct tui_settings *s) {
  static const struct {
    int colors;
    enum wid_depth depth;
  } depths[] = {{256, WID_DEPTH_AUTO}, {16, WID_COLOR_16}, {8, WID_COLOR_8}, {0, WID_MONO}};
  size_t i = 0;
  while (s->colors < depths[i].colors)
    i++;
  return depths[i].depth;
}

static int run_console(struct tui *t) {
  struct aws_error err = {0};
  const char *why = NULL;
  struct wid_term_options term = {
      .depth = depth_of(&t->settings), .ascii = t->settings.ascii, .no_mouse = !t->settings.mouse};
  t->signal_fd = tui_signals_open(&err);
  if (t->signal_fd < 0)
    return complain(&err, TUI_EXIT_UNKNOWN);
  if (!wid_term_init(&term, &why)) {
    aws_error_set(&err, AWS_E_CONFIG, "%s", why);
    return complain(&err, TUI_EXIT_USAGE);
  }
  tui_push(t, tui_board_new(t));
  if (t->nviews)
    tui_run(t);
  while (t->nviews) {
    struct tui_view *v = t->views[--t->nviews];
    v->ops->free(v);
  }
  wid_term_done();
  tui_signals_close();
  return TUI_EXIT_OK;
}

/* A demo reads no stacks: a mistake in a file that was not asked for does not stop it. */
static bool load_settings(struct tui *t, struct aws_error *err) {
  const struct tui_options *o = t->options;
  if (tui_settings_load(&t->settings, o->config, err))
    return true;
  if (!o->demo || o->config)
    return false;
  tui_settings_done(&t->settings);
  tui_settings_init(&t->settings);
  if (o->once)
    complain(err, 0);
  else
    tui_say(t, WID_ERROR, "%s. The demo goes on without this file.", err->text);
  return true;
}

/* Demo, configuration and session stand: what was asked for is done. */
static int run(struct tui *t, const char *argv0) {
  struct aws_error err = {0};
  const struct tui_options *o = t->options;
  struct aws_error config = {0};
  if (!load_settings(t, &config)) {
    if (!o->doctor)
      return complain(&config, TUI_EXIT_USAGE);
    tui_settings_done(&t->settings);
    tui_settings_init(&t->settings);
  }
  if (o->demo && !tui_demo_start(&t->demo, argv0, o->demo, &err))
    return complain(&err, err.code == AWS_E_USAGE ? TUI_EXIT_USAGE : TUI_EXIT_UNKNOWN);
  if (o->trace || o->log)
    t->log = aws_log_open(o->trace ? o->trace : o->log, o->trace != NULL, &err);
  if ((o->trace || o->log) && !t->log)
    return complain(&err, TUI_EXIT_USAGE);
  const struct tui_choice choice = {o->stack, o->profile, o->region};
  bool open = tui_session_open(t, &choice, &err);
  if (!open && !o->doctor)
    return complain(&err, err.code == AWS_E_CONFIG ? TUI_EXIT_USAGE : TUI_EXIT_UNKNOWN);
  if (open)
    aws_error_clear(&err); /* a journal that cannot be written is a note */
  return o->whoami   ? tui_whoami(t)
         : o->doctor ? tui_doctor(t, &config, &err)
         : o->once   ? tui_once(t)
                     : run_console(t);
}

/* Where a standard descriptor is closed, the next file that is opened would take its place, and the
 * table be printed into the log. Each is opened so that its use fails as before. */
static void keep_standard_descriptors(void) {
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
      return;
}

int main(int argc, char **argv) {
  struct tui_options options;
  struct aws_error err = {0};
  signal(SIGCHLD, SIG_DFL); /* a parent that ignored it would keep us from how children end */
  keep_standard_descriptors();
  keep_memory_private();
  give_memory_back();
  setlocale(LC_ALL, "");
  wid_cells_set_ascii(strcmp(nl_langinfo(CODESET), "UTF-8") != 0);
  if (!tui_options_parse(&options, argc, argv, &err))
    return complain(&err, TUI_EXIT_USAGE);
  if (options.help)
    tui_options_help(stdout);
  else if (options.version)
    puts(PACKAGE_STRING);
  if (options.help || options.version)
    return tui_printed(TUI_EXIT_OK);
  struct tui t = {.clock = &aws_clock_system,
                  .chosen = TUI_NO_COMMAND,
                  .options = &options,
                  .ring = aws_keyring_new(),
                  .test_fd = test_descriptor(),
                  .demo = {.pid = -1, .out = -1}};
  t.operator= tui_operator(&t);
  tui_settings_init(&t.settings);
  int status = run(&t, argv[0]);
  tui_session_close(&t);
  aws_keyring_free(t.ring);
  aws_log_close(t.log);
  tui_demo_stop(&t.demo);
  tui_settings_done(&t.settings);
  return status;
}
