/* libcurl's memory, wiped as it is given back: requests with their session tokens, and answers, go
 * through buffers of its own. https://curl.se/libcurl/c/curl_global_init_mem.html */
#include "config.h"

#include "aws/io/internal.h"

#include <stdlib.h>

/* What stands before each block: its size, for the wipe. */
struct head {
  _Alignas(max_align_t) size_t n;
};

/* Not malloc, which the tests make fail for our own code alone: libcurl 7.88 writes beyond a buffer
 * that it got no memory for. */
static void *get(size_t n) {
  if (n > SIZE_MAX - 2 * sizeof(struct head))
    return NULL;
  size_t size = (n + 2 * sizeof(struct head) - 1) / sizeof(struct head) * sizeof(struct head);
  struct head *h = aligned_alloc(_Alignof(struct head), size);
  if (!h)
    return NULL;
  h->n = n;
  return h + 1;
}

static void give_back(void *p) {
  struct head *h = p ? (struct head *)p - 1 : NULL;
  if (h)
    aws_wipe(h, sizeof *h + h->n);
  free(h);
}

static void *get_zeroed(size_t n, size_t size) {
  void *p = !size || n <= SIZE_MAX / size ? get(n * size) : NULL;
  return p ? memset(p, 0, n * size) : NULL;
}

static void *resize(void *old, size_t n) {
  void *p = get(n);
  if (!p || !old)
    return p;
  size_t had = ((struct head *)old - 1)->n;
  memcpy(p, old, had < n ? had : n);
  give_back(old);
  return p;
}

static char *copy(const char *text) {
  size_t n = strlen(text) + 1;
  char *p = get(n);
  return p ? memcpy(p, text, n) : NULL;
}

bool io_curl_start(void) {
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, get, give_back, resize, copy, get_zeroed) ==
         CURLE_OK;
}
