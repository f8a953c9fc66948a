// SPDX-License-Identifier: Apache-2.0
// One attempt: from the start of the launcher until nothing of the sandbox is left.
#include "descendants.h"
#include "launch.h"
#include "launcher.h"
#include "mounts.h"
#include "placeholders.h"
#include "reports.h"
#include "routes.h"
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

// How long enter may take to end when the caller is gone, before it is killed.
enum { END_MS = 500 };

static void close_one(int *descriptor) {
  if (*descriptor >= 0) (void)close(*descriptor);
  *descriptor = -1;
}

// Two sockets: supervise's in `run->status`, with the sender's pid on every message, and the launcher's.
static int open_status_socket(struct run *run) {
  int pair[2], on = 1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) fail(run, STEP_LAUNCHER, errno);
  if (setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0) fail(run, STEP_LAUNCHER, errno);
  run->status = pair[0];
  return pair[1];
}

static int open_error_pipe(struct run *run) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail(run, STEP_LAUNCHER, errno);
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) fail(run, STEP_LAUNCHER, errno);
  run->errors = ends[0];
  return ends[1];
}

// A socket, unlike a pipe, never ends this process by a signal. -1: the launcher reads none.
static int open_options(struct run *run) {
  int pair[2];
  if (run->plan.options[run->attempt].text == NULL) return -1;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) fail(run, STEP_LAUNCHER, errno);
  run->options = pair[0];
  return pair[1];
}

// Sends as many as there is room for. The launcher has all of them when it finds the end.
static void send_options(struct run *run) {
  struct words *left = &run->plan.options[run->attempt];
  while (left->size > 0) {
    ssize_t count = send(run->options, left->text, left->size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) break; // it has ended, which is seen elsewhere
    left->text += count;
    left->size -= (size_t)count;
  }
  close_one(&run->options);
}

// 0 or errno.
static int start_native(struct run *run, uint32_t namespaces) {
  int status = open_status_socket(run);
  pid_t pid = start_sandbox(namespaces, status);
  int error = errno;
  (void)close(status);
  if (pid < 0) return error;
  run->launcher = run->enter = pid;
  return 0;
}

void expect_native(struct run *run, uint32_t namespaces) {
  run->expected = namespaces;
  // Should it fail, then so does the launch if it comes, and tells.
  if (start_native(run, namespaces) != 0) close_one(&run->status);
}

// Whether it has been started already. Afterwards there is none of another kind.
static bool is_as_expected(struct run *run) {
  if (run->launcher == 0) return false;
  if (run->plan.is_native && run->plan.namespaces == run->expected) return true;
  (void)kill(run->launcher, SIGKILL);
  (void)waitpid(run->launcher, &run->launcher_status, 0);
  run->launcher = run->enter = 0;
  close_one(&run->status);
  return false;
}

static void start(struct run *run) {
  if (is_as_expected(run)) return;
  if (run->plan.is_native) {
    int error = start_native(run, run->plan.namespaces);
    if (error != 0) fail(run, STEP_NAMESPACES, error);
    return;
  }
  run->enter = 0;
  struct launch launch = {.path = run->plan.launcher, .argv = run->plan.argv[run->attempt]};
  launch.executable = run->plan.launcher_descriptor;
  launch.program = run->program;
  launch.status = open_status_socket(run);
  launch.errors = open_error_pipe(run);
  launch.options = open_options(run);
  run->launcher = start_launcher(&launch);
  if (run->launcher < 0) {
    run->launcher = 0;
    fail(run, STEP_FORK, errno);
  }
  // Only then do both end when the sandbox does.
  close_one(&launch.status);
  close_one(&launch.errors);
  close_one(&launch.options);
}

