// SPDX-License-Identifier: Apache-2.0
// The life of enter while the command runs.
#include "enter.h"
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

// As a terminal does, these go to the whole process group; the others to the command alone.
static bool is_for_group(int number) {
  return number == SIGINT || number == SIGQUIT || number == SIGTSTP || number == SIGCONT || number == SIGWINCH ||
         number == SIGHUP;
}

// epoll and not poll: poll(2) fails when the limit on open files is lower than the number it is given.
int open_events(int status, int signals) {
  struct epoll_event hang_up = {.events = 0, .data.fd = status}; // EPOLLHUP is always told
  struct epoll_event readable = {.events = EPOLLIN, .data.fd = signals};
  int events = epoll_create1(EPOLL_CLOEXEC);
  if (events < 0) return -1;
  if (epoll_ctl(events, EPOLL_CTL_ADD, status, &hang_up) != 0) return -1;
  if (epoll_ctl(events, EPOLL_CTL_ADD, signals, &readable) != 0) return -1;
  return events;
}

static void pass_signals(int signals, pid_t command) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
    int number = (int)info.ssi_signo;
    // It fails when the command has just ended, which is seen next.
    if (number != SIGCHLD) (void)kill(is_for_group(number) ? -command : command, number);
  }
}

// Nothing is traced from here: what asked for it by PTRACE_TRACEME would stay stopped at its first signal or exec.
static void let_go(pid_t traced, int signal) {
  long delivered = signal == SIGTRAP ? 0 : signal;      // SIGTRAP is how an exec is told
  (void)ptrace(PTRACE_DETACH, traced, NULL, delivered); // fails for one that was killed meanwhile
}

// Reaps all that have ended. Whether the command was among them.
static bool reap(pid_t command, int *wait_status) {
  for (;;) {
    int ended;
    pid_t pid = waitpid(-1, &ended, WNOHANG);
    if (pid < 0 && errno == EINTR) continue;
    if (pid <= 0) return false;
    if (WIFSTOPPED(ended)) let_go(pid, WSTOPSIG(ended));
    if (pid != command || WIFSTOPPED(ended)) continue;
    *wait_status = ended;
    return true;
  }
}

int reap_until_end(int events, int status, int signals, pid_t command) {
  int wait_status;
  for (;;) {
    struct epoll_event event;
    int count = epoll_wait(events, &event, 1, -1);
    if (count < 0 && errno == EINTR) continue;
    // Without supervise nobody owns the run; without events nobody would end it.
    if (count < 0 || event.data.fd == status) return -1;
    pass_signals(signals, command);
    if (reap(command, &wait_status)) return wait_status;
  }
}
