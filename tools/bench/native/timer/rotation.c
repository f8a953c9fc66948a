// SPDX-License-Identifier: Apache-2.0
#include "timer.h"

#include <stdio.h>

void rotate(struct command *commands, int count, long rounds, long warm_ups) {
  struct run runs[COMMANDS_MAX];
  for (long round = -warm_ups; round < rounds; round++) {
    // Each round begins with another one, so that none always follows the same.
    for (int i = 0; i < count; i++) {
      int which = (int)((i + round + warm_ups) % count);
      runs[which] = run(commands[which]);
    }
    for (int i = 0; i < count && round >= 0; i++)
      printf("%.1f %ld%c", runs[i].us, runs[i].peak_kib, i + 1 == count ? '\n' : ' ');
  }
}