static void reap_launcher(struct run *run) {
  siginfo_t info = {0};
  if (run->launcher == 0) return;
  if (waitid(P_PID, (id_t)run->launcher, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
  // Before it is reaped: then its number, and with it that of its group, could be another's.
  (void)kill(-run->launcher, SIGKILL);
  if (waitpid(run->launcher, &run->launcher_status, 0) == run->launcher) run->launcher = 0;
}

// 0 or errno.
static int set_deadline(struct run *run, uint32_t limit) {
  struct itimerspec time = {.it_value = {limit / 1000, limit % 1000 * 1000000L}};
  if (run->deadline < 0) run->deadline = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  return run->deadline < 0 || timerfd_settime(run->deadline, 0, &time, NULL) != 0 ? errno : 0;
}

void start_deadline(struct run *run) {
  int error = run->plan.setup_timeout_ms == 0 ? 0 : set_deadline(run, run->plan.setup_timeout_ms);
  if (error != 0) fail(run, STEP_LAUNCHER, error);
}

void kill_sandbox(const struct run *run) {
  signal_enter(run, SIGKILL);
  if (run->launcher <= 0) return;
  (void)kill(-run->launcher, SIGKILL);
  (void)kill(run->launcher, SIGKILL); // it may not have made its group yet
}

// A launcher that is killed leaves enter to us, as supervise is a subreaper, and so does a subreaper that is
// killed with what it has not ended.
void end_descendants(struct run *run) {
  if (run->launcher > 0 && waitpid(run->launcher, &run->launcher_status, 0) == run->launcher) run->launcher = 0;
  kill_relay(run);
  int children = open_children();
  kill_descendants(children);
  close_one(&children);
}

// When its pidfd says that it has ended, so has everything in the namespace of which it is pid 1. As a subreaper
// it has said that the command has ended only when its descendants had.
static void note_end_of_enter(struct run *run) {
  run->enter_is_gone = true;
  close_one(&run->enter_pidfd);
  kill_sandbox(run);        // the launcher has nothing more to tell
  read_messages(run, true); // the last one may have come after this round of poll
  drain_relay(run);
  // The caller need not wait for the end of the launcher, which holds nothing of the command.
  if (run->stage != STAGE_ENDED) return;
  clear_placeholders(run);
  report_ended(run);
}

// Whether enter ends all at once what could only be killed one by one without it.
static bool can_end_itself(const struct run *run) {
  struct enter_request request;
  return run->stage == STAGE_STARTED &&
         parse_enter_request(run->plan.enter, run->plan.enter_size, &request) == 0 && keeps_signals_in(&request);
}

static void note_end_of_caller(struct run *run) {
  run->caller_is_gone = true;
  close_one(&run->caller);
  kill_relay(run);
  if (can_end_itself(run) && set_deadline(run, END_MS) == 0)
    close_one(&run->status); // at which enter ends
  else
    kill_sandbox(run);
}

static void note_deadline(struct run *run) {
  if (!run->caller_is_gone) fail(run, STEP_LAUNCHER, ETIMEDOUT);
  close_one(&run->deadline);
  kill_sandbox(run);
}

static void watch(struct run *run) {
  while (run->launcher > 0 || run->enter_pidfd >= 0) {
    int deadline = run->stage == STAGE_LAUNCHING || run->caller_is_gone ? run->deadline : -1;
    struct pollfd ready[] = {
        {run->status, POLLIN, 0},   {run->signals, POLLIN, 0},     {run->errors, POLLIN, 0},
        {run->caller, POLLIN, 0},   {run->enter_pidfd, POLLIN, 0}, {deadline, POLLIN, 0},
        {run->options, POLLOUT, 0},
    };
    if (poll(ready, sizeof ready / sizeof *ready, -1) < 0) {
      if (errno == EINTR) continue;
      fail(run, STEP_LAUNCHER, errno);
    }
    // Messages come first: a signal means something else once the command runs.
    if (ready[0].revents != 0) read_messages(run, true);
    if (ready[1].revents != 0) {
      read_signals(run);
      reap_launcher(run);
    }
    if (ready[2].revents != 0 && !read_errors(run->errors)) close_one(&run->errors);
    if (ready[3].revents != 0) note_end_of_caller(run);
    if (ready[4].revents != 0) note_end_of_enter(run);
    if (ready[5].revents != 0 && (run->stage == STAGE_LAUNCHING || run->caller_is_gone)) note_deadline(run);
    if (ready[6].revents != 0) send_options(run);
    if (run->launcher == 0) signal_enter(run, SIGKILL);
  }
}

void start_attempt(struct run *run) {
  run->stage = STAGE_LAUNCHING;
  run->offer.attempt = run->attempt;
  forget_errors();
  start(run);
}

void finish_attempt(struct run *run) {
  offer_descriptors(run);
  if (run->options >= 0) send_options(run);
  // While the launcher works: what matters is that it is read without following a symlink, not when.
  note_sources(run);
  // Its signal may have been read while the placeholders were made.
  reap_launcher(run);
  watch(run);
  drain_relay(run);
  end_descendants(run);
  // What was written and not yet read when the last writer ended.
  read_messages(run, false);
  if (run->errors >= 0) (void)read_errors(run->errors);
  close_one(&run->options);
  close_one(&run->status); // enter ends at this if it is alive, which only a kernel without pidfd cannot tell
  close_one(&run->errors);
}
