// SPDX-License-Identifier: Apache-2.0
// Acts on files by descriptors, and on descriptors.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int reopen_for_writing(int fd) {
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int again = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (again < 0) return errno;
  return outcome(write(again, "x", 1));
}

static int upgrade_descriptor(char **args) {
  int fd = open(args[0], O_RDONLY | O_CLOEXEC);
  return fd < 0 ? errno : reopen_for_writing(fd);
}

static int upgrade_path_descriptor(char **args) {
  int fd = open(args[0], O_PATH | O_CLOEXEC);
  return fd < 0 ? errno : reopen_for_writing(fd);
}

// A name for what a descriptor refers to.
static int link_descriptor(char **args) {
  char path[64];
  int fd = open(args[0], O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return outcome(linkat(AT_FDCWD, path, AT_FDCWD, args[1], AT_SYMLINK_FOLLOW));
}

static int change_mode_of_descriptor(char **args) {
  int fd = open(args[0], O_RDONLY | O_CLOEXEC);
  return fd < 0 ? errno : outcome(fchmod(fd, 0700));
}

// From a directory descriptor, with more `..` than there are directories.
static int write_by_parents(char **args) {
  char path[4096];
  int fd = open(args[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno;
  (void)snprintf(path, sizeof path, "../../../../../../../../../../../../../../../..%s", args[1]);
  int file = openat(fd, path, O_WRONLY | O_APPEND | O_CLOEXEC);
  return file < 0 ? errno : outcome(write(file, "x", 1));
}

// Whether a descriptor is open.
static int has_descriptor(char **args) { return outcome(fcntl(atoi(args[0]), F_GETFD)); }

// Prints what is open beside the three streams.
static int list_more_descriptors(char **args) {
  int error = EBADF;
  (void)args;
  for (int fd = 3; fd < 4096; fd++) {
    char path[64], target[256] = {0};
    if (fcntl(fd, F_GETFD) < 0) continue;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    (void)readlink(path, target, sizeof target - 1);
    printf("%d %s\n", fd, target);
    error = 0;
  }
  return error;
}

static int write_descriptor(char **args) { return outcome(write(atoi(args[0]), args[1], strlen(args[1]))); }

// Executes a program that inherits a directory, a file for writing and both
// ends of a socket pair, under the numbers from 40 to 43, which Node does not
// look at: `with-descriptors DIRECTORY FILE PROGRAM [ARG...]`.
static int execute_with_descriptors(char **args) {
  enum { COUNT = 4, FIRST = 40, SPARE = 60 };
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return errno;
  const int opened[COUNT] = {open(args[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                             open(args[1], O_WRONLY | O_APPEND | O_CLOEXEC), pair[0], pair[1]};
  int spare[COUNT];
  for (int i = 0; i < COUNT; i++) {
    spare[i] = fcntl(opened[i], F_DUPFD_CLOEXEC, SPARE);
    if (spare[i] < 0) return errno;
  }
  for (int i = 0; i < COUNT; i++)
    if (dup2(spare[i], FIRST + i) < 0) return errno;
  (void)execv(args[2], args + 2);
  return errno;
}

static int read_below_descriptor(char **args) {
  return outcome(openat(atoi(args[0]), args[1], O_RDONLY | O_CLOEXEC));
}

// The size of a file handle varies; this is the most that a file system asks
// for.
struct handle {
  struct file_handle header;
  unsigned char bytes[MAX_HANDLE_SZ];
};

static int open_by_handle(char **args) {
  struct handle handle = {.header.handle_bytes = MAX_HANDLE_SZ};
  int mount;
  if (name_to_handle_at(AT_FDCWD, args[0], &handle.header, &mount, 0) != 0) return errno;
  int directory = open(args[0], O_RDONLY | O_CLOEXEC);
  if (directory < 0) return errno;
  return outcome(open_by_handle_at(directory, &handle.header, O_WRONLY | O_CLOEXEC));
}

// Copies this program into memory without a name and makes the attempt of
// `args` there.
static int execute_from_memory(char **args) {
  char name[] = "probe";
  int program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  int memory = (int)syscall(SYS_memfd_create, name, 0);
  if (program < 0 || memory < 0) return errno;
  while (sendfile(memory, program, NULL, 1 << 20) > 0) continue;
  char *argv[16] = {name};
  for (int i = 0; i < 14 && args[i] != NULL; i++) argv[i + 1] = args[i];
  char *env[] = {NULL};
  (void)fexecve(memory, argv, env);
  return errno;
}

const struct attempt DESCRIPTOR_ATTEMPTS[] = {
    {"upgrade", 1, upgrade_descriptor},
    {"upgrade-path", 1, upgrade_path_descriptor},
    {"link-descriptor", 2, link_descriptor},
    {"fchmod", 1, change_mode_of_descriptor},
    {"write-by-parents", 2, write_by_parents},
    {"has-descriptor", 1, has_descriptor},
    {"more-descriptors", 0, list_more_descriptors},
    {"write-descriptor", 2, write_descriptor},
    {"read-below-descriptor", 2, read_below_descriptor},
    {"with-descriptors", 3, execute_with_descriptors},
    {"open-by-handle", 1, open_by_handle},
    {"from-memory", 1, execute_from_memory},
    {0},
};
