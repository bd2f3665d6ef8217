/* Runs a fuzz target without a fuzzer: over every file of its corpus, over the file's beginnings,
 * and over copies that are damaged in a few places. The damage is seeded: a failure comes back.
 *
 * usage: fuzz_NAME [ROUNDS [FILE]...]   default: 300 rounds a file, the corpus of that name
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <string.h>

enum { FILE_MAX = 1 << 20, ROUNDS = 300 };

static uint64_t seed = 0x9E3779B97F4A7C15u;

/* xorshift64: https://www.jstatsoft.org/article/view/v008i14 */
static uint64_t next_random(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}

/* Exactly n bytes on the heap, so that a sanitizer sees a read beyond them. */
static void feed(const uint8_t *bytes, size_t n) {
  uint8_t *copy = malloc(n ? n : 1);
  FUZZ_HOLDS(copy != NULL);
  if (n)
    memcpy(copy, bytes, n);
  LLVMFuzzerTestOneInput(copy, n);
  free(copy);
}

static void damage(uint8_t *bytes, size_t *n) {
  static const char special[] = "\0\xff\"'\\{}[]<>&;:,/-+.eE09 \n=%#!";
  size_t at = (size_t)(next_random() % *n);
  switch (next_random() % 4) {
  case 0:
    bytes[at] ^= (uint8_t)(1u << next_random() % 8);
    break;
  case 1:
    bytes[at] = (uint8_t)special[next_random() % (sizeof special - 1)];
    break;
  case 2: /* cut a piece out */
    if (*n > 8) {
      size_t cut = 1 + (size_t)(next_random() % 8);
      cut = cut < *n - at ? cut : *n - at;
      memmove(bytes + at, bytes + at + cut, *n - at - cut);
      *n -= cut;
    }
    break;
  default: { /* repeat a piece somewhere else */
    size_t from = (size_t)(next_random() % *n), len = 1 + (size_t)(next_random() % 32);
    size_t most = *n - (from > at ? from : at);
    memmove(bytes + at, bytes + from, len < most ? len : most);
  }
  }
}

static void run_bytes(const uint8_t *bytes, size_t n, unsigned long rounds) {
  uint8_t *copy = malloc(n ? n : 1);
  FUZZ_HOLDS(copy != NULL);
  feed(bytes, n);
  for (unsigned long i = 0; n && i < rounds; i++) {
    size_t len = n;
    memcpy(copy, bytes, n);
    if (i % 4 == 0)
      len = (size_t)(next_random() % n);
    for (uint64_t k = 1 + next_random() % 4; len && k; k--)
      damage(copy, &len);
    feed(copy, len);
  }
  free(copy);
}

static size_t run_file(const char *path, unsigned long rounds) {
  FILE *f = fopen(path, "rb");
  if (!f) {
    perror(path);
    exit(1);
  }
  uint8_t *bytes = malloc(FILE_MAX);
  FUZZ_HOLDS(bytes != NULL);
  size_t n = fread(bytes, 1, FILE_MAX, f);
  fclose(f);
  run_bytes(bytes, n, rounds);
  free(bytes);
  return 1;
}

static size_t run_corpus(const char *name, unsigned long rounds) {
  const char *top = getenv("CAWSOLE_SRCDIR");
  char folder[2048], path[4096];
  size_t files = 0;

  snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s", top ? top : ".", name);
  DIR *d = opendir(folder);
  if (!d) {
    perror(folder);
    exit(1);
  }
  for (struct dirent *e; (e = readdir(d)) != NULL;) {
    if (e->d_name[0] == '.')
      continue;
    snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    files += run_file(path, rounds);
  }
  closedir(d);
  return files;
}

int main(int argc, char **argv) {
  unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;
  size_t files = 0;

  for (int i = 2; i < argc; i++)
    files += run_file(argv[i], rounds);
  if (argc <= 2)
    files = run_corpus(FUZZ_CORPUS, rounds);
  printf("%zu inputs, %lu damaged copies of each\n", files, rounds);
  return files ? 0 : 1;
}
