/* The console itself: what the views share, and how they report what they did.
 *
 * Views stand on a stack; the lowest is the board and never leaves. Events go to the top one.
 * Handlers never draw and never wait: they say what became of the event, and the loop does the
 * rest.
 */
#ifndef CAWSOLE_TUI_TUI_H
#define CAWSOLE_TUI_TUI_H

#include "aws/identity.h"
#include "stack/action.h"
#include "stack/model.h"
#include "tui/demo.h"
#include "tui/keys.h"
#include "tui/options.h"
#include "tui/settings.h"
#include "widgets/base.h"

#define TUI_VIEWS_MAX 12
#define TUI_MARKED_MAX 20 /* rows that one action takes */
#define TUI_AGE_MAX 24

enum tui_result { TUI_IGNORED, TUI_REDRAW, TUI_CLOSE };

/* What the operator points at. Borrowed until the next turn of the loop. */
struct tui_subject {
  enum stack_kind kind;
  struct aws_str id;
  const struct stack_row *row; /* NULL when it is gone */
};

struct tui;
struct tui_view;

struct tui_view_ops {
  const char *name;
  bool over; /* drawn over the view below, not instead of it */
  bool text; /* is read, not chosen from: / finds places in it */
  void (*free)(struct tui_view *v);
  /* r is the screen without the title line and the hint line (over: the whole screen). */
  void (*draw)(struct tui_view *v, WINDOW *win, struct wid_rect r);
  /* Each of the following may be NULL. */
  /* Sees every event before the key table does: typing, dialogs, the mouse. */
  enum tui_result (*event)(struct tui_view *v, const struct wid_event *e);
  /* Whether a command does something here, now; only such commands are hinted at and carried out.
   */
  bool (*can)(const struct tui_view *v, enum tui_command c);
  /* A filter or what is sought is being typed: no key is a command. */
  bool (*typing)(const struct tui_view *v);
  enum tui_result (*command)(struct tui_view *v, enum tui_command c, size_t index);
  bool (*subject)(const struct tui_view *v, struct tui_subject *out);
  /* The marked rows' ids, borrowed; returns how many there are, also beyond max. */
  size_t (*marked)(const struct tui_view *v, struct aws_str *ids, size_t max);
  void (*unmark)(struct tui_view *v);
  void (*changed)(struct tui_view *v, unsigned changes); /* STACK_CHANGED_*, before the next draw */
};

struct tui_view {
  const struct tui_view_ops *ops;
  struct tui *tui;
};

enum tui_dirt { TUI_CLEAN, TUI_DIRTY_LATER, TUI_DIRTY_DATA, TUI_DIRTY_KEY };

/* What to watch, as far as somebody said. */
struct tui_choice {
  const char *stack;   /* of the configuration; NULL: the first one, or the profile by itself */
  const char *profile; /* NULL: the stack's, the command line's, the environment's */
  const char *region;  /* NULL: the stack's, the command line's, the environment's, the profile's */
};

struct tui {
  struct aws_io *io; /* of the stack being watched, like the next five */
  const struct aws_clock *clock;
  const struct tui_options *options;
  struct tui_settings settings;
  struct tui_demo demo;
  struct aws_settings *aws;   /* of the stack being watched */
  struct stack_config *plain; /* of a stack that no file names; NULL: its file does */
  const struct stack_config *config;
  struct tui_choice choice; /* what is watched, as it was asked for; copies of its own */
  struct stack *stack;

  struct tui_view *views[TUI_VIEWS_MAX + 1]; /* one place is kept for the prompt */
  size_t nviews;

  enum tui_command chosen; /* in the palette, for the view below it; done once it is gone */

  enum tui_dirt dirty;
  aws_ms dirty_at;    /* monotonic: when data first made it dirty */
  aws_ms tidied_at;   /* monotonic: when freed memory was last given back */
  aws_ms next_change; /* wall clock: when something shown grows older; 0: nothing does */
  aws_ms flash_until; /* wall clock: the title flashes */
  bool quit;
  char notice[400]; /* one line for the operator, gone with the next key */
  unsigned notice_style;
  aws_ms notice_until; /* wall clock; 0: until a key */

  struct aws_keyring *ring;     /* keys that cost a code, for as long as the console runs */
  struct aws_operator operator; /* who answers for the credentials: we do */
  struct aws_prompt *prompt;    /* what the credential chain asks now, or NULL */
  unsigned prompts;             /* asked so far: the same place asks again */
  struct tui_view *prompt_view; /* that asks it; NULL: none yet */

  struct aws_log *log; /* --log or --trace; NULL: neither */
  int signal_fd;
  int test_fd;     /* -1: none */
  bool drawn;      /* a first frame was shown */
  bool unseen;     /* the last one had no room for the views */
  uint64_t events; /* keys and the like that were read */
};

/* ---- main.c, session.c ------------------------------------------------------------------------
 */

/* Watches what was chosen (copied). The one watched before is let go with all that it had asked
 * for; no view may hold on to it. False: *err, and nothing changed. */
bool tui_session_open(struct tui *t, const struct tui_choice *choice,
                      struct aws_error *err) AWS_MUST_CHECK;
void tui_session_close(struct tui *t);
/* to is empty or was made by this; what a copy has is its own until _done. */
bool tui_choice_copy(struct tui_choice *to, const struct tui_choice *from,
                     struct aws_error *err) AWS_MUST_CHECK;
void tui_choice_done(struct tui_choice *c);

/* ---- view_quit.c -------------------------------------------------------------------------------
 */

/* Leaves; asks once when an action is being sent or followed. */
void tui_quit(struct tui *t);
bool tui_quit_asks(struct tui *t); /* it was asked, and not answered yet */
/* Watches what was chosen (copied) from the board on; asks likewise. What cannot be watched is
 * said, and nothing changes. */
