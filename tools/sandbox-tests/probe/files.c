// SPDX-License-Identifier: Apache-2.0
// Acts on files by their names.
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

static int write_open(int fd) {
  if (fd < 0) return errno;
  int error = outcome(write(fd, "x", 1));
  (void)close(fd);
  return error;
}

static int write_file(char **args) { return write_open(open(args[0], O_WRONLY | O_APPEND | O_CLOEXEC)); }

static int create_file(char **args) {
  return write_open(open(args[0], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
}

static int read_file(char **args) {
  char byte;
  int fd = open(args[0], O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  ssize_t count = read(fd, &byte, 1);
  if (count == 0) return ENODATA;
  return outcome(count);
}

static int list_directory(char **args) {
  DIR *directory = opendir(args[0]);
  if (directory == NULL) return errno;
  bool has_entry = false;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
    has_entry = has_entry || (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0);
  (void)closedir(directory);
  return has_entry ? 0 : ENODATA;
}

static int unlink_file(char **args) { return outcome(unlink(args[0])); }
static int remove_directory(char **args) { return outcome(rmdir(args[0])); }
static int make_directory(char **args) { return outcome(mkdir(args[0], 0755)); }
static int rename_file(char **args) { return outcome(rename(args[0], args[1])); }
static int link_file(char **args) { return outcome(link(args[0], args[1])); }
static int make_symlink(char **args) { return outcome(symlink(args[0], args[1])); }
static int truncate_file(char **args) { return outcome(truncate(args[0], 1)); }
static int change_owner(char **args) { return outcome(chown(args[0], geteuid(), getegid())); }

static int exchange_files(char **args) {
  return outcome(syscall(SYS_renameat2, AT_FDCWD, args[0], AT_FDCWD, args[1], RENAME_EXCHANGE));
}

static int change_mode(char **args) { return outcome(chmod(args[0], (mode_t)strtoul(args[1], NULL, 8))); }

static int change_times(char **args) {
  const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
  return outcome(utimensat(AT_FDCWD, args[0], times, 0));
}

static int set_attribute(char **args) { return outcome(setxattr(args[0], "user.probe", "x", 1, 0)); }

// Writes back the flags that the file has, with the one against dumps, which
// anyone may set.
static int change_flags(char **args) {
  int flags = 0;
  int fd = open(args[0], O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  if (ioctl(fd, FS_IOC_GETFLAGS, &flags) != 0) return errno;
  flags |= FS_NODUMP_FL;
  return outcome(ioctl(fd, FS_IOC_SETFLAGS, &flags));
}

// A link made first, then the act through it.
static int write_through_symlink(char **args) {
  if (symlink(args[0], args[1]) != 0) return errno;
  return write_file(args + 1);
}

static int write_through_link(char **args) {
  if (link(args[0], args[1]) != 0) return errno;
  return write_file(args + 1);
}

// Makes the device node and opens it.
static int make_device(char **args) {
  mode_t kind = strcmp(args[1], "block") == 0 ? S_IFBLK : S_IFCHR;
  dev_t device = makedev((unsigned)atoi(args[2]), (unsigned)atoi(args[3]));
  if (mknod(args[0], kind | 0600, device) != 0) return errno;
  return outcome(open(args[0], O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

static int open_device(char **args) { return outcome(open(args[0], O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)); }

static int read_link(char **args) {
  char target[64];
  return outcome(readlink(args[0], target, sizeof target));
}

// Writes nothing.
static int open_to_write(char **args) { return outcome(open(args[0], O_WRONLY | O_NONBLOCK | O_CLOEXEC)); }

// Directories of one process in /proc are left out: they are no settings of the
// kernel.
static bool is_process(const char *directory, const char *name) {
  return strcmp(directory, "/proc") == 0 && name[strspn(name, "0123456789")] == '\0';
}

static void walk(const char *directory) {
  DIR *stream = opendir(directory);
  if (stream == NULL) return;
  for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
    char path[4096];
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (is_process(directory, entry->d_name)) continue;
    int length = snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
    if (length < 0 || (size_t)length >= sizeof path) continue;
    if (entry->d_type == DT_DIR) walk(path);
    if (entry->d_type != DT_REG) continue;
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) continue;
    puts(path);
    (void)close(fd);
  }
  (void)closedir(stream);
}

// Prints the files below a directory that can be opened for writing.
static int list_writable(char **args) {
  walk(args[0]);
  return 0;
}

const struct attempt FILE_ATTEMPTS[] = {
    {"write", 1, write_file},
    {"create", 1, create_file},
    {"read", 1, read_file},
    {"list", 1, list_directory},
    {"unlink", 1, unlink_file},
    {"rmdir", 1, remove_directory},
    {"mkdir", 1, make_directory},
    {"rename", 2, rename_file},
    {"exchange", 2, exchange_files},
    {"link", 2, link_file},
    {"symlink", 2, make_symlink},
    {"truncate", 1, truncate_file},
    {"chown", 1, change_owner},
    {"chmod", 2, change_mode},
    {"utimens", 1, change_times},
    {"setxattr", 1, set_attribute},
    {"set-flags", 1, change_flags},
    {"write-through-symlink", 2, write_through_symlink},
    {"write-through-link", 2, write_through_link},
    {"mknod", 4, make_device},
    {"open-device", 1, open_device},
    {"open-to-write", 1, open_to_write},
    {"readlink", 1, read_link},
    {"list-writable", 1, list_writable},
    {0},
};
