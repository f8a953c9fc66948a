// SPDX-License-Identifier: Apache-2.0
// Acts that use much of something.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// So many children at once, none of which outlives this process.
static int fork_many(char **args) {
  long wanted = atol(args[0]), made = 0;
  int error = 0, gate[2];
  if (pipe(gate) != 0) return errno;
  for (; made < wanted && error == 0; made++) {
    pid_t child = fork();
    if (child < 0) error = errno;
    if (child != 0) continue;
    char byte;
    (void)close(gate[1]);
    _exit((int)read(gate[0], &byte, 1));
  }
  (void)close(gate[1]);
  while (wait(NULL) > 0) continue;
  return error;
}

static int allocate(char **args) {
  enum { KIND = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE };
  void *memory = mmap(NULL, strtoul(args[0], NULL, 10), PROT_READ | PROT_WRITE, KIND, -1, 0);
  return memory == MAP_FAILED ? errno : 0;
}

// A file with one byte at its end.
static int write_size(char **args) {
  (void)signal(SIGXFSZ, SIG_IGN);
  int fd = open(args[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return errno;
  return outcome(pwrite(fd, "x", 1, atol(args[1]) - 1));
}

static int open_many(char **args) {
  long wanted = atol(args[0]);
  for (long i = 0; i < wanted; i++)
    if (dup(STDIN_FILENO) < 0) return errno;
  return 0;
}

// Uses the processor for so many milliseconds.
static int burn(char **args) {
  struct timespec used;
  long wanted = atol(args[0]);
  do {
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0) return errno;
  } while (used.tv_sec * 1000 + used.tv_nsec / 1000000 < wanted);
  return 0;
}

const struct attempt LIMIT_ATTEMPTS[] = {
    {"fork-many", 1, fork_many}, {"allocate", 1, allocate}, {"write-size", 2, write_size},
    {"open-many", 1, open_many}, {"burn", 1, burn},         {0},
};
