// SPDX-License-Identifier: Apache-2.0
#ifndef CLEARING_H
#define CLEARING_H

#include "protocol.h"
#include "registry.h"

#include <sys/types.h>

struct placeholder {
  const char *path;
  struct form form;
  const char *name; // last component of the path
  int parent;       // O_PATH; -1 if it was not got to
  int object;       // the directory or file; -1 if it was not made
  off_t offset;     // of its record in the owner file
  struct record record;
  bool is_noted;
  enum violation violation;
  uint32_t error;
  uint32_t moved; // number of the name that something was moved to; 0: it was not moved
};

struct placeholders {
  struct placeholder *list;
  uint32_t count;
  int registry;
  int owner; // own file
  char name[OWNER_NAME_SIZE];
};

// Removes each placeholder that no living owner has in its list, and notes violations. The registry is locked.
void clear(struct placeholders *all, const struct owners *owners);
// Notes that the placeholders are left to the next supervise.
void give_up_clearing(struct placeholders *all, int error);

#endif
