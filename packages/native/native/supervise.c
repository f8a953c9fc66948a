// SPDX-License-Identifier: Apache-2.0
// supervise: owns the life of one run and ends as its command did.
#include "supervise.h"
#include "placeholders.h"
#include "reports.h"
#include "routes.h"
#include "run.h"
#include "signals.h"
#include "status.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// What the caller still writes is read away: closing a socket with unread bytes would reset the connection.
static void empty_control_socket(const struct run *run) {
  char bytes[4096];
  for (int i = 0; i < REQUEST_SIZE_MAX / (int)sizeof bytes; i++)
    if (recv(run->control, bytes, sizeof bytes, MSG_DONTWAIT) <= 0) return;
}

static int status_of_failure(enum step step, uint32_t error) {
  if (step != STEP_EXEC) return STATUS_SETUP;
  return error == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE;
}

static _Noreturn void report_and_exit(const struct run *run, enum step step, uint32_t value) {
  report_failed(run, step, value, 0);
  if (step == STEP_INTERRUPTED) end_by_signal((int)value);
  empty_control_socket(run);
  _exit(status_of_failure(step, value));
}

// Blocks until every process of the run is gone: the command could make a protected name when its placeholder is.
static void await_end(struct run *run) {
  kill_sandbox(run);
  end_descendants(run);
}

_Noreturn void fail(struct run *run, enum step step, int error) {
  await_end(run);
  clear_placeholders(run);
  if (run->caller_is_gone) _exit(STATUS_SETUP);
  // A sandbox that was told to end has no mounts any more, and no enter that answers.
  if (run->interrupted_by != 0) report_and_exit(run, STEP_INTERRUPTED, (uint32_t)run->interrupted_by);
  if (step != STEP_LAUNCHER) report_and_exit(run, step, (uint32_t)error);
  if (run->errors >= 0) (void)read_errors(run->errors);
  report_failed(run, STEP_LAUNCHER, (uint32_t)run->launcher_status, (uint32_t)error);
  empty_control_socket(run);
  _exit(STATUS_SETUP);
}

static _Noreturn void end_as_command(struct run *run) {
  int status = (int)run->value;
  report_ended(run);
  if (!WIFSIGNALED(status)) _exit(WEXITSTATUS(status));
  int number = WTERMSIG(status);
  bool was_sent_here = number < 64 && ((run->received >> number) & 1) != 0;
  if (run->plan.reraise || was_sent_here) end_by_signal(number);
  _exit(STATUS_SIGNAL_BASE + number);
}

static _Noreturn void end(struct run *run) {
  await_end(run);
  clear_placeholders(run);
  if (run->caller_is_gone) _exit(STATUS_SETUP); // nobody is left to be told
  if (run->interrupted_by != 0) report_and_exit(run, STEP_INTERRUPTED, (uint32_t)run->interrupted_by);
  switch (run->stage) {
  case STAGE_LAUNCHING:
    report_and_exit(run, STEP_LAUNCHER, (uint32_t)run->launcher_status);
  case STAGE_ENTERED:
    report_and_exit(run, STEP_ENTERED, 0); // killed without a word, perhaps just after the command started
  case STAGE_UNBUILT:
  case STAGE_FAILED:
    report_and_exit(run, run->step, run->value);
  case STAGE_STARTED:
    run->value = SIGKILL; // enter was killed, by the kernel for want of memory or by somebody
    end_as_command(run);
  case STAGE_ENDED:
    end_as_command(run);
  }
  _exit(STATUS_SETUP);
}

// Whether a native launch failed at a fresh /proc, which an outer container can deny.
static bool is_without_proc(const struct run *run) {
  if (run->stage != STAGE_UNBUILT || run->step != STEP_MOUNTS) return false;
  const struct operation *operation = find_operation(&run->plan, run->attempt, run->rule);
  return operation != NULL && operation->type == OPERATION_PROC;
}

static bool may_try_again(const struct run *run) {
  if (run->interrupted_by != 0 || run->caller_is_gone) return false;
  if (run->plan.is_native) return run->plan.operation_counts[1] > 0 && is_without_proc(run);
  return run->stage == STAGE_LAUNCHING && run->plan.argv[1] != NULL;
}

_Noreturn void supervise(int control, uint32_t granted, pid_t caller, int watch, uint32_t expected) {
  static struct run run = {.caller = -1,
                           .signals = -1,
                           .deadline = -1,
                           .program = -1,
                           .request = -1,
                           .errors = -1,
                           .options = -1,
                           .status = -1,
                           .link = -1,
                           .enter_pidfd = -1};
  run.control = control;
  if (granted > GRANTED_MAX || granted > (uint32_t)control) fail(&run, STEP_REQUEST, EBADMSG);
  if (watch >= 0 && watch <= control) fail(&run, STEP_REQUEST, EBADMSG);
  run.granted = granted;
  reserve_granted(&run);
  sigset_t blocked;
  if (!block_signals(&blocked)) fail(&run, STEP_REQUEST, errno);
  run.signals = open_signals(&blocked);
  if (run.signals < 0) fail(&run, STEP_REQUEST, errno);
  watch_caller(&run, caller, watch);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) fail(&run, STEP_PARENT_DEATH, errno);
  if (expected != 0 && is_expectation(expected)) expect_native(&run, expected & ALL_NAMESPACES);
  receive_request(&run);
  // Only now: the caller could not read what is told while it still writes.
  if (!is_expectation(expected)) fail(&run, STEP_REQUEST, EBADMSG);
  check_listeners(&run);
  close_inherited(&run);
  prepare_handover(&run);
  // A launcher that waits is loaded, or the namespaces of a native launch are made, while placeholders are.
  bool waits = run.plan.is_native || run.plan.options[0].text != NULL;
  if (!waits) place_placeholders(&run);
  start_attempt(&run);
  if (waits) place_placeholders(&run);
  start_deadline(&run);
  finish_attempt(&run);
  if (may_try_again(&run)) {
    run.attempt = 1;
    start_attempt(&run);
    finish_attempt(&run);
  }
  end(&run);
}
