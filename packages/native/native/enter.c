// SPDX-License-Identifier: Apache-2.0
// enter: the first process of the sandbox. Confines itself, starts the command, reaps, and ends as the command
// did.
#include "enter.h"
#include "descendants.h"
#include "descriptors.h"
#include "signals.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// write(2), which the command's filter allows, unlike send(2) perhaps. Whether supervise has got it.
static bool tell(int status, struct message message) {
  ssize_t count;
  do count = write(status, &message, sizeof message);
  while (count < 0 && errno == EINTR);
  return count == (ssize_t)sizeof message;
}

_Noreturn void refuse(int status, enum step step, int error) {
  (void)tell(status, (struct message){MESSAGE_FAILED, step, (uint32_t)error, 0}); // exits in any case
  _exit(STATUS_SETUP);
}

_Noreturn void refuse_rule(int status, uint32_t rule, int error) {
  (void)tell(status, (struct message){MESSAGE_FAILED, STEP_LANDLOCK, (uint32_t)error, rule});
  _exit(STATUS_SETUP);
}

_Noreturn void refuse_launch(int status, enum step step, uint32_t operation, int error) {
  (void)tell(status, (struct message){MESSAGE_LAUNCH_FAILED, step, (uint32_t)error, operation});
  _exit(STATUS_SETUP);
}

static void close_granted(uint32_t granted) {
  for (uint32_t i = 0; i < granted; i++) (void)close((int)i);
}

// The command's pid, once it has executed.
static pid_t start_command(int status, const struct enter_request *request, int scope, const int result[2],
                           uint32_t granted) {
  pid_t command = fork();
  if (command < 0) refuse(status, STEP_FORK, errno);
  if (command == 0) become_command(request, scope, result[1]);
  // Held here, a pipe would not end when the command closes it.
  close_granted(granted);
  (void)close(result[1]);
  struct start_failure failure;
  ssize_t count;
  do count = read(result[0], &failure, sizeof failure);
  while (count < 0 && errno == EINTR);
  if (count < 0) refuse(status, STEP_EXEC, errno);
  if (count == (ssize_t)sizeof failure) refuse(status, failure.step, failure.error);
  (void)close(result[0]);
  return command;
}

// With it goes the root of the sandbox, in which supervise verifies the mounts before it lets the command start.
static bool tell_entered(int status) {
  struct message entered = {MESSAGE_ENTERED, 0, 0, 0};
  int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return false;
  bool is_told = send_with_descriptors(status, &entered, sizeof entered, &root, 1) == 0;
  (void)close(root);
  return is_told;
}

// supervise has got hold of this process, so that nothing can outlive it, and has closed its copies of the
// streams.
static void await_go(int status) {
  uint32_t go = 0;
  ssize_t count;
  do count = read(status, &go, sizeof go);
  while (count < 0 && errno == EINTR);
  if (count != (ssize_t)sizeof go || go != PROTOCOL_VERSION) _exit(STATUS_SETUP);
}

static void begin(int status, sigset_t *blocked) {
  (void)prctl(PR_SET_NAME, "sandbox-enter"); // for those who look at ps; the file's own name is "3"
  if (!block_signals(blocked)) refuse(status, STEP_REQUEST, errno);
  if (!tell_entered(status)) _exit(STATUS_SETUP);
}

static _Noreturn void serve(int status, struct arrival *arrival, const void *bytes, size_t size,
                            const sigset_t *blocked) {
  struct enter_request request;
  int result[2];
  int error = parse_enter_request(bytes, size, &request);
  if (error != 0) refuse(status, STEP_REQUEST, error);
  own_descendants(status, request.lifetime);
  if (request.drops_capabilities) drop_capabilities(status);
  check_capabilities(status);
  status = place_descriptors(status, arrival);
  hand_over_listeners(status, &request);
  join_session_keyring(status);
  become_undumpable(status);
  heed_parent_death(status, request.lifetime);
  // Opened before a limit on open files, or Landlock, can forbid it.
  int signals = open_signals(blocked);
  int events = signals < 0 ? -1 : open_events(status, signals);
  if (events < 0 || pipe2(result, O_CLOEXEC) != 0) refuse(status, STEP_DESCRIPTORS, errno);
  int children = request.lifetime == LIFETIME_SUBREAPER ? open_children() : -1;
  int ruleset = build_ruleset(status, &request);
  int scope = build_scope(status, &request);
  apply_limits(status, request.fields);
  forbid_new_privileges(status);
  restrict_by_ruleset(status, ruleset);
  if (scope >= 0) check_scope(status);
  load_filter(status, &request.filter);
  await_go(status);
  pid_t command = start_command(status, &request, scope, result, arrival->offer.granted);
  bool is_owned = tell(status, (struct message){MESSAGE_STARTED, 0, 0, 0});
  int wait_status = is_owned ? reap_until_end(events, status, signals, command) : -1;
  if (scope >= 0) kill_scope();
  if (request.lifetime == LIFETIME_SUBREAPER) kill_descendants(children);
  if (wait_status < 0) _exit(STATUS_SETUP);
  (void)tell(status, (struct message){MESSAGE_ENDED, 0, (uint32_t)wait_status, 0}); // exits in any case
  _exit(WIFSIGNALED(wait_status) ? STATUS_SIGNAL_BASE + WTERMSIG(wait_status) : WEXITSTATUS(wait_status));
}

_Noreturn void enter(int status) {
  struct arrival arrival;
  sigset_t blocked;
  begin(status, &blocked);
  receive_handover(status, &arrival);
  serve(status, &arrival, arrival.request, arrival.request_size, &blocked);
}

_Noreturn void go_on_as_enter(int status, struct arrival *arrival, const void *request, size_t size) {
  sigset_t blocked;
  begin(status, &blocked);
  serve(status, arrival, request, size, &blocked);
}
