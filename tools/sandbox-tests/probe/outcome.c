// SPDX-License-Identifier: Apache-2.0
// Errors by their names, so that a test reads like errno(3).
#include "probe.h"

#include <errno.h>
#include <stdio.h>

#define NAMED(error)                                                                                              \
  { error, #error }

static const struct {
  int error;
  const char *name;
} NAMES[] = {
    NAMED(EPERM),           NAMED(ENOENT),       NAMED(ESRCH),       NAMED(EINTR),       NAMED(EIO),
    NAMED(ENXIO),           NAMED(E2BIG),        NAMED(ENOEXEC),     NAMED(EBADF),       NAMED(ECHILD),
    NAMED(EAGAIN),          NAMED(ENOMEM),       NAMED(EACCES),      NAMED(EFAULT),      NAMED(ENOTBLK),
    NAMED(EBUSY),           NAMED(EEXIST),       NAMED(EXDEV),       NAMED(ENODEV),      NAMED(ENOTDIR),
    NAMED(EISDIR),          NAMED(EINVAL),       NAMED(ENFILE),      NAMED(EMFILE),      NAMED(ENOTTY),
    NAMED(ETXTBSY),         NAMED(EFBIG),        NAMED(ENOSPC),      NAMED(ESPIPE),      NAMED(EROFS),
    NAMED(EPIPE),           NAMED(ENOSYS),       NAMED(ENOTEMPTY),   NAMED(ELOOP),       NAMED(ENOKEY),
    NAMED(EDQUOT),          NAMED(ENODATA),      NAMED(EPROTOTYPE),  NAMED(ENOPROTOOPT), NAMED(EPROTONOSUPPORT),
    NAMED(EOPNOTSUPP),      NAMED(EAFNOSUPPORT), NAMED(EISCONN),     NAMED(ENOTCONN),    NAMED(ECONNREFUSED),
    NAMED(EHOSTUNREACH),    NAMED(ENETUNREACH),  NAMED(EADDRINUSE),  NAMED(ETIMEDOUT),   NAMED(EADDRNOTAVAIL),
    NAMED(ESOCKTNOSUPPORT), NAMED(ECONNRESET),   NAMED(EINPROGRESS), NAMED(ENETDOWN),
};

int outcome(long result) { return result < 0 ? errno : 0; }

void print_outcome(int error) {
  if (error == 0) {
    puts("ok");
    return;
  }
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    if (NAMES[i].error != error) continue;
    puts(NAMES[i].name);
    return;
  }
  printf("errno %d\n", error);
}
