// SPDX-License-Identifier: Apache-2.0
#ifndef ENTER_H
#define ENTER_H

#include "protocol.h"
#include "request.h"

#include <stdbool.h>
#include <sys/types.h>

struct arrival {
  struct handover offer;
  int count;
  int descriptors[1 + GRANTED_MAX]; // the request's first
  const void *request;              // its bytes, which nobody can change
  size_t request_size;
};

// The whole life of `enter STATUS`.
_Noreturn void enter(int status);
// The same once the sandbox is built by what has arrived.
_Noreturn void go_on_as_enter(int status, struct arrival *arrival, const void *request, size_t size);

// The one way to fail: tells supervise the step and the errno, and exits, which ends the PID namespace.
_Noreturn void refuse(int status, enum step step, int error);
// The same for the Landlock rule of that number, from 1 up.
_Noreturn void refuse_rule(int status, uint32_t rule, int error);

// The same before `entered`: a native launch could not build the sandbox; `operation` from 1 up, 0: none.
_Noreturn void refuse_launch(int status, enum step step, uint32_t operation, int error);

// receive.c
// Waits for the request and the command's descriptors.
void receive_handover(int status, struct arrival *arrival);
// Puts the command's descriptors at their numbers. Everything else is closed but the status socket, which has
// another number afterwards: the result.
int place_descriptors(int status, struct arrival *arrival);

// confine.c
// Each refuses unless what it is named after holds afterwards.
void own_descendants(int status, enum lifetime lifetime);
void join_session_keyring(int status);
void become_undumpable(int status);
void heed_parent_death(int status, enum lifetime lifetime);
void apply_limits(int status, struct fields fields);
void forbid_new_privileges(int status);
void load_filter(int status, const struct sock_fprog *filter);

// capabilities.c
void drop_capabilities(int status);
void check_capabilities(int status);

// landlock.c
// A descriptor for restrict_by_ruleset; -1: nothing was asked for.
int build_ruleset(int status, const struct enter_request *request);
void restrict_by_ruleset(int status, int ruleset);
// A descriptor for enter_scope; -1: signals are not to be kept in.
int build_scope(int status, const struct enter_request *request);
// supervise, which is outside, cannot be signalled any more.
void check_scope(int status);
// In the child: from then on it can signal only what it starts, and so not enter. False with errno.
bool enter_scope(int scope);

// listeners.c
// supervise has the listeners that were asked for, and nobody else.
void hand_over_listeners(int status, const struct enter_request *request);

// command.c
struct start_failure {
  uint32_t step;
  int32_t error;
};
// Becomes the command, whose arguments have a free word before them. Returns only the errno of its failure.
int execute_command(const struct enter_request *request);

// In the child: becomes the command, or writes a start_failure to `result` and exits.
_Noreturn void become_command(const struct enter_request *request, int scope, int result);

// reap.c
// What enter waits for: children and signals by one descriptor, the end of supervise by the other.
int open_events(int status, int signals);
// Reaps and passes signals on until the command ends; gives its wait status, or -1 when supervise is gone.
int reap_until_end(int events, int status, int signals, pid_t command);

#endif
