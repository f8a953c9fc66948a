// SPDX-License-Identifier: Apache-2.0
// What everybody sees of this process, see proc_pid_cmdline(5),
// proc_pid_environ(5), proc_pid_comm(5).
#include "naming.h"

#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

extern char **environ;

static char *first, *end_of_arguments, *end_of_environment;

static char *end_of(char **texts, char *otherwise) {
  for (; *texts != NULL; texts++) otherwise = *texts + strlen(*texts) + 1;
  return otherwise;
}

// They lie behind each other, see execve(2).
void note_words(char **argv) {
  first = argv[0];
  end_of_arguments = end_of(argv, first);
  end_of_environment = end_of(environ, end_of_arguments);
}

void show_words(char **words) {
  (void)prctl(PR_SET_NAME, words[0]);
  memset(first, 0, (size_t)(end_of_environment - first));
  char *place = first;
  for (; *words != NULL; words++) {
    size_t size = strlen(*words) + 1;
    if (size > (size_t)(end_of_arguments - place)) return;
    memcpy(place, *words, size);
    place += size;
  }
}