void tui_watch(struct tui *t, const struct tui_choice *choice);

/* ---- loop.c ------------------------------------------------------------------------------------
 */

/* Runs until the operator leaves. The terminal is taken and the board is the only view. */
void tui_run(struct tui *t);

/* ---- draw.c ------------------------------------------------------------------------------------
 */

void tui_draw(struct tui *t);

/* ---- age.c --------------------------------------------------------------------------------------
 */

void tui_dirty(struct tui *t, enum tui_dirt how);
/* A time ago in the words of the board, steps of 5 s below a minute; draws again when it changes.
 */
const char *tui_age(struct tui *t, aws_ms at, char out[TUI_AGE_MAX]);
/* The same of the time until then. */
const char *tui_left(struct tui *t, aws_ms at, char out[TUI_AGE_MAX]);
/* The same as the end of a sentence: "now", "5s ago". */
const char *tui_ago(struct tui *t, aws_ms at, char out[TUI_AGE_MAX]);
/* The screen is drawn again at that time (wall clock), if not before. */
void tui_draw_at(struct tui *t, aws_ms at);
aws_ms tui_now(const struct tui *t); /* wall clock */

/* ---- views.c ------------------------------------------------------------------------------------
 */

/* Puts a view on top; frees it when the stack is full. NULL (no memory) says so in the notice. */
void tui_push(struct tui *t, struct tui_view *v);
void tui_pop(struct tui *t);
void tui_drop(struct tui *t, struct tui_view *v); /* wherever it stands; not the board */
void tui_pop_to_board(struct tui *t);
struct tui_view *tui_top(struct tui *t);
void tui_say(struct tui *t, unsigned style, const char *fmt, ...) AWS_PRINTF(3, 4);

/* ---- can.c --------------------------------------------------------------------------------------
 */

/* Whether the command does something in the view, now. */
bool tui_can(struct tui *t, const struct tui_view *v, enum tui_command c);
bool tui_subject_can(const struct tui_view *v, enum tui_command c); /* on what is pointed at */
bool tui_works_everywhere(const struct tui *t, const struct tui_view *v, enum tui_command c);
bool tui_subject_of(const struct tui_view *v, struct tui_subject *s); /* false: there is none */
bool tui_is_secret(const struct tui_subject *s); /* a parameter whose value is hidden */
/* What an action takes for the row: itself, or the one service behind it. *n: how many there are.
 */
bool tui_acts_on(const struct tui *t, const struct stack_action_def *def,
                 const struct tui_subject *s, struct tui_subject *out, size_t *n);
/* The action behind a command, NULL when the command is none or this program has no such action. */
const struct stack_action_def *tui_action_of(enum tui_command c);
/* An action that a read-only console does not do, whatever it is pointed at. */
bool tui_forbidden(const struct tui *t, enum tui_command c);
/* The pane whose rows a command acts on; tui_board_panes(): it acts on no row of one's own. */
size_t tui_pane_of(enum tui_command c);

/* ---- commands.c ---------------------------------------------------------------------------------
 */

void tui_event(struct tui *t, const struct wid_event *e);

/* ---- the views ------------------------------------------------------------------------------- */

struct tui_view *tui_board_new(struct tui *t);
struct tui_view *tui_describe_new(struct tui *t, const struct tui_subject *s);
struct tui_view *tui_versions_new(struct tui *t, const struct tui_subject *s);
struct stack_event;
struct tui_view *tui_event_new(struct tui *t, const struct stack_event *e); /* one, copied */
struct tui_view *tui_events_new(struct tui *t, const struct tui_subject *s);
/* id: whose row is under the cursor at first; {NULL, 0}: the worst one. */
struct tui_view *tui_list_new(struct tui *t, enum stack_kind kind, struct aws_str id);
bool tui_is_list(const struct tui_view *v, enum stack_kind kind);
struct tui_view *tui_help_new(struct tui *t, const struct tui_view *of);
struct tui_view *tui_palette_new(struct tui *t);
/* n actions of one sort, shown as one; the array is copied. */
struct tui_view *tui_action_new(struct tui *t, enum stack_kind k, struct stack_action *const *all,
                                size_t n);
struct tui_view *tui_actions_new(struct tui *t);
struct tui_view *tui_budget_new(struct tui *t);

/* ---- view_prompt.c ----------------------------------------------------------------------------
 */

struct aws_operator tui_operator(struct tui *t);
/* Opens or closes the view of what the credential chain asks; once a turn of the loop. */
void tui_prompt_follow(struct tui *t);

/* ---- panes.c ------------------------------------------------------------------------------------
 */

size_t tui_board_panes(void);
const char *tui_board_pane_name(size_t pane);
size_t tui_board_pane_of(enum stack_kind k); /* tui_board_panes(): no pane shows the kind */

/* ---- board.c, as far as others drive it ---------------------------------------------------------
 */

void tui_board_focus(struct tui_view *board, size_t pane);
void tui_board_forget(struct tui_view *board); /* another stack is watched now */

/* ---- theme.c --------------------------------------------------------------------------------- */

const char *tui_level_glyph(enum stack_level l);
const char *tui_level_word(enum stack_level l); /* "ok" "note" "unknown" "degraded" "failing" */
unsigned tui_level_style(enum stack_level l);
#define TUI_GLYPH_MOVING "\xe2\x9f\xb3"
#define TUI_GLYPH_HIDDEN "\xe2\x80\xa2"

static inline struct wid_str tui_str(struct aws_str s) {
  return (struct wid_str){s.p, s.n};
}

#endif
