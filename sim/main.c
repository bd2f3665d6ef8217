/* cawsole-sim: AWS on loopback. */
#include "config.h"

#include "sim/server.h"
#include "sim/stack.h"

#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

#define EXIT_USAGE 64
#define TASKS_MAX 100000
#define PARAMETERS_MAX 100000

struct options {
  struct sim_world_options world;
  struct sim_server_options server;
  char *credentials; /* "KEY:SECRET", cut in two */
  const char *secret, *ca_out;
  struct sim_faults faults;
  bool tls;
};

static const struct option long_options[] = {
    {"port", required_argument, NULL, 'p'},
    {"stack", required_argument, NULL, 'f'},
    {"seed", required_argument, NULL, 's'},
    {"speed", required_argument, NULL, 'x'},
    {"latency", required_argument, NULL, 'l'},
    {"scenario", required_argument, NULL, 'n'},
    {"tasks", required_argument, NULL, 't'},
    {"parameters", required_argument, NULL, 'm'},
    {"tls", no_argument, NULL, 'T'},
    {"ca-out", required_argument, NULL, 'o'},
    {"credentials", required_argument, NULL, 'c'},
    {"fault", required_argument, NULL, 'F'},
    {"die-with-parent", no_argument, NULL, 'd'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static void fault_line(FILE *to, const struct sim_fault_def *d) {
  fprintf(to, "  %-16s %s", d->name, d->summary);
  if (d->number)
    fprintf(to, " (%s=%lld)", d->number, (long long)d->preset);
  fprintf(to, "%s%s%s\n", d->text ? " (" : "", d->text ? d->text : "", d->text ? "=...)" : "");
}

static void usage(FILE *to) {
  fputs("Usage: cawsole-sim [OPTION]...\n"
        "Simulates AWS on 127.0.0.1: one application stack that lives.\n\n"
        "  --port N               listen on this port; 0 (the default) takes a free one\n"
        "  --stack FILE           the stack to start from, as reference.cfg describes one\n"
        "  --seed N               start of the random numbers (default 1): same seed, same story\n"
        "  --speed X              let the world run X times as fast as the clock (default 1);\n"
        "                         0: it stands still until it is told to go on\n"
        "  --latency MS           answer every request so much later (default 0)\n"
        "  --scenario NAME        what happens (default steady), one of:\n",
        to);
  for (size_t i = 0; sim_scenario_at(i); i++)
    fprintf(to, "      %-18s %s\n", sim_scenario_at(i)->name, sim_scenario_at(i)->summary);
  fputs(
      "  --tasks N              grow the stack to N tasks in N/10 services\n"
      "  --parameters N         grow or cut Parameter Store to N parameters\n"
      "  --tls                  serve https with a certificate made at start\n"
      "  --ca-out FILE          write that certificate to FILE, for clients to trust\n"
      "  --credentials KEY:SECRET   accept this key pair (default testing:testing)\n"
      "  --fault SPEC           play a fault; may be given more than once\n"
      "  --die-with-parent      end when the process that started this one ends\n"
      "  --help, --version\n\n"
      "Prints 'listening on URL' when it is ready; ends on SIGTERM and SIGINT.\n\n"
      "SPEC is NAME[,on=SERVICE[:OPERATION]][,share=0..1][,for=SECONDS][,after=SECONDS][,times=N]\n"
      "with a number or text of its own, NAME one of:\n",
      to);
  for (size_t i = 0; sim_fault_at(i); i++)
    fault_line(to, sim_fault_at(i));
}

static bool whole(const char *text, const char *what, int64_t max, int64_t *out) {
  if (aws_str_to_int(aws_str_from(text), out) && *out >= 0 && *out <= max)
    return true;
  fprintf(stderr, "cawsole-sim: --%s takes a whole number from 0 to %lld, not '%s'\n", what,
          (long long)max, text);
  return false;
}

static bool read_speed(const char *text, double *out) {
  char *end;
  double x = strtod(text, &end);

  if (end != text && !*end && isfinite(x) && (x == 0 || (x >= 0.01 && x <= 1000))) {
    *out = x;
    return true;
  }
  fprintf(stderr, "cawsole-sim: --speed takes 0 or a number from 0.01 to 1000, not '%s'\n", text);
  return false;
}

static bool read_credentials(const char *text, struct options *o) {
  char *colon;

  free(o->credentials);
  o->credentials = strdup(text);
  colon = o->credentials ? strchr(o->credentials, ':') : NULL;
  if (!colon || colon == o->credentials || !colon[1] || strlen(colon + 1) > 200) {
    fprintf(stderr, "cawsole-sim: --credentials takes KEY:SECRET\n");
    return false;
  }
  *colon = '\0';
  o->secret = colon + 1;
  return true;
}

static bool read_fault(const char *text, struct options *o) {
  struct aws_error err = {0};

  if (sim_faults_add(&o->faults, text, aws_clock_system.mono(aws_clock_system.arg), &err))
    return true;
  fprintf(stderr, "cawsole-sim: %s\n", err.text);
  return false;
}

/* 0: go on; else the exit status plus one. */
static int read_option(int c, struct options *o) {
  int64_t n = 0;
  bool ok = true;

  switch (c) {
  case 'p':
    ok = whole(optarg, "port", 65535, &n);
    o->server.port = (int)n;
    break;
  case 'f':
    o->world.stack_file = optarg;
    break;
  case 's':
    ok = whole(optarg, "seed", INT64_MAX, &n);
    o->world.seed = (uint64_t)n;
    break;
  case 'x':
    ok = read_speed(optarg, &o->world.speed);
    break;
  case 'l':
    ok = whole(optarg, "latency", 60000, &n);
    o->server.latency = n;
    break;
  case 'n':
    o->world.scenario = optarg;
    break;
  case 't':
    ok = whole(optarg, "tasks", TASKS_MAX, &n);
    o->world.tasks = (int)n;
    break;
  case 'm':
    ok = whole(optarg, "parameters", PARAMETERS_MAX, &n);
    o->world.parameters = (int)n;
    break;
  case 'T':
    o->tls = true;
    break;
  case 'o':
    o->ca_out = optarg;
    break;
  case 'c':
    ok = read_credentials(optarg, o);
    break;
  case 'F':
    ok = read_fault(optarg, o);
    break;
  case 'd':
    o->server.die_with_parent = true;
    break;
  case 'h':
    usage(stdout);
    return 1;
  case 'V':
    puts("cawsole-sim " PACKAGE_VERSION);
    return 1;
  default:
    ok = false;
  }
  return ok ? 0 : EXIT_USAGE + 1;
}

static bool check_options(const struct options *o, int argc, char **argv) {
  if (optind < argc)
    fprintf(stderr, "cawsole-sim: '%s' is not an option; see --help\n", argv[optind]);
  else if (o->ca_out && !o->tls)
    fprintf(stderr, "cawsole-sim: --ca-out writes the certificate of --tls: give both\n");
  else
    return true;
  return false;
}

static bool write_certificate(const char *path, const char *pem) {
  FILE *f = fopen(path, "w");
  bool ok = f && fputs(pem, f) >= 0;

  if (f && fclose(f) != 0)
    ok = false;
  if (!ok)
    fprintf(stderr, "cawsole-sim: cannot write the certificate to %s\n", path);
  return ok;
}

static bool serve(struct options *o, struct sim_gate *gate, struct aws_error *err) {
  struct sim_server *s = sim_server_new(&o->server, gate, err);

  if (!s)
    return false;
  printf("listening on %s://127.0.0.1:%d\n", o->tls ? "https" : "http", sim_server_port(s));
  fflush(stdout);
  sim_server_run(s);
  sim_server_free(s);
  return true;
}

static int run(struct options *o) {
  struct aws_error err = {0};
  struct sim_keys *keys = aws_calloc(1, sizeof *keys);
  struct sim_gate gate = {
      .keys = keys, .access_key = o->credentials, .secret = o->secret, .faults = &o->faults};
  struct sim_certs certs = {.cert = {NULL}};
  bool ok = keys && (!o->tls || sim_certs_make(&certs, &err));

  o->server.certs = o->tls ? &certs : NULL;
  if (ok && o->tls && o->ca_out && !write_certificate(o->ca_out, certs.cert[SIM_CERT_GOOD]))
    ok = false;
  o->world.now = aws_clock_system.wall(aws_clock_system.arg);
  gate.ids = (uint64_t)o->world.now;
  o->faults.random = o->world.seed;
  if (keys)
    keys->random = (uint64_t)o->world.now;
  if (ok)
    gate.world = sim_world_new(&o->world, &err);
  if (gate.world)
    gate.elsewhere = sim_world_new_empty(gate.world, &err);
  ok = gate.elsewhere && serve(o, &gate, &err);
  if (!ok && err.text[0])
    fprintf(stderr, "cawsole-sim: %s\n", err.text);
  sim_world_free(gate.elsewhere);
  sim_world_free(gate.world);
  o->server.certs = NULL;
  sim_certs_done(&certs);
  free(keys);
  return ok ? EXIT_SUCCESS : err.code == AWS_E_USAGE ? EXIT_USAGE : EXIT_FAILURE;
}

int main(int argc, char **argv) {
  struct options o = {.world = {.seed = 1, .speed = 1}};
  int c, status;

  if (!read_credentials("testing:testing", &o)) {
    free(o.credentials);
    return EXIT_FAILURE;
  }
  while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
    status = read_option(c, &o);
    if (status) {
      free(o.credentials);
      return status - 1;
    }
  }
  if (!check_options(&o, argc, argv)) {
    free(o.credentials);
    return EXIT_USAGE;
  }
#ifdef HAVE_SYS_PRCTL_H
  if (o.server.die_with_parent)
    prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
  status = run(&o);
  free(o.credentials);
  return status;
}
