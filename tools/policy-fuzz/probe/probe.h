// SPDX-License-Identifier: Apache-2.0
// What a command tries on one path. Every act undoes what it did, but for removing.
#ifndef PROBE_H
#define PROBE_H

// One question of the input, see main.c.
struct question {
  char kind;
  const char *path;
  const char *scratch; // a directory that can be written; "" when there is none
};

// Each prints " name=errno" for the acts that it tries, 0 for what worked.
void print_identity(const char *path, int flags);
void try_file(const char *path);
void try_directory(const char *path);
void try_list(const char *path);
void try_place(const struct question *question);
void try_hard_links(const struct question *question);
void try_create(const char *path);
void try_make_directory(const char *path);
void try_remove(const char *path, char kind);

void print_outcome(const char *name, int error);

// `first` and `second` in one buffer that holds for the next seven calls. Ends the program when they are too long.
const char *join(const char *first, const char *second);

// Ends the program, because what was done cannot be undone and no later answer would mean anything.
_Noreturn void give_up(const char *what, const char *path);

#endif
