// SPDX-License-Identifier: Apache-2.0
// Machines that have nothing but a directory.
#include "ids.h"
#include "probe.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

// The directory becomes `/`, with the host's devices and processes in it and
// nothing else of the host. chroot(2) would not do: in one, nobody may make a
// user namespace.
static int enter_root(const char *directory) {
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return errno;
  if (mount(directory, directory, NULL, MS_BIND, NULL) != 0 || chdir(directory) != 0) return errno;
  if (mount("/dev", "dev", NULL, MS_BIND | MS_REC, NULL) != 0) return errno;
  if (mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) != 0) return errno;
  if (syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0) return errno;
  return outcome(chdir("/"));
}

// Executes the program behind the directory that is its root. Who is not root
// is nobody else there, and has no capability once it is executed.
static int execute_in_root(char **args) {
  struct ids ids = own_ids();
  if (unshare(CLONE_NEWNS | (ids.user == 0 ? 0 : CLONE_NEWUSER)) != 0) return errno;
  if (ids.user != 0) map_ids(ids, ids);
  int error = enter_root(args[0]);
  if (error != 0) return error;
  return outcome(execv(args[1], args + 1));
}

const struct attempt ROOT_ATTEMPTS[] = {{"in-root", 2, execute_in_root}, {0}};
