// SPDX-License-Identifier: Apache-2.0
// What is on the disk.
#include "calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/stat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int64_t nanoseconds(struct statx_timestamp at) { return at.tv_sec * 1000000000 + at.tv_nsec; }

// In the order of src/node/file-stats.ts.
static void tell(const struct statx *found) {
  const int64_t numbers[] = {
      (int64_t)makedev(found->stx_dev_major, found->stx_dev_minor),
      (int64_t)found->stx_ino,
      found->stx_mode,
      found->stx_nlink,
      found->stx_uid,
      found->stx_gid,
      (int64_t)found->stx_size,
      nanoseconds(found->stx_mtime),
      nanoseconds(found->stx_ctime),
      nanoseconds(found->stx_btime),
  };
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) leave_fact(i, numbers[i]);
}

static value_t look(int directory, const char *path, int flags) {
  struct statx found;
  long result = syscall(SYS_statx, directory, path, flags, STATX_BASIC_STATS | STATX_BTIME, &found);
  if (result == 0) tell(&found);
  return outcome((int)result);
}

// A path with a null byte in it names nothing.
static bool is_path(struct text text) { return strlen(text.bytes) == text.size; }

value_t call_stat(struct arguments arguments) {
  struct text path = text_argument(arguments, 0);
  bool follows = int_argument(arguments, 1) != 0;
  value_t result =
      is_path(path) ? look(AT_FDCWD, path.bytes, follows ? 0 : AT_SYMLINK_NOFOLLOW) : number_value(EINVAL);
  release_text(path);
  return result;
}

value_t call_fstat(struct arguments arguments) { return look(int_argument(arguments, 0), "", AT_EMPTY_PATH); }

value_t call_access(struct arguments arguments) {
  struct text path = text_argument(arguments, 0);
  value_t result = is_path(path) ? outcome(access(path.bytes, int_argument(arguments, 1))) : number_value(EINVAL);
  release_text(path);
  return result;
}

value_t call_readlink(struct arguments arguments) {
  char target[PATH_MAX];
  struct text path = text_argument(arguments, 0);
  ssize_t size = is_path(path) ? readlink(path.bytes, target, sizeof target) : (errno = EINVAL, -1);
  int error = errno;
  release_text(path);
  return size < 0 ? number_value(error) : text_value(target, (size_t)size);
}

value_t call_realpath(struct arguments arguments) {
  char found[PATH_MAX];
  struct text path = text_argument(arguments, 0);
  const char *result = is_path(path) ? realpath(path.bytes, found) : (errno = EINVAL, NULL);
  int error = errno;
  release_text(path);
  return result == NULL ? number_value(error) : text_value(found, strlen(found));
}

static int compare(const void *one, const void *other) {
  return strcmp(*(char *const *)one + 1, *(char *const *)other + 1);
}

// What is told of a kind: a letter, as in ls(1).
static char letter_of(mode_t mode) {
  if (S_ISREG(mode)) return '-';
  if (S_ISDIR(mode)) return 'd';
  return S_ISLNK(mode) ? 'l' : '?';
}

static char kind_of(int directory, const struct dirent *entry) {
  if (entry->d_type != DT_UNKNOWN) return letter_of(DTTOIF(entry->d_type));
  struct stat found;
  return fstatat(directory, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 ? letter_of(found.st_mode) : '?';
}

static bool is_itself_or_parent(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

struct names {
  char **all; // each begins with its kind
  size_t count, room, bytes;
};

static bool add_name(struct names *names, int directory, const struct dirent *entry) {
  if (names->count == names->room) {
    size_t room = names->room == 0 ? 64 : 2 * names->room;
    char **all = realloc(names->all, room * sizeof *all);
    if (all == NULL) return false;
    names->all = all;
    names->room = room;
  }
  size_t size = strlen(entry->d_name);
  char *name = malloc(size + 2);
  if (name == NULL) return false;
  name[0] = kind_of(directory, entry);
  memcpy(name + 1, entry->d_name, size + 1);
  names->all[names->count++] = name;
  names->bytes += size + 2;
  return true;
}

static int read_names(const char *path, struct names *names) {
  DIR *directory = opendir(path);
  if (directory == NULL) return errno;
  int error = 0;
  for (const struct dirent *entry; error == 0 && (errno = 0, entry = readdir(directory)) != NULL;)
    if (!is_itself_or_parent(entry->d_name) && !add_name(names, dirfd(directory), entry)) error = ENOMEM;
  if (error == 0) error = errno;
  closedir(directory);
  return error;
}

// All of them in one, each with a slash after it, which no name can have.
// Sorted, as Node has them.
static value_t joined(struct names *names) {
  if (names->count > 0) qsort(names->all, names->count, sizeof *names->all, compare);
  char *text = malloc(names->bytes + 1), *end = text;
  if (text == NULL) return number_value(ENOMEM);
  for (size_t i = 0; i < names->count; i++) {
    end = stpcpy(end, names->all[i]);
    *end++ = '/';
  }
  value_t value = bytes_value(text, (size_t)(end - text));
  free(text);
  return value;
}

value_t call_readdir(struct arguments arguments) {
  struct names names = {0};
  struct text path = text_argument(arguments, 0);
  int error = is_path(path) ? read_names(path.bytes, &names) : EINVAL;
  release_text(path);
  value_t value = error == 0 ? joined(&names) : number_value(error);
  for (size_t i = 0; i < names.count; i++) free(names.all[i]);
  free(names.all);
  return value;
}
