// SPDX-License-Identifier: Apache-2.0
#include "timer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double now_us(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) die("clock_gettime");
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void die(const char *what) {
  fprintf(stderr, "timer: %s: %s\n", what, strerror(errno));
  exit(1);
}

struct run run(struct command command) {
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0) die("/dev/null");
  double started_at = now_us();
  pid_t child = vfork();
  if (child < 0) die("vfork");
  if (child == 0) {
    if (dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0) _exit(126);
    (void)execvp(command.words[0], command.words);
    _exit(127);
  }
  int status;
  struct rusage usage;
  while (wait4(child, &status, 0, &usage) < 0)
    if (errno != EINTR) die("wait4");
  double ended_at = now_us();
  (void)close(nothing);
  if (status != 0) {
    fprintf(stderr, "timer: %s ended with wait status %d\n", command.words[0], status);
    exit(1);
  }
  return (struct run){ended_at - started_at, usage.ru_maxrss};
}
