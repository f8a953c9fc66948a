// SPDX-License-Identifier: Apache-2.0
#include "launch.h"
#include "arguments.h"
#include "descriptors.h"
#include "enter.h"
#include "status.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

// Nothing that supervise holds is left but the status socket. Its streams are handed over later.
static void close_all_but(int status) {
  bool is_closed = status == 0 || close_descriptors(0, (unsigned)status - 1) == 0;
  if (!is_closed || close_descriptors((unsigned)status + 1, ~0u) != 0)
    refuse_launch(status, STEP_DESCRIPTORS, 0, errno);
}

static void build(int status, struct fields fields, uint32_t attempt) {
  struct operation operation;
  mode_t mask = umask(0);                             // modes are those of the request
  (void)next_operation(&fields, attempt, &operation); // the request was checked: there is one
  int root = mount_root(status, &operation);
  for (uint32_t number = 2; next_operation(&fields, attempt, &operation); number++)
    if (apply_operation(root, &operation) != 0) refuse_launch(status, STEP_MOUNTS, number, errno);
  enter_root(status, root);
  (void)umask(mask);
}

static _Noreturn void become_enter(int status) {
  struct arrival arrival;
  struct fields fields;
  struct field request;
  // supervise reads the request meanwhile, and makes the placeholders.
  receive_handover(status, &arrival);
  if (!open_launch(arrival.request, arrival.request_size, &fields, &request))
    refuse(status, STEP_REQUEST, EBADMSG);
  build(status, fields, arrival.offer.attempt);
  go_on_as_enter(status, &arrival, request.bytes, request.length);
}

pid_t start_sandbox(uint32_t namespaces, int status) {
  uid_t uid = geteuid();
  gid_t gid = getegid();
  pid_t pid = fork_into_namespaces(namespaces);
  if (pid != 0) return pid;
  forget_arguments();
  // Should supervise have died before this: enter starts nothing without its answer.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) refuse_launch(status, STEP_PARENT_DEATH, 0, errno);
  // The command is to be kept from the caller's terminal.
  if (setsid() < 0) refuse_launch(status, STEP_NAMESPACES, 0, errno);
  close_all_but(status);
  map_ids(status, uid, gid);
  if ((namespaces & NAMESPACE_NETWORK) != 0) unshare_network(status);
  become_enter(status);
}
