// SPDX-License-Identifier: Apache-2.0
// What this process is.
#include "self.h"
#include "calls.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static char **words;

void remember_arguments(char **argv) { words = argv; }

static void answer_texts(struct answer *answer, char **all) {
  size_t size = 0;
  for (char **text = all; *text != NULL; text++) size += strlen(*text) + 1;
  char *end = answer_room(size);
  for (char **text = all; *text != NULL; text++) end = stpcpy(end, *text) + 1;
  answer_written(answer, ANSWER_TEXTS, size);
}

char **own_words(void) { return words + 1; }

void call_arguments(const struct input *inputs, struct answer *answer) {
  (void)inputs;
  answer_texts(answer, own_words());
}

void call_environment(const struct input *inputs, struct answer *answer) {
  (void)inputs;
  answer_texts(answer, environ);
}

void call_directory(const struct input *inputs, struct answer *answer) {
  (void)inputs;
  char path[PATH_MAX];
  if (getcwd(path, sizeof path) == NULL) return answer_number(answer, errno);
  answer_text(answer, path, strlen(path));
}

// The numbers of the user and its groups.
void call_identity(const struct input *inputs, struct answer *answer) {
  (void)inputs;
  static gid_t groups[NGROUPS_MAX];
  static int64_t numbers[2 + NGROUPS_MAX];
  int count = getgroups(NGROUPS_MAX, groups);
  if (count < 0) count = 0;
  numbers[0] = geteuid();
  numbers[1] = getegid();
  for (int i = 0; i < count; i++) numbers[2 + i] = groups[i];
  size_t size = (size_t)(2 + count) * sizeof numbers[0];
  memcpy(answer_room(size), numbers, size);
  answer_written(answer, ANSWER_NUMBERS, size);
}
