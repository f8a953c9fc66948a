// SPDX-License-Identifier: Apache-2.0
// Acts on other processes, and what this one is.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static char secret_in_memory[] = "secret"; // at one address in every process of this program

static pid_t pid_of(const char *text) { return (pid_t)atol(text); }

// Waits for the end of stdin, as somebody whom every process of the user may
// trace.
static int wait_to_be_attacked(char **args) {
  char byte;
  (void)args;
  (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  printf("%d\n", (int)getpid());
  (void)fflush(stdout);
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  return 0;
}

static int send_signal(char **args) { return outcome(kill(pid_of(args[0]), atoi(args[1]))); }

static int send_signal_by_pidfd(char **args) {
  long pidfd = syscall(SYS_pidfd_open, pid_of(args[0]), 0);
  if (pidfd < 0) return errno;
  return outcome(syscall(SYS_pidfd_send_signal, pidfd, atoi(args[1]), NULL, 0));
}

// Signal 0 to everybody whom this process can reach: it only asks whether there
// is anybody.
static int reach_anybody(char **args) {
  (void)args;
  return outcome(kill(-1, 0));
}

static int change_priority(char **args) { return outcome(setpriority(PRIO_PROCESS, (id_t)pid_of(args[0]), 19)); }

// Sets a limit to what it is.
static int set_limit(char **args) {
  struct rlimit limit;
  pid_t pid = pid_of(args[0]);
  if (prlimit(pid, RLIMIT_CPU, NULL, &limit) != 0) return errno;
  return outcome(prlimit(pid, RLIMIT_CPU, &limit, NULL));
}

static int trace(char **args) {
  pid_t pid = pid_of(args[0]);
  if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0) return errno;
  (void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
  return 0;
}

// What a debugger does.
static int trace_own_child(char **args) {
  int status = 0;
  (void)args;
  pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) _exit(errno);
    (void)raise(SIGSTOP);
    _exit(0);
  }
  if (waitpid(child, &status, 0) < 0) return errno;
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  if (ptrace(PTRACE_CONT, child, NULL, NULL) != 0) return errno;
  return outcome(waitpid(child, &status, 0));
}

static int read_memory(char **args) {
  char copy[sizeof secret_in_memory] = {0};
  struct iovec local = {copy, sizeof copy}, remote = {secret_in_memory, sizeof copy};
  if (syscall(SYS_process_vm_readv, pid_of(args[0]), &local, 1, &remote, 1, 0) < 0) return errno;
  return strcmp(copy, secret_in_memory) == 0 ? 0 : ENODATA;
}

static int write_memory(char **args) {
  char copy[] = "secret";
  struct iovec local = {copy, sizeof copy}, remote = {secret_in_memory, sizeof copy};
  return outcome(syscall(SYS_process_vm_writev, pid_of(args[0]), &local, 1, &remote, 1, 0));
}

static int take_descriptor(char **args) {
  long pidfd = syscall(SYS_pidfd_open, pid_of(args[0]), 0);
  if (pidfd < 0) return errno;
  return outcome(syscall(SYS_pidfd_getfd, pidfd, 0, 0));
}

enum { COMPARE_FILES = 2 }; // KCMP_FILES of linux/kcmp.h

static int compare(char **args) {
  pid_t pid = pid_of(args[0]);
  return outcome(syscall(SYS_kcmp, pid, pid, COMPARE_FILES, 0, 0));
}

// Shared memory of System V under a key.
static int make_shared_memory(char **args) {
  int id = shmget((key_t)atol(args[0]), 4096, IPC_CREAT | IPC_EXCL | 0600);
  if (id < 0) return errno;
  int error = wait_to_be_attacked(args);
  (void)shmctl(id, IPC_RMID, NULL);
  return error;
}

static int attach_shared_memory(char **args) { return outcome(shmget((key_t)atol(args[0]), 4096, 0600)); }

static int show_status_line(const char *name, const char *wanted) {
  char line[256];
  FILE *file = fopen("/proc/self/status", "re");
  if (file == NULL) return errno;
  int error = ENODATA;
  while (error != 0 && fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, name, strlen(name)) == 0) error = strstr(line, wanted) == NULL ? EINVAL : 0;
  (void)fclose(file);
  return error;
}

static int has_status(char **args) { return show_status_line(args[0], args[1]); }

static int is_root(char **args) {
  (void)args;
  return geteuid() == 0 ? 0 : EPERM;
}

// Signals to pid 1 that would end or stop everything. Never outside a PID
// namespace of the sandbox: `args[0]` is the one of the host.
static int strike_init(char **args) {
  char own[64] = {0};
  if (readlink("/proc/self/ns/pid", own, sizeof own - 1) < 0) return errno;
  if (strcmp(own, args[0]) == 0) return ENOTTY;
  (void)kill(1, SIGSTOP);
  (void)kill(1, SIGKILL);
  (void)kill(1, SIGABRT);
  return 0;
}

const struct attempt PROCESS_ATTEMPTS[] = {
    {"wait", 0, wait_to_be_attacked},
    {"kill", 2, send_signal},
    {"pidfd-kill", 2, send_signal_by_pidfd},
    {"reach-anybody", 0, reach_anybody},
    {"setpriority", 1, change_priority},
    {"prlimit", 1, set_limit},
    {"ptrace", 1, trace},
    {"ptrace-child", 0, trace_own_child},
    {"vm-readv", 1, read_memory},
    {"vm-writev", 1, write_memory},
    {"pidfd-getfd", 1, take_descriptor},
    {"kcmp", 1, compare},
    {"make-shm", 1, make_shared_memory},
    {"attach-shm", 1, attach_shared_memory},
    {"has-status", 2, has_status},
    {"is-root", 0, is_root},
    {"strike-init", 1, strike_init},
    {0},
};
