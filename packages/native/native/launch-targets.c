// SPDX-License-Identifier: Apache-2.0
// Targets in the new root. What is missing is made only where nothing but this sandbox ever looks.
#include "identity.h"
#include "launch.h"
#include "mount-calls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PARENT_MODE = 0755 };

// Device numbers of the file systems that this launch has made. They stay theirs as long as they are mounted.
static struct {
  dev_t devices[OPERATIONS_MAX];
  size_t count;
} made;

int note_made(int mount) {
  struct stat about;
  if (fstat(mount, &about) != 0) return -1;
  made.devices[made.count++] = about.st_dev; // an operation makes one at most
  return 0;
}

static bool may_make_in(int directory) {
  struct stat about;
  if (fstat(directory, &about) != 0) return false;
  for (size_t i = 0; i < made.count; i++)
    if (made.devices[i] == about.st_dev) return true;
  return false;
}

// As those of bwrap: nothing for a group or for others that have nothing of what lies in it.
static mode_t parent_mode(mode_t mode) {
  mode_t parent = PARENT_MODE;
  if ((mode & S_IRWXG) == 0) parent &= ~(mode_t)S_IRWXG;
  if ((mode & S_IRWXO) == 0) parent &= ~(mode_t)S_IRWXO;
  return parent;
}

// Each gives 0, or -1 and errno.
static int refuse_elsewhere(int directory) {
  if (may_make_in(directory)) return 0;
  errno = EROFS;
  return -1;
}

static int make(int directory, const char *name, enum target_kind kind, mode_t mode) {
  if (refuse_elsewhere(directory) != 0) return -1;
  return kind == TARGET_DIRECTORY ? mkdirat(directory, name, mode) : mknodat(directory, name, S_IFREG | mode, 0);
}

// The directory of `length` bytes of the path, made with all above it that is missing.
static int open_made_directory(int root, const char *path, size_t length, mode_t mode) {
  char text[PATH_MAX];
  memcpy(text, path, length);
  if (length == 0) text[length++] = '/';
  text[length] = '\0';
  // Upwards to what is there, and from there down again.
  size_t end = length;
  int directory = open_without_links(root, text, O_DIRECTORY);
  while (directory < 0 && errno == ENOENT && end > 1) {
    while (text[--end] != '/') continue;
    text[end] = '\0';
    directory = open_without_links(root, end == 0 ? "/" : text, O_DIRECTORY);
  }
  while (directory >= 0 && end < length) {
    const char *name = text + end + 1;
    int next = make(directory, name, TARGET_DIRECTORY, mode) == 0
                   ? openat(directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                   : -1;
    close_quietly(directory);
    directory = next;
    end += 1 + strlen(name);
  }
  return directory;
}

static int open_made_parent(int root, const char *path, mode_t mode, const char **name) {
  const char *slash = strrchr(path, '/');
  *name = slash + 1;
  return open_made_directory(root, path, (size_t)(slash - path), parent_mode(mode));
}

int open_target(int root, const char *path, enum target_kind kind, mode_t mode) {
  const char *name;
  int flags = kind == TARGET_DIRECTORY ? O_DIRECTORY : 0;
  int target = open_without_links(root, path, flags);
  if (target >= 0 || errno != ENOENT) return target;
  int parent = open_made_parent(root, path, mode, &name);
  if (parent < 0) return -1;
  bool is_made = make(parent, name, kind, mode) == 0;
  target = is_made ? openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC) : -1;
  close_quietly(parent);
  return target;
}

int make_symlink(int root, const char *path, const char *text) {
  const char *name;
  int parent = open_made_parent(root, path, 0, &name);
  if (parent < 0) return -1;
  int result = refuse_elsewhere(parent) == 0 ? symlinkat(text, parent, name) : -1;
  close_quietly(parent);
  return result;
}
