// SPDX-License-Identifier: Apache-2.0
// Clears away what a supervise has left that was killed.
#include "entry.h"
#include "registry.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

// What was just being made or removed, if nothing else has that name.
static void remove_temporary(const struct entry *entry, const struct record *record) {
  struct found found;
  if (entry->form->kind == KIND_DIRECTORY) {
    (void)remove_quietly(entry->parent, entry->temporary, entry->form);
    return;
  }
  int file = open_form(entry->parent, entry->temporary, entry->form);
  if (file < 0) return;
  bool is_ours = record->state == RECORD_MADE
                     ? look(file, "", &found) == 0 && is_same_object(&found.identity, &record->identity) &&
                           is_intact(file, entry->form)
                     : is_unfinished(file, entry->form);
  if (is_ours) (void)remove_quietly(entry->parent, entry->temporary, entry->form);
  (void)close(file);
}

// False: it has to be tried again another time.
static bool remove_recorded(const struct owners *owners, const struct owner *owner, const struct record *record) {
  const char *name;
  char temporary[TEMPORARY_NAME_SIZE];
  struct found found;
  int parent = open_parent(path_of(record), &name);
  if (parent < 0) return errno != EMFILE && errno != ENFILE && errno != ENOMEM;
  temporary_name(temporary, owner->name, record->index);
  struct form form = form_of(record);
  struct entry entry = {parent, name, temporary, &form};
  remove_temporary(&entry, record); // nearly always there is none
  bool is_done = true;
  int object = record->state == RECORD_MADE ? open_form(parent, name, &form) : -1;
  if (object >= 0 && look(object, "", &found) == 0 && is_same_identity(&found.identity, &record->identity) &&
      !is_owned(owners, &found.identity))
    is_done = remove_placeholder(&entry, object) != EWOULDBLOCK;
  if (object >= 0) (void)close(object);
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
