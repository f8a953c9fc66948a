// SPDX-License-Identifier: Apache-2.0
// Acts on what is mounted.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// By number: not every libc has the new mount calls. Source:
// asm-generic/unistd.h in Linux 6.1.
enum {
  CALL_OPEN_TREE = 428,
  CALL_MOVE_MOUNT = 429,
  CALL_FSOPEN = 430,
  CALL_FSCONFIG = 431,
  CALL_FSMOUNT = 432,
  CALL_FSPICK = 433,
  CALL_MOUNT_SETATTR = 442,
};

// Source: linux/mount.h in Linux 6.1.
enum { CLONE_TREE = 1, FROM_EMPTY_PATH = 4, COMMAND_CREATE = 6, ATTRIBUTE_READ_ONLY = 1 };

struct attributes {
  unsigned long long set, clear, propagation, user_namespace;
};

static int mount_tmpfs(char **args) { return outcome(mount("none", args[0], "tmpfs", 0, NULL)); }
static int mount_proc(char **args) { return outcome(mount("proc", args[0], "proc", 0, NULL)); }
static int bind_directory(char **args) { return outcome(mount(args[0], args[1], NULL, MS_BIND | MS_REC, NULL)); }
static int unmount(char **args) { return outcome(umount2(args[0], 0)); }
static int unmount_lazily(char **args) { return outcome(umount2(args[0], MNT_DETACH)); }

static int mount_and_unmount(char **args) {
  int error = mount_tmpfs(args);
  return error != 0 ? error : unmount(args);
}

static int write_inside(const char *directory) {
  if (chdir(directory) != 0) return errno;
  return outcome(open("made-by-probe", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

// Those that a mount of the sandbox has besides, and that nobody in it may
// clear.
enum { KEPT_FLAGS = MS_NOSUID | MS_NODEV };

// Lifts the read-only flag of the mount of a directory, then makes a file in
// it.
static int remount_writable(char **args) {
  if (mount(NULL, args[0], NULL, MS_REMOUNT | MS_BIND | KEPT_FLAGS, NULL) != 0) return errno;
  return write_inside(args[0]);
}

// The same by a copy of the mount.
static int bind_writable(char **args) {
  if (mount(args[0], args[1], NULL, MS_BIND, NULL) != 0) return errno;
  if (mount(NULL, args[1], NULL, MS_REMOUNT | MS_BIND | KEPT_FLAGS, NULL) != 0) return errno;
  return write_inside(args[1]);
}

// The same by the new calls, on a copy that is nowhere mounted.
static int clone_tree_writable(char **args) {
  struct attributes attributes = {.clear = ATTRIBUTE_READ_ONLY};
  long tree = syscall(CALL_OPEN_TREE, AT_FDCWD, args[0], CLONE_TREE | O_CLOEXEC);
  if (tree < 0) return errno;
  if (syscall(CALL_MOUNT_SETATTR, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) != 0) return errno;
  return outcome(openat((int)tree, "made-by-probe", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

static int set_mount_attributes(char **args) {
  struct attributes attributes = {.clear = ATTRIBUTE_READ_ONLY};
  if (syscall(CALL_MOUNT_SETATTR, AT_FDCWD, args[0], 0, &attributes, sizeof attributes) != 0) return errno;
  return write_inside(args[0]);
}

static int move_tree(char **args) {
  return outcome(syscall(CALL_MOVE_MOUNT, AT_FDCWD, args[0], AT_FDCWD, args[1], 0));
}

// Moves the mount of a new file system.
static int mount_and_move(char **args) {
  int error = mount_tmpfs(args);
  return error != 0 ? error : move_tree(args);
}

// A file system by the new calls, put at a directory.
static int mount_new_tmpfs(char **args) {
  long context = syscall(CALL_FSOPEN, "tmpfs", 0);
  if (context < 0) return errno;
  if (syscall(CALL_FSCONFIG, context, COMMAND_CREATE, NULL, NULL, 0) != 0) return errno;
  long tree = syscall(CALL_FSMOUNT, context, 0, 0);
  if (tree < 0) return errno;
  return outcome(syscall(CALL_MOVE_MOUNT, tree, "", AT_FDCWD, args[0], FROM_EMPTY_PATH));
}

static int pick_mount(char **args) { return outcome(syscall(CALL_FSPICK, AT_FDCWD, args[0], 0)); }

static int pivot_root(char **args) {
  if (mount("none", args[0], "tmpfs", 0, NULL) != 0) return errno;
  if (chdir(args[0]) != 0) return errno;
  return outcome(syscall(SYS_pivot_root, ".", "."));
}

// The old way out of a root: a second root below, with the working directory
// still outside it.
static int change_root_twice(char **args) {
  if (chroot(args[0]) != 0) return errno;
  for (int i = 0; i < 64; i++)
    if (chdir("..") != 0) return errno;
  return outcome(chroot("."));
}

const struct attempt MOUNT_ATTEMPTS[] = {
    {"mount-tmpfs", 1, mount_tmpfs},
    {"mount-proc", 1, mount_proc},
    {"mount-bind", 2, bind_directory},
    {"umount", 1, unmount},
    {"mount-and-umount", 1, mount_and_unmount},
    {"mount-and-move", 2, mount_and_move},
    {"umount-lazily", 1, unmount_lazily},
    {"remount-writable", 1, remount_writable},
    {"bind-writable", 2, bind_writable},
    {"clone-tree-writable", 1, clone_tree_writable},
    {"mount-setattr", 1, set_mount_attributes},
    {"move-mount", 2, move_tree},
    {"mount-new-tmpfs", 1, mount_new_tmpfs},
    {"fspick", 1, pick_mount},
    {"pivot-root", 1, pivot_root},
    {"chroot-twice", 1, change_root_twice},
    {0},
};
