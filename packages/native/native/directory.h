// SPDX-License-Identifier: Apache-2.0
// Makes and removes empty directories in other people's directories, as if nothing had happened.
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include <stdint.h>

// Makes `name` in `parent` by way of `temporary`, so that it never stands there before `note` was called with a
// descriptor of it. The descriptor, with the lock that tells that the directory is relied upon; -1 and errno,
// EEXIST when something has that name.
struct making {
  int parent;
  const char *name;
  const char *temporary;
  void (*note)(void *context, int directory);
  void *context;
};
int make_placeholder(const struct making *making);

// Removes an empty directory; 0 or errno. The parent keeps its time of modification.
int remove_quietly(int parent, const char *name);

// Removes the placeholder `name`, of which `directory` is a descriptor, if it is empty and nobody relies on it:
// 0, or errno, EWOULDBLOCK when somebody does.
int remove_placeholder(int parent, const char *name, int directory);

#define MOVED_SUFFIX ".linux-sandbox-moved-"

// Appends `number` in decimal to `text`, which has room for it.
void append_number(char *text, uint32_t number);

// Gives `name` another one, `<name>.linux-sandbox-moved-<N>` with the first N that is free: N, or -1 and errno.
int move_aside(int parent, const char *name);

#endif
