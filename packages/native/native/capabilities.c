// SPDX-License-Identifier: Apache-2.0
// The command has no capability, and no way to gain one.
#include "enter.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NUMBERS = 32 * _LINUX_CAPABILITY_U32S_3 };

// See capabilities(7).
static const unsigned long LOCKED_BITS = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                         SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                         SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

struct sets {
  struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3];
};

static struct sets read_sets(int status) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct sets sets = {0};
  if (syscall(SYS_capget, &header, sets.words) != 0) refuse(status, STEP_CAPABILITIES, errno);
  return sets;
}

// Whatever is executed as uid 0, or with capabilities of its file, gains none.
static void forbid_gaining(int status) {
  for (unsigned long number = 0; number < NUMBERS; number++) {
    if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == 0) continue;
    if (errno == EINVAL) break; // past the kernel's last capability
    refuse(status, STEP_CAPABILITIES, errno);
  }
  int before = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
  if (before < 0) refuse(status, STEP_CAPABILITIES, errno);
  if (prctl(PR_SET_SECUREBITS, (unsigned long)before | LOCKED_BITS, 0, 0, 0) != 0)
    refuse(status, STEP_CAPABILITIES, errno);
}

void drop_capabilities(int status) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct sets sets = read_sets(status), none = {0};
  // Who may not has little left to drop, and no_new_privs keeps it from gaining more.
  if ((sets.words[CAP_TO_INDEX(CAP_SETPCAP)].effective & CAP_TO_MASK(CAP_SETPCAP)) != 0) forbid_gaining(status);
  (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); // it is checked below
  if (syscall(SYS_capset, &header, none.words) != 0) refuse(status, STEP_CAPABILITIES, errno);
}

// No effective, permitted, inheritable or ambient capability is left.
void check_capabilities(int status) {
  struct sets sets = read_sets(status);
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
    if ((sets.words[i].effective | sets.words[i].permitted | sets.words[i].inheritable) != 0)
      refuse(status, STEP_CAPABILITIES, EPERM);
  for (unsigned long number = 0; number < NUMBERS; number++) {
    int is_set = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, number, 0, 0);
    if (is_set > 0) refuse(status, STEP_CAPABILITIES, EPERM);
    if (is_set < 0 && errno == EINVAL) break; // past the kernel's last capability
    if (is_set < 0) refuse(status, STEP_CAPABILITIES, errno);
  }
}
