// SPDX-License-Identifier: Apache-2.0
// Usage: probe <QUESTIONS. Answers one line for each question: " act=errno" for every act that its kind stands
// for.
//
// The input is fields that each end in a NUL: the scratch directory, then for each question its kind and path.
// src/protocol.mjs writes it and lists the kinds.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_BAD_INPUT = 2, STATUS_CANNOT_UNDO = 3, INPUT_MAX = 1 << 20, PATH_LENGTH_MAX = 8192 };

static char input[INPUT_MAX];

_Noreturn void give_up(const char *what, const char *path) {
  fflush(stdout);
  fprintf(stderr, "probe: cannot %s %s: %s\n", what, path, strerror(errno));
  exit(STATUS_CANNOT_UNDO);
}

void print_outcome(const char *name, int error) { printf(" %s=%d", name, error); }

const char *join(const char *first, const char *second) {
  static char buffers[8][PATH_LENGTH_MAX];
  static unsigned turn;
  char *buffer = buffers[turn++ % 8];
  const int length = snprintf(buffer, PATH_LENGTH_MAX, "%s%s", first, second);
  if (length < 0 || length >= PATH_LENGTH_MAX) give_up("lengthen", first);
  return buffer;
}

static void try_link(const struct question *question) {
  char target[PATH_LENGTH_MAX];
  print_outcome("readlink", readlink(question->path, target, sizeof target) < 0 ? errno : 0);
  try_place(question);
}

static void answer(const struct question *question) {
  switch (question->kind) {
  case 'f':
    print_identity(question->path, AT_SYMLINK_NOFOLLOW);
    try_file(question->path);
    try_place(question);
    try_hard_links(question);
    break;
  case 'd':
    print_identity(question->path, AT_SYMLINK_NOFOLLOW);
    try_directory(question->path);
    try_place(question);
    break;
  case 'l':
    print_identity(question->path, AT_SYMLINK_NOFOLLOW);
    try_link(question);
    break;
  case 'F':
    print_identity(question->path, 0);
    try_file(question->path);
    break;
  case 'D':
    print_identity(question->path, 0);
    try_directory(question->path);
    break;
  case 'o':
    print_identity(question->path, 0);
    try_list(question->path);
    break;
  case 'm':
    try_create(question->path);
    try_make_directory(question->path);
    break;
  case 'n':
    try_create(question->path);
    break;
  case 'u':
  case 'r':
    try_remove(question->path, question->kind);
    break;
  default:
    exit(STATUS_BAD_INPUT);
  }
  putchar('\n');
}

static const char *next_field(const char **at, const char *end) {
  const char *field = *at;
  const char *nul = memchr(field, '\0', (size_t)(end - field));
  if (nul == NULL) exit(STATUS_BAD_INPUT);
  *at = nul + 1;
  return field;
}

int main(void) {
  const size_t length = fread(input, 1, sizeof input, stdin);
  if (length == sizeof input) return STATUS_BAD_INPUT;
  const char *at = input;
  const char *const end = input + length;
  const char *scratch = next_field(&at, end);
  while (at < end) {
    struct question question = {.scratch = scratch};
    question.kind = *next_field(&at, end);
    question.path = next_field(&at, end);
    answer(&question);
  }
  return fflush(stdout) == 0 ? 0 : STATUS_BAD_INPUT;
}
