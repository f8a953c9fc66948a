// SPDX-License-Identifier: Apache-2.0
#include "entry.h"
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

// On a file system that cannot rename without replacing.
static bool cannot_rename_new(void) { return errno == EINVAL || errno == ENOSYS; }

static int rename_by_linking(int parent, const char *from, const char *to) {
  return linkat(parent, from, parent, to, 0) == 0 ? unlinkat(parent, from, 0) : -1;
}

// As RENAME_NOREPLACE where that cannot be had: directories cannot be linked, but whoever comes between the last
// two calls loses nothing but an empty one.
static int rename_if_free(int parent, const char *from, const char *to) {
  if (rename_new(parent, from, to) == 0) return 0;
  if (!cannot_rename_new()) return -1;
  if (rename_by_linking(parent, from, to) == 0) return 0;
  if (errno == EEXIST) return -1;
  struct found found;
  if (look(parent, to, &found) == 0) {
    errno = EEXIST;
    return -1;
  }
  return renameat(parent, from, parent, to);
}

static int make_object(const struct entry *entry, const char *name) {
  int object = make_form(entry->parent, name, entry->form);
  if (object < 0) return -1;
  (void)flock(object, LOCK_SH | LOCK_NB); // where a file system has no locks, the registry alone counts
  mark(object);
  return object;
}

static int give_name(const struct entry *entry) {
  if (rename_new(entry->parent, entry->temporary, entry->name) == 0) return 0;
  if (entry->form->kind == KIND_DIRECTORY || !cannot_rename_new()) return -1;
  return rename_by_linking(entry->parent, entry->temporary, entry->name);
}

static int make_by_renaming(const struct making *making) {
  const struct entry *entry = &making->entry;
  int object = make_object(entry, entry->temporary);
  if (object < 0) return -1;
  making->note(making->context, object);
  if (give_name(entry) == 0) return object;
  int error = errno;
  (void)unlink_form(entry->parent, entry->temporary, entry->form);
  (void)close(object);
  errno = error;
  return -1;
}

int make_placeholder(const struct making *making) {
  const struct entry *entry = &making->entry;
  struct times times = remember_times(entry->parent);
  int object = make_by_renaming(making);
  // Killed in between, we would leave an empty directory, which does no harm; an unfinished file would.
  if (object < 0 && entry->form->kind == KIND_DIRECTORY && cannot_rename_new())
    object = make_object(entry, entry->name);
  if (object >= 0) making->note(making->context, object);
  restore_times(&times);
  return object;
}

int remove_quietly(int parent, const char *name, const struct form *form) {
  struct times times = remember_times(parent);
  if (unlink_form(parent, name, form) != 0) return errno;
  restore_times(&times);
  return 0;
}

// unlink(2) takes whatever has the name by then, and its content. So the file is looked at under a name that
// nobody else uses.
static int remove_file(const struct entry *entry, int file) {
  struct found own, found;
  if (!is_intact(file, entry->form)) return ENOTEMPTY;
  if (look(file, "", &own) != 0) return errno;
  if (rename_if_free(entry->parent, entry->name, entry->temporary) != 0) return errno;
  bool is_ours = look(entry->parent, entry->temporary, &found) == 0 &&
                 is_same_object(&own.identity, &found.identity) && is_intact(file, entry->form);
  if (is_ours) return unlinkat(entry->parent, entry->temporary, 0) == 0 ? 0 : errno;
  return rename_if_free(entry->parent, entry->temporary, entry->name) == 0 ? ESTALE : errno;
}

int remove_placeholder(const struct entry *entry, int object) {
  // Who relies on it shares the lock: in another container, or as another user, with a registry of its own. Or it
  // is a process that was killed a moment ago.
  for (int i = 0; flock(object, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; i++) {
    struct timespec moment = {0, 1000 * 1000};
    if (i == LOCK_TRIES) return EWOULDBLOCK;
    (void)nanosleep(&moment, NULL); // a signal makes it shorter, which is as good
  }
  // Another one that relied on it can have removed it just before, and a third made the next.
  struct found own, named;
  if (look(object, "", &own) != 0) return errno;
  if (look(entry->parent, entry->name, &named) != 0) return errno;
  if (!is_same_object(&own.identity, &named.identity)) return ENOENT;
  if (entry->form->kind == KIND_DIRECTORY) return remove_quietly(entry->parent, entry->name, entry->form);
  struct times times = remember_times(entry->parent);
  int error = remove_file(entry, object);
  restore_times(&times);
  return error;
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
