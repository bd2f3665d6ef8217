#include "tui/options.h"

enum option_kind { FLAG, TEXT, MAYBE, WORD };

struct option {
  const char *name;
  enum option_kind kind;
  size_t offset;
  const char *arg, *what;
};

static const struct option options[] = {
#define TUI_OPTION(member, name, kind, arg, what)                                                  \
  {name, kind, offsetof(struct tui_options, member), arg, what},
#include "tui/options.def"
#undef TUI_OPTION
};
#define NOPTIONS (sizeof options / sizeof options[0])

static const struct option *option_find(struct aws_str name, bool word) {
  for (size_t i = 0; i < NOPTIONS; i++)
    if ((options[i].kind == WORD) == word && aws_str_eq_c(name, options[i].name))
      return &options[i];
  return NULL;
}

static const char **option_text(struct tui_options *o, const struct option *opt) {
  return (const char **)(void *)((char *)o + opt->offset);
}

/* Stores one option; *i is moved past an argument that stands in a word of its own. */
static bool option_take(struct tui_options *o, const struct option *opt, const char *inline_value,
                        int argc, char *const *argv, int *i, struct aws_error *err) {
  bool next = *i + 1 < argc;
  if (opt->kind == FLAG || opt->kind == WORD) {
    if (inline_value) {
      aws_error_set(err, AWS_E_USAGE, "--%s takes no value: write it alone", opt->name);
      return false;
    }
    *(bool *)(void *)((char *)o + opt->offset) = true;
    return true;
  }
  const char *value = inline_value;
  if (!value && next && (opt->kind == TEXT || argv[*i + 1][0] != '-'))
    value = argv[++*i];
  if (opt->kind == TEXT && (!value || !*value)) {
    aws_error_set(err, AWS_E_USAGE, "--%s needs a value: --%s %s", opt->name, opt->name, opt->arg);
    return false;
  }
  *option_text(o, opt) = value ? value : "";
  return true;
}

bool tui_options_parse(struct tui_options *o, int argc, char *const *argv, struct aws_error *err) {
  *o = (struct tui_options){0};
  for (int i = 1; i < argc; i++) {
    struct aws_str word = aws_str_from(argv[i]);
    if (aws_str_eq_c(word, "-h"))
      word = AWS_STR_LIT("--help");
    const char *eq = strchr(argv[i], '=');
    struct aws_str name = {word.p + 2, word.n > 2 ? word.n - 2 : 0};
    if (eq && name.n)
      name.n = (size_t)(eq - argv[i]) - 2;
    const struct option *opt =
        aws_str_starts(word, "--") ? option_find(name, false) : option_find(word, true);
    if (!opt) {
      aws_error_set(err, AWS_E_USAGE, "%s %s: cawsole --help lists %s",
                    argv[i][0] == '-' ? "there is no option" : "nothing takes the word", argv[i],
                    argv[i][0] == '-' ? "them" : "what is taken");
      return false;
    }
    if (!option_take(o, opt, eq && opt->kind != WORD ? eq + 1 : NULL, argc, argv, &i, err))
      return false;
  }
  if (o->json && !o->once) {
    aws_error_set(err, AWS_E_USAGE, "--json goes with --once: cawsole --once --json");
    return false;
  }
  if (o->log && o->trace) {
    aws_error_set(err, AWS_E_USAGE,
                  "--trace writes what --log writes, and more: give one of the two");
    return false;
  }
  if (o->whoami + o->doctor + o->once > 1) {
    aws_error_set(err, AWS_E_USAGE, "one at a time: whoami, doctor or --once");
    return false;
  }
  if (o->demo && (o->profile || o->region || o->endpoint || o->stack)) {
    aws_error_set(err, AWS_E_USAGE,
                  "--demo brings its own stack: leave out --profile, --region, --endpoint-url and "
                  "--stack");
    return false;
  }
  return true;
}

void tui_options_help(FILE *out) {
  fputs("usage: cawsole [OPTION]...\n"
        "       cawsole whoami|doctor [OPTION]...\n"
        "A full-screen console for one application stack on AWS.\n\n",
        out);
  for (size_t i = 0; i < NOPTIONS; i++) {
    int n = fprintf(out, "  %s%s %s", options[i].kind == WORD ? "" : "--", options[i].name,
                    options[i].arg);
    fprintf(out, "%*s%s\n", n < 26 ? 26 - n : 1, "", options[i].what);
  }
  fputs(
      "\nWith --once it ends with 0 when all is well, 1 when the stack is degraded, 2 when it is\n"
      "failing, 3 when that could not be told or printed; wrong usage ends with 64.\n",
      out);
}
