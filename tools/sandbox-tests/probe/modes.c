// SPDX-License-Identifier: Apache-2.0
// Makes files with a mode, by each system call that takes one: libraries choose
// among them.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Linux 6.6; older headers lack the number, which all architectures share.
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

enum { MAKE = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC };

static mode_t mode_of(char **args) { return (mode_t)strtoul(args[1], NULL, 8); }

static int by_openat(char **args) { return outcome(syscall(SYS_openat, AT_FDCWD, args[0], MAKE, mode_of(args))); }

static int by_openat2(char **args) {
  const struct open_how how = {.flags = MAKE, .mode = mode_of(args)};
  return outcome(syscall(SYS_openat2, AT_FDCWD, args[0], &how, sizeof how));
}

// The file has no name at first; it gets the one of the argument.
static int by_temporary_file(char **args) {
  char *slash = strrchr(args[0], '/');
  *slash = '\0';
  long fd = syscall(SYS_openat, AT_FDCWD, args[0], O_TMPFILE | O_WRONLY | O_CLOEXEC, mode_of(args));
  *slash = '/';
  if (fd < 0) return errno;
  if (dup2((int)fd, STDIN_FILENO) < 0) return errno;
  return outcome(linkat(AT_FDCWD, "/proc/self/fd/0", AT_FDCWD, args[0], AT_SYMLINK_FOLLOW));
}

static int by_mknodat(char **args) {
  return outcome(syscall(SYS_mknodat, AT_FDCWD, args[0], S_IFREG | mode_of(args), 0));
}

static int by_mkdirat(char **args) { return outcome(syscall(SYS_mkdirat, AT_FDCWD, args[0], mode_of(args))); }

// The rest change the mode of what is there.
static int by_fchmod(char **args) {
  int fd = open(args[0], O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  return outcome(syscall(SYS_fchmod, fd, mode_of(args)));
}

static int by_fchmodat(char **args) { return outcome(syscall(SYS_fchmodat, AT_FDCWD, args[0], mode_of(args))); }

static int by_fchmodat2(char **args) {
  return outcome(syscall(SYS_fchmodat2, AT_FDCWD, args[0], mode_of(args), 0));
}

#ifdef SYS_open
static int by_open(char **args) { return outcome(syscall(SYS_open, args[0], MAKE, mode_of(args))); }

static int by_creat(char **args) { return outcome(syscall(SYS_creat, args[0], mode_of(args))); }

static int by_mknod(char **args) { return outcome(syscall(SYS_mknod, args[0], S_IFREG | mode_of(args), 0)); }

static int by_mkdir(char **args) { return outcome(syscall(SYS_mkdir, args[0], mode_of(args))); }

static int by_chmod(char **args) { return outcome(syscall(SYS_chmod, args[0], mode_of(args))); }
#endif

const struct attempt MODE_ATTEMPTS[] = {
    {"mode-by-openat", 2, by_openat},
    {"mode-by-openat2", 2, by_openat2},
    {"mode-by-temporary-file", 2, by_temporary_file},
    {"mode-by-mknodat", 2, by_mknodat},
    {"mode-by-mkdirat", 2, by_mkdirat},
    {"mode-by-fchmod", 2, by_fchmod},
    {"mode-by-fchmodat", 2, by_fchmodat},
    {"mode-by-fchmodat2", 2, by_fchmodat2},
#ifdef SYS_open
    {"mode-by-open", 2, by_open},
    {"mode-by-creat", 2, by_creat},
    {"mode-by-mknod", 2, by_mknod},
    {"mode-by-mkdir", 2, by_mkdir},
    {"mode-by-chmod", 2, by_chmod},
#endif
    {0},
};
