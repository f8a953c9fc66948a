// SPDX-License-Identifier: Apache-2.0
// The namespaces of a native launch, and what makes them usable.
#include "enter.h"
#include "entry.h"
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000 // linux/sched.h
#endif

static unsigned long clone_flags(uint32_t namespaces) {
  unsigned long flags = CLONE_NEWUSER | CLONE_NEWNS | SIGCHLD;
  if ((namespaces & NAMESPACE_PID) != 0) flags |= CLONE_NEWPID;
  if ((namespaces & NAMESPACE_IPC) != 0) flags |= CLONE_NEWIPC;
  if ((namespaces & NAMESPACE_UTS) != 0) flags |= CLONE_NEWUTS;
  if ((namespaces & NAMESPACE_CGROUP) != 0) flags |= CLONE_NEWCGROUP;
  return flags;
}

// clone(2) and not clone3(2): its filters tell namespaces apart, so outer containers allow it where they deny the
// other. With no stack and no addresses the order of its arguments does not matter.
pid_t fork_into_namespaces(uint32_t namespaces) {
  long pid = syscall(SYS_clone, clone_flags(namespaces), 0, 0, 0, 0);
  // A kernel without them, or a limit of none, see namespaces(7).
  bool is_retried = pid < 0 && (errno == EINVAL || errno == ENOSPC) && (namespaces & NAMESPACE_CGROUP) != 0;
  if (is_retried) pid = syscall(SYS_clone, clone_flags(namespaces & ~(uint32_t)NAMESPACE_CGROUP), 0, 0, 0, 0);
  return (pid_t)pid;
}

static void write_file(int status, const char *path, const char *text) {
  size_t size = strlen(text);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) refuse_launch(status, STEP_ID_MAPS, 0, errno);
  ssize_t count = write(file, text, size);
  if (count != (ssize_t)size) refuse_launch(status, STEP_ID_MAPS, 0, count < 0 ? errno : EIO);
  (void)close(file);
}

// The id onto itself, and no other.
static void write_map(int status, const char *path, uint32_t id) {
  char text[sizeof "4294967295 4294967295 1\n"] = "";
  append_number(text, id);
  strcat(text, " ");
  append_number(text, id);
  strcat(text, " 1\n");
  write_file(status, path, text);
}

// See user_namespaces(7): without `deny` nobody but a privileged parent may write the map of groups.
void map_ids(int status, uid_t uid, gid_t gid) {
  write_file(status, "/proc/self/setgroups", "deny");
  write_map(status, "/proc/self/uid_map", uid);
  write_map(status, "/proc/self/gid_map", gid);
}

// The kernel gives it 127.0.0.1 and ::1, see netdevice(7).
static void raise_loopback(int status) {
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0 || ioctl(any, SIOCSIFFLAGS, &request) != 0) refuse_launch(status, STEP_LOOPBACK, 0, errno);
  (void)close(any);
}

void unshare_network(int status) {
  if (unshare(CLONE_NEWNET) != 0) refuse_launch(status, STEP_NAMESPACES, 0, errno);
  raise_loopback(status);
}
