// SPDX-License-Identifier: Apache-2.0
// What is in a file or directory: reading, writing, listing, creating, changing the mode.
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// The modes and the size that every object of a test's tree has, see src/disk.mjs.
enum { FILE_MODE = 0644, DIRECTORY_MODE = 0755, FILE_SIZE = 8 };

static int outcome(int result) { return result < 0 ? errno : 0; }

void print_identity(const char *path, int flags) {
  struct stat found;
  const int error = outcome(fstatat(AT_FDCWD, path, &found, flags));
  print_outcome("stat", error);
  if (error != 0) return;
  printf(" id=%u:%u:%llu", major(found.st_dev), minor(found.st_dev), (unsigned long long)found.st_ino);
}

// Opening is not enough: what is opened has to give something.
static int read_file(const char *path) {
  char content[FILE_SIZE];
  const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error = outcome((int)read(fd, content, sizeof content));
  close(fd);
  return error;
}

static int open_for_writing(const char *path) {
  const int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

void try_file(const char *path) {
  print_outcome("read", read_file(path));
  print_outcome("write", open_for_writing(path));
  print_outcome("truncate", outcome(truncate(path, FILE_SIZE)));
  print_outcome("chmod", outcome(chmod(path, FILE_MODE)));
}

void try_list(const char *path) {
  DIR *directory = opendir(path);
  if (directory == NULL) {
    print_outcome("list", errno);
    return;
  }
  unsigned names = 0;
  errno = 0;
  for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) names++;
  }
  print_outcome("list", errno);
  printf(" names=%u", names);
  closedir(directory);
}

static int create_and_remove(const char *path) {
  const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
  if (fd < 0) return errno;
  close(fd);
  if (unlink(path) != 0) give_up("remove the file made at", path);
  return 0;
}

static int make_and_remove_directory(const char *path) {
  if (mkdir(path, DIRECTORY_MODE) != 0) return errno;
  if (rmdir(path) != 0) give_up("remove the directory made at", path);
  return 0;
}

static int create_in(const char *directory) { return create_and_remove(join(directory, "/.made-by-probe")); }

void try_directory(const char *path) {
  try_list(path);
  print_outcome("create", create_in(path));
  print_outcome("mkdir", make_and_remove_directory(join(path, "/.made-by-probe")));
  print_outcome("chmod", outcome(chmod(path, DIRECTORY_MODE)));
}

// The name may be a link that leads nowhere: then the file is where the link leads.
static int create_through(const char *path) {
  char made[PATH_MAX];
  const int fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, FILE_MODE);
  if (fd < 0) return errno;
  close(fd);
  if (realpath(path, made) == NULL) give_up("find the file made through", path);
  if (unlink(made) != 0) give_up("remove the file made through", path);
  return 0;
}

void try_create(const char *path) { print_outcome("create", create_through(path)); }

void try_make_directory(const char *path) { print_outcome("mkdir", make_and_remove_directory(path)); }
