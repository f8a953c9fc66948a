// SPDX-License-Identifier: Apache-2.0
// What happens while the command runs: signals, reports of the supervisor, its
// end.
#include "events.h"
#include "calls.h"
#include "engine.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// The first fact that call_wait leaves; the second is the number that belongs
// to it. @see src/node/events.ts
enum event { EVENT_SIGNAL, EVENT_DATA, EVENT_CLOSED, EVENT_ENDED };

static sigset_t watched;
static int signals = -1, control = -1;
static pid_t child = -1;

static void update_signals(void) {
  (void)sigprocmask(SIG_SETMASK, &watched, NULL);
  signals = signalfd(signals, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) end_as_failed("signals cannot be waited for");
}

static void watch_signal(int number) {
  sigaddset(&watched,
            number); // while it is blocked, it does not matter whether it was ignored
  update_signals();
}

void watch_child_signals(void) {
  (void)signal(SIGCHLD,
               SIG_DFL); // ignored, it would let nobody wait for a child
  watch_signal(SIGCHLD);
}

void watch_child(pid_t process, int descriptor) {
  child = process;
  control = descriptor;
}

value_t call_listen(struct arguments arguments) {
  watch_signal(int_argument(arguments, 0));
  return undefined_value();
}

// From now on the signal does what it does to a process that expects none.
value_t call_ignore(struct arguments arguments) {
  int number = int_argument(arguments, 0);
  (void)signal(number, SIG_DFL);
  sigdelset(&watched, number);
  update_signals();
  return undefined_value();
}

static value_t event(enum event kind, int number) {
  leave_fact(0, kind);
  leave_fact(1, number);
  return undefined_value();
}

static bool take_signal(int *number) {
  struct signalfd_siginfo info;
  if (read(signals, &info, sizeof info) != sizeof info) return false;
  *number = (int)info.ssi_signo;
  return true;
}

static value_t read_control(void) {
  uint8_t bytes[4096];
  ssize_t count = recv(control, bytes, sizeof bytes, 0);
  if (count > 0) {
    event(EVENT_DATA, (int)count);
    return bytes_value(bytes, (size_t)count);
  }
  close(control);
  control = -1;
  return event(EVENT_CLOSED, 0);
}

// Waits for the next event. There is always a child when it is called.
value_t call_wait(struct arguments arguments) {
  (void)arguments;
  for (;;) {
    struct pollfd sources[] = {{.fd = control, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    if (poll(sources, 2, -1) < 0 && errno != EINTR) end_as_failed("events cannot be waited for");
    if (sources[0].revents != 0) return read_control(); // before the end: what it says was said before
    int number, status;
    if (!take_signal(&number)) continue;
    if (number != SIGCHLD) return event(EVENT_SIGNAL, number);
    if (child > 0 && waitpid(child, &status, WNOHANG) == child) {
      child = -1;
      return event(EVENT_ENDED, status);
    }
  }
}

// Sends all of it. A supervisor that is gone takes nothing; its end tells why.
value_t call_send(struct arguments arguments) {
  note_started();
  struct bytes bytes = bytes_argument(arguments, 0);
  for (size_t done = 0; done < bytes.size;) {
    ssize_t count = send(control, bytes.start + done, bytes.size - done, MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) break;
    if (count > 0) done += (size_t)count;
  }
  return undefined_value();
}

value_t call_exit(struct arguments arguments) { _exit(int_argument(arguments, 0)); }
