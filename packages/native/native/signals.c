// SPDX-License-Identifier: Apache-2.0
// Which signals are passed on, and how this process is stopped or ended by one.
#include "signals.h"
#include "status.h"

#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { LAST_SIGNAL = 64 };

static const int PASSED_ON[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGTSTP, SIGWINCH};

bool ends_a_run(int number) {
  return number == SIGHUP || number == SIGINT || number == SIGQUIT || number == SIGTERM;
}

static bool is_ignored(int number) {
  struct sigaction action;
  return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void set_handler(int number, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler};
  (void)sigaction(number, &action, NULL); // fails only for numbers that cannot be changed
}

static void set_default(int number) { set_handler(number, SIG_DFL); }

static void set_ignored(int number) { set_handler(number, SIG_IGN); }

bool block_signals(sigset_t *blocked) {
  sigemptyset(blocked);
  set_ignored(SIGXFSZ); // so that writing a request fails under a tiny limit, with an error that can be told
  set_ignored(SIGPIPE); // so that enter outlives supervise for long enough to end what it has started
  set_default(SIGCHLD); // ignored, it would throw away the status of every child
  sigaddset(blocked, SIGCHLD);
  for (size_t i = 0; i < sizeof PASSED_ON / sizeof *PASSED_ON; i++)
    if (!is_ignored(PASSED_ON[i])) sigaddset(blocked, PASSED_ON[i]);
  return sigprocmask(SIG_SETMASK, blocked, NULL) == 0;
}

int open_signals(const sigset_t *blocked) { return signalfd(-1, blocked, SFD_CLOEXEC | SFD_NONBLOCK); }

void reset_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number <= LAST_SIGNAL; number++) set_default(number);
  (void)sigprocmask(SIG_SETMASK, &none, NULL); // cannot fail: both arguments are right
}

_Noreturn void end_by_signal(int number) {
  struct rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) _exit(STATUS_SIGNAL_BASE + number);
  // A core pattern that is a pipe ignores the limit.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) _exit(STATUS_SIGNAL_BASE + number);
  set_default(number);
  (void)kill(getpid(), number);
  // This one only: another that waits would end the process by itself.
  sigset_t one;
  sigemptyset(&one);
  (void)sigaddset(&one, number); // fails for numbers that libc keeps to itself, which are never blocked
  (void)sigprocmask(SIG_UNBLOCK, &one, NULL);
  _exit(STATUS_SIGNAL_BASE + number); // reached as pid 1 of a container, which such signals do not end
}

bool stop_here(void) {
  sigset_t stop, pending;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  if (kill(getpid(), SIGTSTP) != 0) return false;
  // Stops here; not in an orphaned process group, which nobody could continue.
  (void)sigprocmask(SIG_UNBLOCK, &stop, NULL);
  (void)sigprocmask(SIG_BLOCK, &stop, NULL);
  return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1;
}
