// SPDX-License-Identifier: Apache-2.0
#include "mounts.h"
#include "entry.h"
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

static const char *failed = "";

const char *failed_mount(void) { return failed; }

static void close_keeping_errno(int descriptor) {
  int error = errno;
  (void)close(descriptor);
  errno = error;
}

static int note_source(struct expected_mount *mount) {
  struct found found;
  int source = open_without_links(AT_FDCWD, mount->source, 0);
  if (source < 0) return errno;
  int error = look(source, "", &found) == 0 ? 0 : errno;
  (void)close(source);
  mount->identity = found.identity;
  return error;
}

void note_sources(struct run *run) {
  for (uint32_t i = 0; i < run->plan.mount_count; i++) {
    struct expected_mount *mount = &run->plan.mounts[i];
    if (mount->source != NULL) mount->error = note_source(mount);
  }
}

// What a number of an inode was used for before is told by the time of birth, where there is one.
static bool is_source(const struct identity *found, const struct identity *source) {
  if (!is_same_object(found, source)) return false;
  return found->clock != CLOCK_OF_BIRTH || is_same_identity(found, source);
}

// The number of the mount that an O_PATH descriptor is in; -1 and errno. See proc_pid_fdinfo(5).
static int mount_id(int object) {
  static const char KEY[] = "mnt_id:";
  char path[64] = "/proc/self/fdinfo/", text[512];
  append_number(path, (uint32_t)object);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t count = read(file, text, sizeof text - 1);
  close_keeping_errno(file);
  if (count < 0) return -1;
  text[count] = '\0';
  const char *line = strstr(text, KEY);
  if (line != NULL) return (int)strtol(line + strlen(KEY), NULL, 10);
  errno = ENOTSUP;
  return -1;
}

// For kernels whose statx(2) does not tell. 0, or an errno.
static int compare_with_parent(int root, const char *path, int object) {
  char parent[PATH_MAX];
  size_t length = (size_t)(strrchr(path, '/') - path);
  memcpy(parent, path, length);
  if (length == 0) parent[length++] = '/';
  parent[length] = '\0';
  int directory = open_without_links(root, parent, O_DIRECTORY);
  if (directory < 0) return errno;
  int outer = mount_id(directory);
  int inner = outer < 0 ? -1 : mount_id(object);
  close_keeping_errno(directory);
  if (inner < 0) return errno;
  return inner == outer ? ESTALE : 0;
}

static bool is_masked_file(const struct found *found, unsigned long flags) {
  return is_null_device(found) && (flags & ST_NODEV) != 0 && (flags & ST_RDONLY) != 0;
}

static bool is_masked_directory(const struct found *found, const struct statfs *system) {
  mode_t listable = S_IRUSR | S_IRGRP | S_IROTH, writable = S_IWUSR | S_IWGRP | S_IWOTH;
  bool is_empty = system->f_type == TMPFS_MAGIC && S_ISDIR(found->mode);
  return is_empty && (found->mode & (listable | writable)) == 0 &&
         ((unsigned long)system->f_flags & ST_RDONLY) != 0;
}

static bool is_expected(const struct expected_mount *mount, const struct found *found,
                        const struct statfs *system) {
  unsigned long flags = (unsigned long)system->f_flags;
  switch (mount->expectation) {
  case EXPECTATION_BOUND:
    return is_source(&found->identity, &mount->identity);
  case EXPECTATION_BOUND_READ_ONLY:
    return is_source(&found->identity, &mount->identity) && (flags & ST_RDONLY) != 0;
  case EXPECTATION_MASKED_FILE:
    return is_masked_file(found, flags);
  case EXPECTATION_MASKED_DIRECTORY:
    return is_masked_directory(found, system);
  case EXPECTATION_FRESH_DIRECTORY:
    return system->f_type == TMPFS_MAGIC && S_ISDIR(found->mode);
  }
  return false;
}

static int verify_object(int root, const struct expected_mount *mount, int object) {
  struct found found;
  struct statfs system = {0};
  if (look(object, "", &found) != 0) return errno;
  bool needs_system = mount->expectation != EXPECTATION_BOUND;
  if (needs_system && fstatfs(object, &system) != 0) return errno;
  if (!is_expected(mount, &found, &system)) return ESTALE;
  if (!found.knows_mounts) return compare_with_parent(root, mount->target, object);
  return found.is_mount_root ? 0 : ESTALE;
}

static int verify_mount(int root, const struct expected_mount *mount) {
  if (mount->error != 0) return mount->error;
  int object = open_without_links(root, mount->target, 0);
  if (object < 0) return errno;
  int error = verify_object(root, mount, object);
  (void)close(object);
  return error;
}

void verify_mounts(struct run *run, int root) {
  int error = 0;
  for (uint32_t i = 0; i < run->plan.mount_count && error == 0; i++) {
    failed = run->plan.mounts[i].target;
    error = verify_mount(root, &run->plan.mounts[i]);
  }
  if (error != 0) fail(run, STEP_MOUNTS, error);
}
