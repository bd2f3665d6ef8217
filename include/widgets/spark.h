/* A series of numbers in one line, and a bar for a share. */
#ifndef CAWSOLE_WIDGETS_SPARK_H
#define CAWSOLE_WIDGETS_SPARK_H

#include <widgets/base.h>

/* The last cols values as eighth blocks (ASCII: _.-=+*# by height), oldest at the left; NAN is a
 * gap (blank). Scaled from low to high; low >= high: from the smaller of 0 and the least value to
 * the greatest. Fewer values than cols stand at the right. UTF-8 in out, NUL-terminated; returns
 * bytes. cap of 3 * cols + 1 is enough. */
size_t wid_spark_text(char *out, size_t cap, const double *values, size_t n, int cols, double low,
                      double high);
void wid_spark_draw(WINDOW *win, struct wid_rect r, unsigned style, const double *values, size_t n,
                    double low, double high);

/* A bar of cols columns, share of it full (0..1; NAN: unknown, shown as dots). */
size_t wid_gauge_text(char *out, size_t cap, double share, int cols);
/* The bar in the first line of r, with label after it when there is room. */
void wid_gauge_draw(WINDOW *win, struct wid_rect r, unsigned style, double share,
                    struct wid_str label);

#endif
