// SPDX-License-Identifier: Apache-2.0
// Makes, removes and renames entries of other people's directories, as if nothing had happened.
#ifndef ENTRY_H
#define ENTRY_H

#include "form.h"

#include <stdint.h>

// A placeholder `name` in `parent`, which is made and removed by way of `temporary`, a name that nobody else uses.
struct entry {
  int parent;
  const char *name;
  const char *temporary;
  const struct form *form;
};

// Makes it, so that it never has its name before `note` was called with a descriptor of it. The descriptor, with
// the lock that tells that the placeholder is relied upon; -1 and errno, EEXIST when something has that name.
struct making {
  struct entry entry;
  void (*note)(void *context, int object);
  void *context;
};
int make_placeholder(const struct making *making);

// Removes an empty directory, or a file with whatever is in it; 0 or errno. The parent keeps its time of
// modification.
int remove_quietly(int parent, const char *name, const struct form *form);

// Removes it, of which `object` is a descriptor, if nothing was put into it and nobody relies on it: 0, or errno:
// EWOULDBLOCK when somebody does, ENOTEMPTY when it was filled, ESTALE when that name changed hands at this
// moment.
int remove_placeholder(const struct entry *entry, int object);

#define MOVED_SUFFIX ".linux-sandbox-moved-"

// Appends `number` in decimal to `text`, which has room for it.
void append_number(char *text, uint32_t number);

// Gives `name` another one, `<name>.linux-sandbox-moved-<N>` with the first N that is free: N, or -1 and errno.
int move_aside(int parent, const char *name);

#endif
