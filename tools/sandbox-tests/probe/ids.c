// SPDX-License-Identifier: Apache-2.0
#include "ids.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct ids own_ids(void) {
  return (struct ids){.user = geteuid(), .group = getegid()};
}

void map_ids(struct ids inside, struct ids outside) {
  const char *files[] = {"/proc/self/setgroups", "/proc/self/uid_map", "/proc/self/gid_map"};
  char texts[3][32] = {"deny"};
  (void)snprintf(texts[1], sizeof texts[1], "%u %u 1", inside.user, outside.user);
  (void)snprintf(texts[2], sizeof texts[2], "%u %u 1", inside.group, outside.group);
  for (int i = 0; i < 3; i++) {
    int fd = open(files[i], O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, texts[i], strlen(texts[i])) < 0) return;
    (void)close(fd);
  }
}
