// SPDX-License-Identifier: Apache-2.0
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

// Milliseconds of a clock that nobody sets.
static inline int64_t now_ms(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now); // fails for no clock that exists
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
