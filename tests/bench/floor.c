/* What a program costs that has our libraries and does nothing: the floor under cold start and
 * resident memory.
 *
 * Usage: bench-floor [URL]   (on a terminal). Starts libcurl and curses, draws one frame, tells the
 * descriptor CAWSOLE_TEST_FD "first-frame", and ends when its terminal does. With a URL it makes
 * one request before it waits (CURL_CA_BUNDLE names what it is trusted by).
 */
#include <curl/curl.h>
#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t drop(char *p, size_t size, size_t n, void *arg) {
  (void)p, (void)arg;
  return size * n;
}

static void request(const char *url) {
  CURLM *multi = curl_multi_init();
  CURL *easy = curl_easy_init();
  const char *bundle = getenv("CURL_CA_BUNDLE");
  int running = 1;
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  if (bundle) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, bundle);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  }
  curl_multi_add_handle(multi, easy);
  while (running && curl_multi_perform(multi, &running) == CURLM_OK)
    curl_multi_poll(multi, NULL, 0, 1000, NULL);
}

static void say(const char *line) {
  const char *fd = getenv("CAWSOLE_TEST_FD");
  if (fd && write(atoi(fd), line, strlen(line)) < 0)
    exit(1);
}

int main(int argc, char **argv) {
  setlocale(LC_ALL, "");
  curl_global_init(CURL_GLOBAL_DEFAULT);
  SCREEN *screen = newterm(NULL, stdout, stdin);
  if (!screen)
    return 1;
  cbreak();
  start_color();
  for (int y = 0; y < LINES; y++)
    mvaddstr(y, 0, "a frame");
  refresh();
  say("first-frame\n");
  if (argc > 1) {
    request(argv[1]);
    say("idle 0\n");
  }
  while (getch() != ERR)
    continue;
  endwin();
  return 0;
}
