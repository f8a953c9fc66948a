// SPDX-License-Identifier: Apache-2.0
// usage: faults NUMBER ERRNO PROGRAM FD GRANTED
// Starts `PROGRAM supervise FD GRANTED` and makes one system call of the native launch fail with ERRNO: the one of
// that number, counted from 1 up in the child of supervise and, from there on, in the child that becomes the
// command. Prints the call's name to stderr; nothing when the command was executed before. See ptrace(2).
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BROKEN = 99 };

static const struct {
  long number;
  const char *name;
} NAMES[] = {
#define CALL(name)                                                                                                \
  { SYS_##name, #name }
    CALL(close),         CALL(fcntl),     CALL(gettid),         CALL(keyctl),     CALL(pipe2),
    CALL(prctl),         CALL(prlimit64), CALL(rt_sigaction),   CALL(signalfd4),  CALL(umask),
    CALL(epoll_create1), CALL(dup3),      {436, "close_range"}, {437, "openat2"},
};

static _Noreturn void give_up(const char *what) {
  perror(what);
  exit(BROKEN);
}

static const char *name_of(long number) {
  static char text[32];
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
    if (NAMES[i].number == number) return NAMES[i].name;
  snprintf(text, sizeof text, "%ld", number);
  return text;
}

#ifdef __x86_64__
static long number_of(pid_t pid) {
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, pid, 0, &registers) != 0) give_up("GETREGS");
  return (long)registers.orig_rax;
}

static void set_number(pid_t pid, long number) {
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, pid, 0, &registers) != 0) give_up("GETREGS");
  registers.orig_rax = (unsigned long long)number;
  if (ptrace(PTRACE_SETREGS, pid, 0, &registers) != 0) give_up("SETREGS");
}

static void set_result(pid_t pid, long result) {
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, pid, 0, &registers) != 0) give_up("GETREGS");
  registers.rax = (unsigned long long)result;
  if (ptrace(PTRACE_SETREGS, pid, 0, &registers) != 0) give_up("SETREGS");
}
#else
static struct user_regs_struct registers_of(pid_t pid) {
  struct user_regs_struct registers;
  struct iovec bytes = {&registers, sizeof registers};
  if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &bytes) != 0) give_up("GETREGSET");
  return registers;
}

static long number_of(pid_t pid) { return (long)registers_of(pid).regs[8]; }

static void set_number(pid_t pid, long number) {
  int value = (int)number;
  struct iovec bytes = {&value, sizeof value};
  if (ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &bytes) != 0) give_up("SETREGSET");
}

static void set_result(pid_t pid, long result) {
  struct user_regs_struct registers = registers_of(pid);
  registers.regs[0] = (unsigned long long)result;
  struct iovec bytes = {&registers, sizeof registers};
  if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &bytes) != 0) give_up("SETREGSET");
}
#endif

static void let_go(pid_t pid) {
  if (ptrace(PTRACE_DETACH, pid, 0, 0) != 0 && errno != ESRCH) give_up("DETACH");
}

static int stop_of(pid_t pid, int request, int signal) {
  int status;
  if (ptrace(request, pid, 0, (long)signal) != 0) give_up("resume");
  if (waitpid(pid, &status, __WALL) != pid) give_up("waitpid");
  return status;
}

static bool is_event(int status, int event) { return status >> 8 == (SIGTRAP | event << 8); }

// The child that `pid` is about to have made, stopped before its first call.
static pid_t take_child(pid_t pid) {
  unsigned long child;
  int status;
  if (ptrace(PTRACE_GETEVENTMSG, pid, 0, &child) != 0) give_up("GETEVENTMSG");
  if (waitpid((pid_t)child, &status, __WALL) != (pid_t)child) give_up("waitpid");
  let_go(pid);
  return (pid_t)child;
}

static pid_t start_supervise(char **argv) {
  char caller[16];
  snprintf(caller, sizeof caller, "%d", getpid());
  pid_t pid = fork();
  if (pid != 0) return pid;
  if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) give_up("TRACEME");
  (void)raise(SIGSTOP);
  execl(argv[0], argv[0], "supervise", argv[1], argv[2], caller, "-", argv[3], NULL);
  give_up(argv[0]);
}

static void inject(pid_t pid, long error) {
  fprintf(stderr, "%s\n", name_of(number_of(pid)));
  set_number(pid, -1);
  (void)stop_of(pid, PTRACE_SYSCALL, 0);
  set_result(pid, -error);
  let_go(pid);
}

// fork(3) of libc gives back the signal mask that it was told here, so it would wait forever without. The kernel
// refuses the call for wrong arguments only, see sigprocmask(2).
static bool can_fail(long number) { return number != SYS_rt_sigprocmask; }

// Goes through the calls of the launch until the one of that number.
static void trace(pid_t pid, long number, long error) {
  bool is_entry = true;
  for (int signal = 0;;) {
    int status = stop_of(pid, PTRACE_SYSCALL, signal);
    signal = 0;
    if (!WIFSTOPPED(status)) return;
    if (is_event(status, PTRACE_EVENT_EXEC)) {
      let_go(pid);
      return;
    }
    if (is_event(status, PTRACE_EVENT_FORK)) {
      pid = take_child(pid);
      is_entry = true;
      continue;
    }
    if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
      signal = WSTOPSIG(status);
      continue;
    }
    if (is_entry && can_fail(number_of(pid)) && --number == 0) {
      inject(pid, error);
      return;
    }
    is_entry = !is_entry;
  }
}

int main(int argc, char **argv) {
  int status;
  if (argc != 7) return BROKEN;
  pid_t supervise = start_supervise(argv + 3);
  if (waitpid(supervise, &status, __WALL) != supervise) give_up("waitpid");
  long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SETOPTIONS, supervise, 0, options) != 0) give_up("SETOPTIONS");
  do status = stop_of(supervise, PTRACE_CONT, 0);
  while (WIFSTOPPED(status) && !is_event(status, PTRACE_EVENT_FORK));
  if (!WIFSTOPPED(status)) return BROKEN;
  // Closed here, so that the caller sees the end of what others write.
  for (int i = 0; i < 2; i++) (void)close(i);
  (void)close(atoi(argv[4]));
  trace(take_child(supervise), atol(argv[1]), atol(argv[2]));
  if (waitpid(supervise, &status, 0) != supervise) give_up("waitpid");
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return 128 + WTERMSIG(status);
}
