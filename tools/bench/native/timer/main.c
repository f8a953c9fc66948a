// SPDX-License-Identifier: Apache-2.0
// usage: timer rotate ROUNDS WARM_UPS SEPARATOR COMMAND... [SEPARATOR COMMAND...]...
//        timer parallel WORKERS MILLISECONDS SEPARATOR COMMAND...
//
// SEPARATOR is a word that no command has. The timer is small, static and starts programs by vfork(2), so what it
// measures is theirs.
#include "timer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void refuse(void) {
  fputs("usage: timer rotate|parallel NUMBER NUMBER SEPARATOR COMMAND...\n", stderr);
  exit(2);
}

long number_of(const char *text) {
  char *end;
  errno = 0;
  long number = strtol(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || number < 0) refuse();
  return number;
}

// Cuts `words` at each `separator`, in place.
static int split(char **words, const char *separator, struct command *commands) {
  int count = 0;
  for (; *words != NULL; words++) {
    if (strcmp(*words, separator) != 0) continue;
    *words = NULL;
    if (count == COMMANDS_MAX || words[1] == NULL) refuse();
    commands[count++].words = words + 1;
  }
  return count;
}

int main(int argc, char **argv) {
  struct command commands[COMMANDS_MAX];
  if (argc < 6) refuse();
  long first = number_of(argv[2]), second = number_of(argv[3]);
  char *separator = strdup(argv[4]);
  int count = separator == NULL ? 0 : split(argv + 4, separator, commands);
  if (strcmp(argv[1], "rotate") == 0 && count > 0)
    rotate(commands, count, first, second);
  else if (strcmp(argv[1], "parallel") == 0 && count == 1)
    run_in_parallel(commands[0], first, second);
  else
    refuse();
  return 0;
}
