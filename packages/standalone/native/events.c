// SPDX-License-Identifier: Apache-2.0
// What happens while the command runs: signals, reports of the supervisor, its
// end.
#include "events.h"
#include "calls.h"
#include "engine.h"
#include "protocol.h"
#include "terminal.h"

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
static bool is_told; // that `signals` is to tell of those that are watched
static int signals = -1, control = -1;
static pid_t child = -1;

static void update_signals(void) {
  (void)sigprocmask(SIG_SETMASK, &watched, NULL);
  is_told = false;
}

static void open_signals(void) {
  if (is_told) return;
  signals = signalfd(signals, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) end_as_failed("signals cannot be waited for");
  is_told = true;
}

static void watch_signal(int number) {
  sigaddset(&watched, number); // while it is blocked, it does not matter whether it was ignored
  update_signals();
}

void watch_child_signals(void) {
  (void)signal(SIGCHLD, SIG_DFL); // ignored, it would let nobody wait for a child
  watch_signal(SIGCHLD);
}

void watch_child(pid_t process, int descriptor) {
  child = process;
  control = descriptor;
}

void call_listen(const struct input *inputs, struct answer *answer) {
  (void)answer;
  watch_signal((int)inputs[0].number);
}

// From now on the signal does what it does to a process that expects none.
void call_ignore(const struct input *inputs, struct answer *answer) {
  (void)answer;
  int number = (int)inputs[0].number;
  (void)signal(number, SIG_DFL);
  sigdelset(&watched, number);
  update_signals();
}

static void tell(struct answer *answer, enum event kind, int number) {
  answer->fact_count = 2;
  answer->facts[0] = kind;
  answer->facts[1] = number;
}

static bool take_signal(int *number) {
  struct signalfd_siginfo info;
  if (read(signals, &info, sizeof info) != sizeof info) return false;
  *number = (int)info.ssi_signo;
  return true;
}

// Whole reports, however the kernel cuts the stream: two starts see the same when they are told the same.
static void read_control(struct answer *answer) {
  static uint8_t bytes[sizeof(struct report) + REPORT_TEXT_MAX];
  struct report header = {0};
  size_t size = 0, wanted = sizeof header;
  while (size < wanted) {
    ssize_t count = recv(control, bytes + size, wanted - size, MSG_WAITALL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    size += (size_t)count;
    if (size == sizeof header) memcpy(&header, bytes, sizeof header);
    if (size == sizeof header && header.text_length <= REPORT_TEXT_MAX) wanted += header.text_length;
  }
  if (size > 0) {
    tell(answer, EVENT_DATA, (int)size);
    return answer_bytes(answer, bytes, size);
  }
  close(control);
  control = -1;
  tell(answer, EVENT_CLOSED, 0);
}

// Waits for the next event. There is always a child when it is called.
void call_wait(const struct input *inputs, struct answer *answer) {
  (void)inputs;
  open_signals();
  for (;;) {
    struct pollfd sources[] = {{.fd = control, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    if (poll(sources, 2, -1) < 0 && errno != EINTR) end_as_failed("events cannot be waited for");
    if (sources[0].revents != 0) return read_control(answer); // before the end: what it says was said before
    int number, status;
    if (!take_signal(&number)) continue;
    if (number != SIGCHLD) return tell(answer, EVENT_SIGNAL, number);
    if (child > 0 && waitpid(child, &status, WNOHANG) == child) {
      child = -1;
      return tell(answer, EVENT_ENDED, status);
    }
  }
}

// Sends all of it. A supervisor that is gone takes nothing; its end tells why.
void call_send(const struct input *inputs, struct answer *answer) {
  (void)answer;
  note_started();
  for (size_t done = 0; done < inputs[0].size;) {
    ssize_t count = send(control, inputs[0].bytes + done, inputs[0].size - done, MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) break;
    if (count > 0) done += (size_t)count;
  }
}

// Nothing will be sent, or nothing more.
void call_finish(const struct input *inputs, struct answer *answer) {
  (void)inputs, (void)answer;
  (void)shutdown(control, SHUT_WR); // it fails when the supervisor has ended
}

void call_exit(const struct input *inputs, struct answer *answer) {
  (void)answer;
  restore_modes();
  _exit((int)inputs[0].number);
}
