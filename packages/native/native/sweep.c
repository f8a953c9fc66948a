// SPDX-License-Identifier: Apache-2.0
// Clears away what a supervise has left that was killed.
#include "directory.h"
#include "registry.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

// False: it has to be tried again another time.
static bool remove_recorded(const struct owners *owners, const struct owner *owner, const struct record *record) {
  const char *name;
  char temporary[TEMPORARY_NAME_SIZE];
  struct found found;
  int parent = open_parent(path_of(record), &name);
  if (parent < 0) return errno != EMFILE && errno != ENFILE && errno != ENOMEM;
  temporary_name(temporary, owner->name, record->index);
  (void)remove_quietly(parent, temporary); // nearly always there is none
  bool is_done = true;
  int directory =
      record->state == RECORD_MADE ? openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
  if (directory >= 0 && look(directory, "", &found) == 0 && is_same_identity(&found.identity, &record->identity) &&
      !is_owned(owners, &found.identity))
    is_done = remove_placeholder(parent, name, directory) != EWOULDBLOCK;
  if (directory >= 0) (void)close(directory);
  (void)close(parent);
  return is_done;
}

void sweep(int registry, const struct owners *owners) {
  bool has_waited = false;
  for (const struct owner *owner = NULL; (owner = next_owner(owners, owner)) != NULL;) {
    if (owner->is_alive) continue;
    // A supervise that was killed takes its sandbox along, and this one may be a moment faster.
    if (!has_waited && owner->size > 0) {
      struct timespec moment = {0, 20 * 1000 * 1000};
      (void)nanosleep(&moment, NULL); // a signal makes it shorter, which is as good
      has_waited = true;
    }
    bool is_done = true;
    for (const struct record *record = NULL; (record = next_record(owner, record)) != NULL;)
      if (!remove_recorded(owners, owner, record)) is_done = false;
    if (is_done) (void)unlinkat(registry, owner->name, 0); // else the next one tries again
  }
}
