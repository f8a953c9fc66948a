// SPDX-License-Identifier: Apache-2.0
// The name of an object: renaming, replacing, moving away, linking, removing.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

static int outcome(int result) { return result < 0 ? errno : 0; }

static void try_rename(const struct question *question) {
  const char *renamed = join(question->path, ".renamed");
  const int error = outcome(rename(question->path, renamed));
  print_outcome("rename", error);
  if (error != 0) return;
  if (rename(renamed, question->path) != 0) give_up("name back", question->path);
}

static int exchange(const char *path, const char *other) {
  return outcome((int)syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE));
}

// Another file under the name, as a program does that writes a new file and renames it over the old one.
static int replace(const char *path) {
  const char *other = join(path, ".other");
  const int fd = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return errno;
  close(fd);
  const int error = exchange(path, other);
  if (error == 0 && exchange(path, other) != 0) give_up("exchange back", path);
  if (unlink(other) != 0) give_up("remove the file beside", path);
  return error;
}

static int move_to_scratch(const struct question *question) {
  const char *moved = join(question->scratch, "/.moved-by-probe");
  const int error = outcome(rename(question->path, moved));
  if (error == 0 && rename(moved, question->path) != 0) give_up("move back", question->path);
  return error;
}

void try_place(const struct question *question) {
  try_rename(question);
  print_outcome("replace", replace(question->path));
  if (question->scratch[0] != '\0') print_outcome("move", move_to_scratch(question));
}

static int link_and_unlink(const char *path, const char *name) {
  const int error = outcome(link(path, name));
  if (error == 0 && unlink(name) != 0) give_up("remove the link to", path);
  return error;
}

void try_hard_links(const struct question *question) {
  print_outcome("link", link_and_unlink(question->path, join(question->path, ".linked")));
  if (question->scratch[0] == '\0') return;
  print_outcome("link-away", link_and_unlink(question->path, join(question->scratch, "/.linked-by-probe")));
}

void try_remove(const char *path, char kind) {
  print_outcome("remove", outcome(kind == 'r' ? rmdir(path) : unlink(path)));
}
