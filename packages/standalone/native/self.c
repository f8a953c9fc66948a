// SPDX-License-Identifier: Apache-2.0
// What this process is.
#include "self.h"
#include "calls.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static char **words;

void remember_arguments(char **argv) { words = argv; }

static value_t texts(char **all) {
  value_t list = list_value();
  for (uint32_t i = 0; all[i] != NULL; i++) add_item(list, i, text_value(all[i], strlen(all[i])));
  return list;
}

value_t call_arguments(struct arguments arguments) {
  (void)arguments;
  return texts(words + 1);
}

value_t call_environment(struct arguments arguments) {
  (void)arguments;
  return texts(environ);
}

value_t call_directory(struct arguments arguments) {
  (void)arguments;
  char path[PATH_MAX];
  return getcwd(path, sizeof path) == NULL ? number_value(errno) : text_value(path, strlen(path));
}

// The numbers of this process, its user and its groups.
value_t call_identity(struct arguments arguments) {
  (void)arguments;
  const double numbers[] = {getpid(), geteuid(), getegid()};
  value_t list = list_value();
  uint32_t count = 0;
  for (; count < sizeof numbers / sizeof numbers[0]; count++) add_item(list, count, number_value(numbers[count]));
  int size = getgroups(0, NULL);
  gid_t *groups = size > 0 ? calloc((size_t)size, sizeof *groups) : NULL;
  if (groups != NULL) size = getgroups(size, groups);
  for (int i = 0; groups != NULL && i < size; i++) add_item(list, count + (uint32_t)i, number_value(groups[i]));
  free(groups);
  return list;
}
