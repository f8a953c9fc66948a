// SPDX-License-Identifier: Apache-2.0
// Whether a native launch is possible here, found out by doing what it does.
#include "enter.h"
#include "entry.h"
#include "launch.h"
#include "status.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void try_launch(int status, uid_t uid, gid_t gid) {
  static const struct operation BASE = {.type = OPERATION_ROOT, .target = "/"};
  map_ids(status, uid, gid);
  enter_root(status, mount_root(status, &BASE));
  _exit(0);
}

// The step that fails, or one of 0.
static struct message check(void) {
  struct message failure = {MESSAGE_LAUNCH_FAILED, STEP_NAMESPACES, 0, 0};
  int ends[2], wait_status = 0;
  uid_t uid = geteuid();
  gid_t gid = getegid();
  pid_t child = pipe(ends) == 0 ? fork_into_namespaces(0) : -1;
  if (child < 0) failure.value = (uint32_t)errno;
  if (child < 0) return failure;
  if (child == 0) try_launch(ends[1], uid, gid);
  (void)close(ends[1]);
  if (read(ends[0], &failure, sizeof failure) == (ssize_t)sizeof failure) return failure;
  bool is_ended = waitpid(child, &wait_status, 0) == child && wait_status == 0;
  return is_ended ? (struct message){0, 0, 0, 0} : failure;
}

int check_launch(void) {
  struct message failure = check();
  char line[sizeof "ok 4294967295 4294967295\n"] = "";
  if (failure.step == 0) {
    strcat(line, "ok");
  } else {
    append_number(line, failure.step);
    strcat(line, " ");
    append_number(line, failure.value);
  }
  strcat(line, "\n");
  return write(STDOUT_FILENO, line, strlen(line)) == (ssize_t)strlen(line) ? 0 : STATUS_SETUP;
}
