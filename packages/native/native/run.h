// SPDX-License-Identifier: Apache-2.0
// What supervise knows of its one run. Descriptors are -1 when unset.
#ifndef RUN_H
#define RUN_H

#include "protocol.h"
#include "request.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum stage {
  STAGE_LAUNCHING, // no word from enter yet
  STAGE_UNBUILT,   // a native launch said what it could not build, in `step` and `value`
  STAGE_ENTERED,   // enter has the request and may start the command
  STAGE_STARTED,   // the command runs
  STAGE_FAILED,    // enter said so, in `step` and `value`
  STAGE_ENDED,     // the command has ended, in `value`
};

struct run {
  int control;           // socket to the caller
  int caller;            // pidfd or pipe; -1 when the kernel ends supervise together with its caller
  int signals;           // signalfd
  int deadline;          // timerfd; -1: enter may take as long as it likes
  int program;           // own file
  int request;           // memfd of the enter request
  uint32_t granted;      // how many descriptors from 0 are the command's; 0 once they were handed over
  struct handover offer; // what is sent to enter
  struct supervise_request plan;

  uint32_t attempt;
  uint32_t expected; // namespaces of a native launch that was started before the request was there
  pid_t launcher;    // 0 once it has been reaped
  int launcher_status;
  int errors;      // the launcher's stderr
  int options;     // where the launcher reads its options
  int status;      // status socket
  pid_t enter;     // 0: not known yet
  int enter_pidfd; // -1 also on Linux before 5.3
  bool enter_is_gone;

  pid_t relay; // 0: none
  int link;    // to the relay
  bool is_routed;

  enum stage stage;
  uint32_t step;
  uint32_t value;
  uint32_t rule; // of STEP_LANDLOCK, or operation of STEP_MOUNTS, from 1 up; 0: none

  uint64_t received;  // signals that were sent to supervise, bit N for signal N
  uint64_t postponed; // of them, those to be passed on when enter is there
  int interrupted_by; // the signal that ended the run before enter was there
  bool caller_is_gone;
  bool is_end_reported;
};

// supervise.c
// Kills everything of the run. What is left to do is to wait.
void kill_sandbox(const struct run *run);
// The one way to fail: ends the sandbox, reports, exits.
_Noreturn void fail(struct run *run, enum step step, int error);

// caller.c
// Afterwards the death of the caller is seen, or the kernel ends this process with it.
// `watch` is a descriptor that hangs up then; -1: the caller is the parent.
void watch_caller(struct run *run, pid_t caller, int watch);
// Reads and parses the request; `run->plan` points into it from then on.
void receive_request(struct run *run);
// Whether a signal has arrived that ends a run which has not started.
bool is_interrupted(struct run *run);

// sandbox.c
// Starts a native launch with those namespaces, which the request will perhaps ask for.
void expect_native(struct run *run, uint32_t namespaces);
// From now on enter has the request's time to report.
void start_deadline(struct run *run);
// Reaps the launcher, and ends and reaps whatever else is left. Only after kill_sandbox.
void end_descendants(struct run *run);
// Starts the launcher of `run->attempt`.
void start_attempt(struct run *run);
// Gives it what the command is to have, and returns when nothing of the sandbox is left.
void finish_attempt(struct run *run);

// handover.c
// Notes which of the granted descriptors are closed.
void reserve_granted(struct run *run);
// Closes what was inherited beyond the granted descriptors, the control socket, the launcher and those of routes.
void close_inherited(struct run *run);
// Seals the enter request and opens the program's own file.
void prepare_handover(struct run *run);
// Puts the request and the command's descriptors into the status socket, for an enter that is still to come.
void offer_descriptors(struct run *run);

// messages.c
// Reads what enter has sent. `is_alive` false: nothing is answered any more.
void read_messages(struct run *run, bool is_alive);

// passing.c
// Reads the signals that came to supervise, and passes them on or ends the run.
void read_signals(struct run *run);
// Passes on those that came before enter was there.
void pass_postponed(struct run *run);
void signal_enter(const struct run *run, int number);

#endif
