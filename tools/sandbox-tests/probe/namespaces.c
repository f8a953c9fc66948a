// SPDX-License-Identifier: Apache-2.0
// Ways into another namespace.
#include "ids.h"
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned long flag_named(const char *name) {
  static const struct {
    const char *name;
    unsigned long flag;
  } FLAGS[] = {{"user", CLONE_NEWUSER},     {"mount", CLONE_NEWNS},  {"pid", CLONE_NEWPID},
               {"net", CLONE_NEWNET},       {"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS},
               {"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME}, {"files", CLONE_FILES}};
  for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++)
    if (strcmp(FLAGS[i].name, name) == 0) return FLAGS[i].flag;
  exit(2);
}

static unsigned long flags_named(char **names) {
  unsigned long flags = 0;
  for (; *names != NULL; names++) flags |= flag_named(*names);
  return flags;
}

static int unshare_namespaces(char **args) { return outcome(syscall(SYS_unshare, flags_named(args))); }

static int reap(long child) {
  if (child < 0) return errno;
  if (child == 0) _exit(0);
  return outcome(waitpid((pid_t)child, NULL, 0));
}

static int clone_into_namespaces(char **args) {
  return reap(syscall(SYS_clone, flags_named(args) | SIGCHLD, NULL, NULL, NULL, NULL));
}

// The flags are in memory, where a filter cannot see them.
static int clone3_into_namespaces(char **args) {
  struct clone_args clone = {.flags = flags_named(args), .exit_signal = SIGCHLD};
  return reap(syscall(SYS_clone3, &clone, sizeof clone));
}

static int enter_namespace(char **args) {
  int fd = open(args[0], O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  return outcome(syscall(SYS_setns, fd, 0));
}

// Joins the user namespace that this process is in already: refused by nothing
// but a filter, and then with EINVAL.
static int enter_own_namespace(char **args) {
  char own[] = "/proc/self/ns/user";
  char *path[] = {own, NULL};
  (void)args;
  return enter_namespace(path);
}

static int set_host_name(char **args) { return outcome(syscall(SYS_sethostname, args[0], strlen(args[0]))); }

// The attempt of `args` as root of new namespaces, which may mount there: what
// somebody without a sandbox can do.
static int in_namespaces(char **args) {
  struct ids ids = own_ids();
  unsigned long flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWIPC;
  if (syscall(SYS_unshare, flags) != 0) return errno;
  map_ids((struct ids){0}, ids);
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return errno;
  return run_attempt(args);
}

const struct attempt NAMESPACE_ATTEMPTS[] = {
    {"unshare", 1, unshare_namespaces},    {"clone", 1, clone_into_namespaces},
    {"clone3", 0, clone3_into_namespaces}, {"setns", 1, enter_namespace},
    {"setns-own", 0, enter_own_namespace}, {"sethostname", 1, set_host_name},
    {"in-namespaces", 1, in_namespaces},   {0},
};
