// SPDX-License-Identifier: Apache-2.0
#include "form.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_directory(int parent, const char *name) {
  if (mkdirat(parent, name, 0755) != 0) return -1;
  int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory >= 0) return directory;
  int error = errno;
  (void)unlinkat(parent, name, AT_REMOVEDIR);
  errno = error;
  return -1;
}

static int make_file(int parent, const char *name, const struct form *form) {
  int file = openat(parent, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (file < 0) return -1;
  ssize_t count = write(file, form->content, form->length);
  if (count == (ssize_t)form->length) return file;
  int error = count < 0 ? errno : ENOSPC;
  (void)unlinkat(parent, name, 0);
  (void)close(file);
  errno = error;
  return -1;
}

int make_form(int parent, const char *name, const struct form *form) {
  mode_t before = umask(022);
  int object = form->kind == KIND_DIRECTORY ? make_directory(parent, name) : make_file(parent, name, form);
  (void)umask(before);
  return object;
}

static int open_file(int parent, const char *name) {
  struct stat about;
  int file = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (file < 0 && (errno == ELOOP || errno == ENXIO)) errno = EISDIR; // a link; a socket
  if (file < 0) return -1;
  if (fstat(file, &about) == 0 && S_ISREG(about.st_mode)) return file;
  (void)close(file);
  errno = EISDIR;
  return -1;
}

int open_form(int parent, const char *name, const struct form *form) {
  if (form->kind == KIND_FILE) return open_file(parent, name);
  int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0 && errno == ELOOP) errno = ENOTDIR;
  return directory;
}

int unlink_form(int parent, const char *name, const struct form *form) {
  return unlinkat(parent, name, form->kind == KIND_DIRECTORY ? AT_REMOVEDIR : 0);
}

// How much of the content a file has; -1 when it has anything else.
static ssize_t matching_length(int file, const struct form *form) {
  char found[PLACEHOLDER_CONTENT_MAX + 1];
  ssize_t count = pread(file, found, sizeof found, 0);
  bool is_beginning = count >= 0 && count <= (ssize_t)form->length;
  return is_beginning && memcmp(found, form->content, (size_t)count) == 0 ? count : -1;
}

bool is_intact(int object, const struct form *form) {
  return form->kind == KIND_DIRECTORY || matching_length(object, form) == (ssize_t)form->length;
}

bool is_unfinished(int object, const struct form *form) {
  return form->kind == KIND_DIRECTORY || matching_length(object, form) >= 0;
}
