// SPDX-License-Identifier: Apache-2.0
// Closing a range of descriptors, also on Linux before 5.9, which has no close_range(2).
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

// struct linux_dirent64 of getdents64(2), up to the name.
enum { ENTRY_LENGTH_AT = 16, ENTRY_NAME_AT = 19 };

static void close_named(const char *entries, long size, unsigned first, unsigned last, int directory) {
  for (long at = 0; at < size;) {
    const char *name = entries + at + ENTRY_NAME_AT;
    unsigned short length;
    memcpy(&length, entries + at + ENTRY_LENGTH_AT, sizeof length);
    at += length;
    if (*name < '0' || *name > '9') continue; // "." and ".."
    long number = strtol(name, NULL, 10);
    if (number < (long)first || number > (long)last || number == directory) continue;
    (void)close((int)number); // it is closed even when this reports an error
  }
}

// procfs goes by the number that comes next, so closing while reading skips none.
static int close_by_listing(unsigned first, unsigned last) {
  char entries[2048];
  int directory = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return -1;
  long size;
  while ((size = syscall(SYS_getdents64, directory, entries, sizeof entries)) > 0)
    close_named(entries, size, first, last, directory);
  int error = errno;
  (void)close(directory);
  errno = error;
  return size < 0 ? -1 : 0;
}

int close_descriptors(unsigned first, unsigned last) {
  if (syscall(SYS_close_range, first, last, 0) == 0) return 0;
  // EPERM: a seccomp filter of an outer container that does not know the call.
  if (errno != ENOSYS && errno != EPERM) return -1;
  return close_by_listing(first, last);
}
