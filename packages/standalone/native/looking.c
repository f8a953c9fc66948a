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
static void tell(struct answer *answer, const struct statx *found) {
  const int64_t numbers[] = {
      found->stx_mode,
      found->stx_uid,
      found->stx_gid,
      (int64_t)makedev(found->stx_dev_major, found->stx_dev_minor),
      (int64_t)found->stx_ino,
      found->stx_nlink,
      (int64_t)found->stx_size,
      nanoseconds(found->stx_mtime),
      nanoseconds(found->stx_ctime),
      nanoseconds(found->stx_btime),
  };
  answer->fact_count = sizeof numbers / sizeof numbers[0];
  memcpy(answer->facts, numbers, sizeof numbers);
}

static void look(struct answer *answer, int directory, const char *path, int flags) {
  struct statx found;
  long result = syscall(SYS_statx, directory, path, flags, STATX_BASIC_STATS | STATX_BTIME, &found);
  answer_outcome(answer, result);
  if (result == 0) tell(answer, &found);
}

// The path, or NULL with errno: one with a null byte in it names nothing.
static const char *path_of(const struct input *input) {
  errno = EINVAL;
  return strlen(input->bytes) == input->size ? input->bytes : NULL;
}

void call_stat(const struct input *inputs, struct answer *answer) {
  const char *path = path_of(&inputs[0]);
  if (path == NULL) return answer_number(answer, EINVAL);
  look(answer, AT_FDCWD, path, inputs[1].number != 0 ? 0 : AT_SYMLINK_NOFOLLOW);
}

void call_fstat(const struct input *inputs, struct answer *answer) {
  look(answer, (int)inputs[0].number, "", AT_EMPTY_PATH);
}

void call_access(const struct input *inputs, struct answer *answer) {
  const char *path = path_of(&inputs[0]);
  answer_outcome(answer, path == NULL ? -1 : access(path, (int)inputs[1].number));
}

void call_readlink(const struct input *inputs, struct answer *answer) {
  char target[PATH_MAX];
  const char *path = path_of(&inputs[0]);
  ssize_t size = path == NULL ? -1 : readlink(path, target, sizeof target);
  if (size < 0) return answer_number(answer, errno);
  answer_text(answer, target, (size_t)size);
}

void call_realpath(const struct input *inputs, struct answer *answer) {
  char found[PATH_MAX];
  const char *path = path_of(&inputs[0]);
  if (path == NULL || realpath(path, found) == NULL) return answer_number(answer, errno);
  answer_text(answer, found, strlen(found));
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
  names->bytes += size + 2; // with its kind and a slash
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
static void answer_names(struct answer *answer, struct names *names) {
  if (names->count > 0) qsort(names->all, names->count, sizeof *names->all, compare);
  char *end = answer_room(names->bytes);
  for (size_t i = 0; i < names->count; i++) {
    end = stpcpy(end, names->all[i]);
    *end++ = '/';
  }
  answer_written(answer, ANSWER_BYTES, names->bytes);
}

void call_readdir(const struct input *inputs, struct answer *answer) {
  struct names names = {0};
  const char *path = path_of(&inputs[0]);
  int error = path == NULL ? EINVAL : read_names(path, &names);
  if (error == 0)
    answer_names(answer, &names);
  else
    answer_number(answer, error);
  for (size_t i = 0; i < names.count; i++) free(names.all[i]);
  free(names.all);
}
