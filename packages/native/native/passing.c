// SPDX-License-Identifier: Apache-2.0
// Signals on their way from supervise to enter.
#include "run.h"
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

void signal_enter(const struct run *run, int number) {
  if (run->enter_is_gone) return;
  if (run->enter_pidfd >= 0) {
    // It fails when enter has ended, which its pidfd shows as well.
    (void)syscall(SYS_pidfd_send_signal, run->enter_pidfd, number, NULL, 0);
  } else if (run->enter > 0 && run->launcher > 0) {
    // Linux before 5.3. The launcher is there, so enter has not been gone for long.
    (void)kill(run->enter, number);
  }
}

// As the kernel does: a signal that stops and one that continues cancel each other.
static void postpone(struct run *run, int number) {
  if (number == SIGCONT) run->postponed &= ~(1ull << SIGTSTP);
  if (number == SIGTSTP) run->postponed &= ~(1ull << SIGCONT);
  run->postponed |= 1ull << number;
}

void pass_postponed(struct run *run) {
  for (int number = 1; number < 64; number++)
    if ((run->postponed >> number) & 1) signal_enter(run, number);
  run->postponed = 0;
}

static void pass(struct run *run, const struct signalfd_siginfo *info) {
  int number = (int)info->ssi_signo;
  run->received |= 1ull << number;
  if (run->stage != STAGE_LAUNCHING && run->stage != STAGE_UNBUILT) {
    // Not only once `started` is known: the command may already run, and the one who sent this have seen it.
    signal_enter(run, number);
  } else if (ends_a_run(number)) {
    run->interrupted_by = number;
    kill_sandbox(run);
    return;
  } else {
    postpone(run, number);
  }
  // From the terminal: the shell waits for all of its job to stop.
  if (number != SIGTSTP || info->ssi_code != SI_KERNEL) return;
  if (!stop_here()) signal_enter(run, SIGCONT); // nothing stopped us, so nothing would continue the command
}

void read_signals(struct run *run) {
  struct signalfd_siginfo info;
  for (;;) {
    ssize_t count = read(run->signals, &info, sizeof info);
    if (count < 0 && errno == EINTR) continue;
    if (count != (ssize_t)sizeof info) return;
    if (info.ssi_signo == SIGCHLD || run->interrupted_by != 0 || run->caller_is_gone) continue;
    pass(run, &info);
  }
}
