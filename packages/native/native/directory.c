// SPDX-License-Identifier: Apache-2.0
#include "directory.h"
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1 // linux/fs.h
#endif

enum { MOVED_MAX = 9999, LOCK_TRIES = 5 };

struct times {
  int parent;
  struct timespec values[2];
  int is_known;
};

// A change of our own is no change of the directory's content when it is undone: tools go by that time.
static struct times remember_times(int parent) {
  struct stat about;
  struct times times = {.parent = parent, .values = {{0, UTIME_OMIT}, {0, 0}}};
  times.is_known = fstat(parent, &about) == 0;
  if (times.is_known) times.values[1] = about.st_mtim;
  return times;
}

static void restore_times(const struct times *times) {
  int error = errno;
  // EPERM in a directory of somebody else's: then its time tells that there was something.
  if (times->is_known) (void)utimensat(times->parent, ".", times->values, 0);
  errno = error;
}

static int rename_new(int parent, const char *from, const char *to) {
  return (int)syscall(SYS_renameat2, parent, from, parent, to, RENAME_NOREPLACE);
}

static int make_directory(int parent, const char *name) {
  mode_t before = umask(022);
  int result = mkdirat(parent, name, 0755);
  (void)umask(before);
  if (result != 0) return -1;
  int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) {
    int error = errno;
    (void)unlinkat(parent, name, AT_REMOVEDIR);
    errno = error;
    return -1;
  }
  (void)flock(directory, LOCK_SH | LOCK_NB); // where a file system has no locks, the registry alone counts
  mark(directory);
  return directory;
}

static int make_by_renaming(const struct making *making) {
  int directory = make_directory(making->parent, making->temporary);
  if (directory < 0) return -1;
  making->note(making->context, directory);
  if (rename_new(making->parent, making->temporary, making->name) == 0) return directory;
  int error = errno;
  (void)unlinkat(making->parent, making->temporary, AT_REMOVEDIR);
  (void)close(directory);
  errno = error;
  return -1;
}

int make_placeholder(const struct making *making) {
  struct times times = remember_times(making->parent);
  int directory = make_by_renaming(making);
  // A file system that cannot rename without replacing. Killed in between, we would leave an empty directory.
  if (directory < 0 && (errno == EINVAL || errno == ENOSYS))
    directory = make_directory(making->parent, making->name);
  if (directory >= 0) making->note(making->context, directory);
  restore_times(&times);
  return directory;
}

int remove_quietly(int parent, const char *name) {
  struct times times = remember_times(parent);
  if (unlinkat(parent, name, AT_REMOVEDIR) != 0) return errno;
  restore_times(&times);
  return 0;
}

int remove_placeholder(int parent, const char *name, int directory) {
  // Who relies on it shares the lock: in another container, or as another user, with a registry of its own. Or it
  // is a process that was killed a moment ago.
  for (int i = 0; flock(directory, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; i++) {
    struct timespec moment = {0, 1000 * 1000};
    if (i == LOCK_TRIES) return EWOULDBLOCK;
    (void)nanosleep(&moment, NULL); // a signal makes it shorter, which is as good
  }
  return remove_quietly(parent, name);
}

// As RENAME_NOREPLACE where that cannot be had: whoever comes between the two calls loses nothing but an empty
// directory.
static int rename_if_free(int parent, const char *from, const char *to) {
  if (rename_new(parent, from, to) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  struct found found;
  if (look(parent, to, &found) == 0) {
    errno = EEXIST;
    return -1;
  }
  return renameat(parent, from, parent, to);
}

void append_number(char *text, uint32_t number) {
  char digits[10];
  size_t count = 0;
  do digits[count++] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  text += strlen(text);
  while (count > 0) *text++ = digits[--count];
  *text = '\0';
}

int move_aside(int parent, const char *name) {
  char aside[NAME_MAX + sizeof MOVED_SUFFIX + 10];
  if (strlen(name) > NAME_MAX) return -1;
  for (uint32_t number = 1; number <= MOVED_MAX; number++) {
    strcpy(aside, name);
    strcat(aside, MOVED_SUFFIX);
    append_number(aside, number);
    if (rename_if_free(parent, name, aside) == 0) return (int)number;
    if (errno != EEXIST && errno != ENOTEMPTY) return -1;
  }
  errno = EEXIST;
  return -1;
}
