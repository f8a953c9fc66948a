// SPDX-License-Identifier: Apache-2.0
#ifndef LAUNCHER_H
#define LAUNCHER_H

#include <sys/types.h>

// What the words `@enter`, `@status` and `@options` of a launcher's arguments become: its descriptors have fixed
// numbers.
#define LAUNCHER_PROGRAM_PATH "/proc/self/fd/3"
#define LAUNCHER_STATUS_WORD "4"
#define LAUNCHER_OPTIONS_WORD "5"

struct launch {
  const char *path; // NULL: the program itself, as enter
  char *const *argv;
  int executable; // what is executed in place of the path; -1: none
  int program;    // own file, for descriptor 3
  int status;     // status socket, for descriptor 4
  int errors;     // pipe, for descriptor 2
  int options;    // socket, for descriptor 5; -1: none
};

// The launcher's pid, which is also its process group; -1 and errno when fork failed.
pid_t start_launcher(const struct launch *launch);

#endif
