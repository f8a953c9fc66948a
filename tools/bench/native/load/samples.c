// SPDX-License-Identifier: Apache-2.0
// Times of something that is done again and again.
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// What is slow gives fewer samples, not a longer run.
static const double PATIENCE_US = 1e6;

// One in so many is taken before the caches and the windows of TCP are warm.
enum { WARM_UP_SHARE = 10 };

double now_us(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now); // fails for no clock that exists
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void begin_samples(struct samples *samples) {
  samples->count = 0;
  samples->until_us = now_us() + PATIENCE_US;
}

int wants_more(const struct samples *samples) {
  return samples->count < SAMPLES_MAX && now_us() < samples->until_us;
}

void add_sample(struct samples *samples, double us) { samples->us[samples->count++] = us; }

static int by_size(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

void print_quantiles(struct samples *samples) {
  size_t skipped = samples->count / WARM_UP_SHARE;
  size_t count = samples->count - skipped;
  double *us = samples->us + skipped;
  qsort(us, count, sizeof *us, by_size);
  printf("%.2f %.2f\n", us[count / 2], us[count * 99 / 100]);
}
