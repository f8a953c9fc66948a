// SPDX-License-Identifier: Apache-2.0
// The mounts of a native launch. The new root lies over `/`, where this process still has the old one: so sources
// are looked up there, targets from the descriptor of the new root, and neither can be mistaken for the other.
#include "enter.h"
#include "identity.h"
#include "launch.h"
#include "mount-calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HIDDEN_MODE = 0 }; // of what is made only to be mounted on

// As a bind of bwrap: never set-user-ID, and devices and writing only where they are asked for.
static uint64_t bind_attributes(uint32_t flags) {
  uint64_t attributes = MOUNT_ATTR_NOSUID;
  if ((flags & BIND_DEVICES) == 0) attributes |= MOUNT_ATTR_NODEV;
  if ((flags & BIND_WRITE) == 0) attributes |= MOUNT_ATTR_RDONLY;
  return attributes;
}

// A detached copy; -1 and errno.
static int copy_restricted(int directory, const char *path, uint64_t attributes, bool is_recursive) {
  int copy = copy_mount(directory, path, is_recursive);
  if (copy < 0 || restrict_mount(copy, attributes, is_recursive) == 0) return copy;
  close_quietly(copy);
  return -1;
}

static int attach_and_close(int mount, int target) {
  int result = attach_mount(mount, target, "");
  close_quietly(mount);
  close_quietly(target);
  return result;
}

static enum target_kind kind_of(const struct found *found) {
  return S_ISDIR(found->mode) ? TARGET_DIRECTORY : TARGET_FILE;
}

static int bind(int root, const struct operation *operation) {
  struct found found;
  int source = open_without_links(AT_FDCWD, operation->second, 0);
  if (source < 0) return -1;
  bool is_known = look(source, "", &found) == 0;
  int copy = is_known ? copy_restricted(source, "", bind_attributes(operation->flags), true) : -1;
  close_quietly(source);
  if (copy < 0) return -1;
  int target = open_target(root, operation->target, kind_of(&found), HIDDEN_MODE);
  if (target >= 0) return attach_and_close(copy, target);
  close_quietly(copy);
  return -1;
}

// A detached file system in memory of which the root has that mode; -1 and errno.
static int make_memory(uint32_t mode) {
  char text[] = {(char)('0' + (mode >> 9 & 7)), (char)('0' + (mode >> 6 & 7)), (char)('0' + (mode >> 3 & 7)),
                 (char)('0' + (mode & 7)), '\0'};
  const char *options[] = {"mode", text, NULL};
  int memory = make_file_system("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  if (memory < 0 || note_made(memory) == 0) return memory;
  close_quietly(memory);
  return -1;
}

static int mount_memory(int root, const struct operation *operation) {
  int target = open_target(root, operation->target, TARGET_DIRECTORY, operation->flags);
  if (target < 0) return -1;
  int memory = make_memory(operation->flags);
  if (memory >= 0) return attach_and_close(memory, target);
  close_quietly(target);
  return -1;
}

// A detached mount of the null device that nobody can open; -1 and errno.
static int make_mask(void) {
  struct found found;
  int null = open_without_links(AT_FDCWD, "/dev/null", 0);
  if (null < 0) return -1;
  bool is_right = look(null, "", &found) == 0;
  if (is_right && !is_null_device(&found)) {
    is_right = false;
    errno = ENODEV;
  }
  int mask = is_right ? copy_restricted(null, "", bind_attributes(0), false) : -1;
  close_quietly(null);
  return mask;
}

// The first mask stays open: each other one is a copy of it, which has its attributes from the start.
static int mask_file(int root, const struct operation *operation) {
  static int first = -1;
  int target = open_target(root, operation->target, TARGET_FILE, HIDDEN_MODE);
  if (target < 0) return -1;
  bool is_first = first < 0;
  int mask = is_first ? make_mask() : copy_mount(first, "", false);
  int result = mask < 0 ? -1 : attach_mount(mask, target, "");
  close_quietly(target);
  if (is_first && result == 0)
    first = mask;
  else if (mask >= 0)
    close_quietly(mask);
  return result;
}

static int make_directory(int root, const struct operation *operation) {
  int directory = open_target(root, operation->target, TARGET_DIRECTORY, operation->flags);
  if (directory < 0) return -1;
  close_quietly(directory);
  return 0;
}

static int remount_read_only(int root, const struct operation *operation) {
  int target = open_without_links(root, operation->target, 0);
  if (target < 0) return -1;
  int result = restrict_mount(target, MOUNT_ATTR_RDONLY, false);
  close_quietly(target);
  return result;
}

int apply_operation(int root, const struct operation *operation) {
  switch (operation->type) {
  case OPERATION_DEV:
    return mount_dev(root);
  case OPERATION_PROC:
    return mount_proc(root);
  case OPERATION_BIND:
    return bind(root, operation);
  case OPERATION_MASK_DIRECTORY:
  case OPERATION_TMPFS:
    return mount_memory(root, operation);
  case OPERATION_MASK_FILE:
    return mask_file(root, operation);
  case OPERATION_DIRECTORY:
    return make_directory(root, operation);
  case OPERATION_SYMLINK:
    return make_symlink(root, operation->target, operation->second);
  case OPERATION_REMOUNT_READ_ONLY:
    return remount_read_only(root, operation);
  case OPERATION_ROOT:
    break; // the first one only
  }
  errno = EINVAL;
  return -1;
}

int mount_root(int status, const struct operation *base) {
  int root = base->type == OPERATION_ROOT ? copy_restricted(AT_FDCWD, "/", bind_attributes(base->flags), true)
                                          : make_memory(base->flags);
  if (root < 0 || attach_mount(root, AT_FDCWD, "/") != 0) refuse_launch(status, STEP_ROOT, 0, errno);
  return root;
}

void enter_root(int status, int root) {
  // The last one lifts the old root off the new one, see pivot_root(2).
  if (fchdir(root) != 0 || pivot_root(".", ".") != 0 || detach_mount(".") != 0)
    refuse_launch(status, STEP_ROOT, 0, errno);
  (void)close(root);
}
