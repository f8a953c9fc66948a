// SPDX-License-Identifier: Apache-2.0
#include "launch.h"
#include "arguments.h"
#include "descriptors.h"
#include "enter.h"
#include "status.h"

#include <errno.h>
#include <poll.h>
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

static void build(const struct supervise_request *request, uint32_t attempt, int status) {
  struct fields fields = request->fields;
  struct operation operation;
  mode_t mask = umask(0);                             // modes are those of the request
  (void)next_operation(&fields, attempt, &operation); // the request was checked: there is one
  int root = mount_root(status, &operation);
  for (uint32_t number = 2; next_operation(&fields, attempt, &operation); number++)
    if (apply_operation(root, &operation) != 0) refuse_launch(status, STEP_MOUNTS, number, errno);
  enter_root(status, root);
  (void)umask(mask);
}

// supervise makes the placeholders meanwhile, and then offers the command's descriptors, which enter takes.
static void await_offer(int status) {
  struct pollfd ready = {status, POLLIN, 0};
  while (poll(&ready, 1, -1) < 0 && errno == EINTR) continue;
  if ((ready.revents & POLLIN) == 0) _exit(STATUS_SETUP); // supervise is gone
}

pid_t start_sandbox(const struct supervise_request *request, uint32_t attempt, int status) {
  uid_t uid = geteuid();
  gid_t gid = getegid();
  pid_t pid = fork_into_namespaces(request->namespaces);
  if (pid != 0) return pid;
  forget_arguments();
  // Should supervise have died before this: enter starts nothing without its answer.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) refuse_launch(status, STEP_PARENT_DEATH, 0, errno);
  // The command is to be kept from the caller's terminal.
  if (setsid() < 0) refuse_launch(status, STEP_NAMESPACES, 0, errno);
  close_all_but(status);
  map_ids(status, uid, gid);
  if ((request->namespaces & NAMESPACE_NETWORK) != 0) unshare_network(status);
  await_offer(status);
  build(request, attempt, status);
  enter(status);
}
