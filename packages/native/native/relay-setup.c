// SPDX-License-Identifier: Apache-2.0
// What the relay takes from itself before it copies anything.
#include "descriptors.h"
#include "relay.h"
#include "signals.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int place_all(const struct relay_plan *plan) {
  int sources[RELAY_LISTENERS + ROUTES_MAX];
  int last = RELAY_LISTENERS + (int)plan->count;
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return errno;
  for (int i = 0; i < RELAY_LINK; i++) sources[i] = null;
  sources[RELAY_LINK] = plan->link;
  for (uint32_t i = 0; i < plan->count; i++) sources[RELAY_LISTENERS + i] = plan->listeners[i].socket;
  // Every source first leaves the numbers that are about to be overwritten.
  for (int i = 0; i < last; i++) {
    sources[i] = fcntl(sources[i], F_DUPFD_CLOEXEC, last);
    if (sources[i] < 0) return errno;
  }
  for (int i = 0; i < last; i++)
    if (dup3(sources[i], i, O_CLOEXEC) != i) return errno;
  return close_descriptors((unsigned)last, ~0u) == 0 ? 0 : errno;
}

static int set_limits(void) {
  struct rlimit files, no_core = {0, 0};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return errno;
  files.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) return errno;
  return setrlimit(RLIMIT_CORE, &no_core) == 0 ? 0 : errno;
}

int isolate_relay(const struct relay_plan *plan, pid_t supervisor, int *link) {
  (void)prctl(PR_SET_NAME, "sandbox-relay"); // for those who look at ps
  // The command may run as the same user in the same PID namespace.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
  if (getppid() != supervisor) _exit(STATUS_SETUP); // it died before the line above
  if (setsid() < 0) return errno;                   // what the terminal sends is for the command
  reset_signals();
  int error = place_all(plan);
  if (error != 0) return error;
  *link = RELAY_LINK;
  return set_limits();
}

int confine_relay(const struct sock_fprog *filter) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  if (filter->len == 0) return 0;
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter) == 0 ? 0 : errno;
}
