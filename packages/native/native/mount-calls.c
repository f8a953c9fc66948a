// SPDX-License-Identifier: Apache-2.0
// See open_tree(2), fsopen(2), fsconfig(2), fsmount(2), mount_setattr(2) and move_mount(2).
#include "mount-calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

// The same on every architecture.
#ifndef SYS_open_tree
#define SYS_open_tree 428
#define SYS_move_mount 429
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

// linux/fcntl.h and umount2(2), whose headers do not get along with those of every libc.
enum { AT_RECURSIVE_TREE = 0x8000, DETACH = 2 };

int copy_mount(int directory, const char *path, bool is_recursive) {
  unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW;
  if (is_recursive) flags |= AT_RECURSIVE_TREE;
  return (int)syscall(SYS_open_tree, directory, path, flags);
}

static int configure(int context, const char *type, const char *const *options) {
  if (syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "source", type, 0) != 0) return -1;
  for (; *options != NULL; options += 2)
    if (syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, options[0], options[1], 0) != 0) return -1;
  return (int)syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
}

int make_file_system(const char *type, const char *const *options, uint64_t attributes) {
  int context = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
  if (context < 0) return -1;
  bool is_configured = configure(context, type, options) == 0;
  int mount = is_configured ? (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes) : -1;
  close_quietly(context);
  return mount;
}

int restrict_mount(int mount, uint64_t attributes, bool is_recursive) {
  struct mount_attr change = {.attr_set = attributes, .propagation = MS_PRIVATE};
  unsigned flags = AT_EMPTY_PATH | (is_recursive ? AT_RECURSIVE_TREE : 0u);
  return (int)syscall(SYS_mount_setattr, mount, "", flags, &change, sizeof change);
}

int attach_mount(int mount, int directory, const char *path) {
  unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  return (int)syscall(SYS_move_mount, mount, "", directory, path, flags);
}

int pivot_root(const char *new_root, const char *put_old) {
  return (int)syscall(SYS_pivot_root, new_root, put_old);
}

int detach_mount(const char *path) { return (int)syscall(SYS_umount2, path, DETACH); }

void close_quietly(int descriptor) {
  int error = errno;
  (void)close(descriptor);
  errno = error;
}
