// SPDX-License-Identifier: Apache-2.0
// usage: escapes MASKED_FILE MASKED_DIRECTORY READ_ONLY_DIRECTORY WRITABLE_DIRECTORY
// In a user and a mount namespace of its own, tries to take away what the sandbox has mounted. Prints the acts
// that are allowed there, and what was escaped from.
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DETACH = 2, RECURSIVE = 0x8000, PATH_SIZE = 4096 };

static const char *file, *directory, *read_only, *writable;

static int mount(const char *source, const char *target, const char *type, unsigned long flags) {
  return (int)syscall(SYS_mount, source, target, type, flags, NULL);
}

static int unmount(const char *target, int flags) { return (int)syscall(SYS_umount2, target, flags); }

static bool holds(const char *prefix) {
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "%s%s", prefix, file);
  int secret = open(path, O_RDONLY);
  snprintf(path, sizeof path, "%s%s/inner", prefix, directory);
  int inner = open(path, O_RDONLY | O_DIRECTORY);
  snprintf(path, sizeof path, "%s%s/new", prefix, read_only);
  int made = open(path, O_CREAT | O_WRONLY, 0600);
  return secret < 0 && inner < 0 && made < 0;
}

static void with(const char *path, int flags) {
  (void)unmount(path, flags);
  (void)mount("none", path, NULL, MS_REMOUNT | MS_BIND);
  struct mount_attr change = {.attr_clr = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV};
  (void)syscall(SYS_mount_setattr, AT_FDCWD, path, 0, &change, sizeof change);
}

static void take_away(void) {
  for (int flags = 0; flags <= DETACH; flags += DETACH) {
    with(file, flags);
    with(directory, flags);
    with(read_only, flags);
  }
}

static void move_away(void) {
  char target[PATH_SIZE];
  snprintf(target, sizeof target, "%s/target", writable);
  (void)mkdir(target, 0700);
  (void)mount(directory, target, NULL, MS_MOVE);
  (void)mount(read_only, target, NULL, MS_MOVE);
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, directory, 0);
  (void)syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
}

// A copy of the root without what is mounted below.
static void copy_without(void) {
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE);
  if (tree >= 0 && fchdir(tree) == 0 && chroot(".") == 0) return;
  if (mount("/", writable, NULL, MS_BIND) == 0) (void)chroot(writable);
}

static void copy_with(void) {
  char path[PATH_SIZE];
  if (mount("/", writable, NULL, MS_BIND | MS_REC) != 0) return;
  snprintf(path, sizeof path, "%s%s", writable, file);
  with(path, DETACH);
  snprintf(path, sizeof path, "%s%s", writable, directory);
  with(path, DETACH);
  snprintf(path, sizeof path, "%s%s", writable, read_only);
  with(path, DETACH);
  (void)chroot(writable);
}

static void lift_root(void) {
  (void)unmount("/", 0);
  (void)unmount("/", DETACH);
  (void)chdir("/");
  (void)syscall(SYS_pivot_root, ".", ".");
  (void)unmount(".", DETACH);
}

static void pivot(void) {
  char old[PATH_SIZE];
  if (mount("tmpfs", writable, "tmpfs", 0) != 0) return;
  snprintf(old, sizeof old, "%s/old", writable);
  (void)mkdir(old, 0700);
  if (syscall(SYS_pivot_root, writable, old) != 0) return;
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "/old%s", file);
  with(path, DETACH);
  snprintf(path, sizeof path, "/old%s", directory);
  with(path, DETACH);
  snprintf(path, sizeof path, "/old%s", read_only);
  with(path, DETACH);
  (void)chroot("/old");
  (void)chdir("/");
}

// A directory above the root stays open, and `..` leads out of a chroot.
static void climb(void) {
  int outside = open("/", O_RDONLY | O_DIRECTORY);
  (void)chroot(writable);
  (void)fchdir(outside);
  for (int i = 0; i < 64; i++) (void)chdir("..");
  (void)chroot(".");
}

static void join_others(void) {
  static const char *const NAMES[] = {"/proc/1/ns/user", "/proc/1/ns/mnt"};
  for (int i = 0; i < 2; i++) (void)setns(open(NAMES[i], O_RDONLY), 0);
  (void)chroot("/proc/1/root");
}

static bool can_unmount_own(void) {
  return mount("tmpfs", writable, "tmpfs", 0) == 0 && unmount(writable, 0) == 0;
}

static const struct {
  const char *name;
  void (*act)(void);
} ESCAPES[] = {
    {"take away", take_away}, {"move away", move_away},     {"copy without", copy_without},
    {"copy with", copy_with}, {"lift root", lift_root},     {"pivot", pivot},
    {"climb", climb},         {"join others", join_others},
};

// Each in a process and namespaces of its own.
static void attempt(const char *name, void (*act)(void)) {
  pid_t pid = fork();
  int status;
  if (pid == 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) _exit(2);
    if (!can_unmount_own()) _exit(3);
    act();
    _exit(holds("") ? 0 : 1);
  }
  (void)waitpid(pid, &status, 0);
  printf("%s: %s\n", name, status == 0 ? "held" : WEXITSTATUS(status) == 1 ? "ESCAPED" : "not tried");
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  file = argv[1];
  directory = argv[2];
  read_only = argv[3];
  writable = argv[4];
  setbuf(stdout, NULL);
  printf("outside of a namespace: %s\n", holds("") ? "held" : "ESCAPED");
  for (size_t i = 0; i < sizeof ESCAPES / sizeof *ESCAPES; i++) attempt(ESCAPES[i].name, ESCAPES[i].act);
  return 0;
}
