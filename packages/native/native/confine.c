// SPDX-License-Identifier: Apache-2.0
// What enter takes from itself before the command exists.
#include "enter.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { KEYRING_ATTEMPTS = 10, KEYRING_PAUSE_NS = 5 * 1000 * 1000 };

// The session keyring is not the caller's. A kernel without keyrings, or a filter of an outer container that
// denies the call, leaves nothing to protect.
void join_session_keyring(int status) {
  struct timespec pause = {0, KEYRING_PAUSE_NS};
  for (int attempt = 0; attempt < KEYRING_ATTEMPTS; attempt++) {
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0) return;
    if (errno == ENOSYS || errno == EPERM || errno == EACCES) return;
    if (errno != EDQUOT) break;
    // Keyrings of runs that have just ended still count for a moment.
    (void)nanosleep(&pause, NULL);
    errno = EDQUOT;
  }
  refuse(status, STEP_KEYRING, errno);
}

// Nothing that runs as the same user can attach to this process or read its memory.
void become_undumpable(int status) {
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) refuse(status, STEP_DUMPABLE, errno);
}

// Else what the command leaves behind would outlive it.
void own_descendants(int status, enum lifetime lifetime) {
  if (lifetime == LIFETIME_SUBREAPER) {
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) refuse(status, STEP_SUBREAPER, errno);
  } else if (getpid() != 1) {
    refuse(status, STEP_ENTERED, EPERM);
  }
}

// The death of the launcher ends the namespace. bwrap may have set it, but a change of credentials clears it. A
// subreaper must not be killed by it: it has to end its descendants first, when the status socket hangs up.
void heed_parent_death(int status, enum lifetime lifetime) {
  int number = lifetime == LIFETIME_SUBREAPER ? 0 : SIGKILL;
  if (prctl(PR_SET_PDEATHSIG, number) != 0) refuse(status, STEP_PARENT_DEATH, errno);
}

void apply_limits(int status, struct fields fields) {
  struct field field;
  while (next_field(&fields, &field) == FIELD_READ) {
    if (field.tag != TAG_LIMIT) continue;
    struct limit limit;
    memcpy(&limit, field.bytes, sizeof limit);
    struct rlimit values = {.rlim_cur = limit.soft, .rlim_max = limit.hard};
    if (setrlimit((__typeof__(RLIMIT_NOFILE))limit.resource, &values) != 0) refuse(status, STEP_LIMITS, errno);
  }
}

void forbid_new_privileges(int status) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse(status, STEP_NO_NEW_PRIVS, errno);
}

// After this only what the filter allows can be called; there is no way back.
void load_filter(int status, const struct sock_fprog *filter) {
  if (filter->len == 0) return;
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter) != 0) refuse(status, STEP_SECCOMP, errno);
}
