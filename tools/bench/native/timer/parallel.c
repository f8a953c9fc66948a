// SPDX-License-Identifier: Apache-2.0
#include "timer.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// Until all workers are there.
enum { START_DELAY_US = 50 * 1000 };

static _Noreturn void work(struct command command, double from_us, double until_us, long *done) {
  double wait_us = from_us - now_us();
  if (wait_us > 0) (void)usleep((useconds_t)wait_us);
  while (now_us() < until_us) {
    (void)run(command);
    if (now_us() <= until_us) ++*done;
  }
  exit(0);
}

void run_in_parallel(struct command command, long workers, long milliseconds) {
  size_t size = (size_t)workers * sizeof(long);
  long *done = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (done == MAP_FAILED) die("mmap");
  double from_us = now_us() + START_DELAY_US, until_us = from_us + (double)milliseconds * 1e3;
  for (long i = 0; i < workers; i++) {
    pid_t worker = fork();
    if (worker < 0) die("fork");
    if (worker == 0) work(command, from_us, until_us, &done[i]);
  }
  long total = 0;
  int status, failures = 0;
  for (long i = 0; i < workers; i++) {
    if (wait(&status) < 0) die("wait");
    if (status != 0) failures++;
  }
  if (failures > 0) exit(1);
  for (long i = 0; i < workers; i++) total += done[i];
  printf("%.1f\n", (double)total * 1e3 / (double)milliseconds);
}
