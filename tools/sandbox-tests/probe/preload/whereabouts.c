// SPDX-License-Identifier: Apache-2.0
// A library for LD_PRELOAD: every program that loads it adds its PID namespace to the file that WHEREABOUTS names.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void tell(void) {
  char line[64];
  const char *file = getenv("WHEREABOUTS");
  ssize_t length = readlink("/proc/self/ns/pid", line, sizeof line - 1);
  if (file == NULL || length < 0) return;
  line[length] = '\n';
  int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (fd >= 0 && write(fd, line, (size_t)length + 1) >= 0) (void)close(fd);
}
