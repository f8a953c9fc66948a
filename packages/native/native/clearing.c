// SPDX-License-Identifier: Apache-2.0
// The end of placeholders: what stands at each name now, and what becomes of it.
#include "clearing.h"
#include "entry.h"
#include "listing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void note(struct placeholder *one, enum violation violation, int error) {
  one->violation = violation;
  one->error = (uint32_t)error;
}

static bool is_empty(int directory) {
  struct listing listing = {0};
  return next_name(directory, &listing) == NULL && errno == 0;
}

// Made by another supervise, after this one's had been removed. Anybody can set such a mark, so it has to be
// harmless.
static bool is_next_placeholder(const struct placeholder *one, int parent) {
  int object = open_form(parent, one->name, &one->form);
  bool is_next = object >= 0 && is_marked(object) && is_intact(object, &one->form);
  if (is_next && one->form.kind == KIND_DIRECTORY) is_next = is_empty(object);
  if (object >= 0) (void)close(object);
  return is_next;
}

// Something that was not there when the command started, in a place that the command can have got at: it may be
// the command's, so it does not stay under a name that tools outside trust. Another user's cannot be the
// command's.
static void put_aside(struct placeholder *one, int parent, const struct found *found) {
  if (is_next_placeholder(one, parent)) {
    note(one, VIOLATION_REMOVED, 0);
    return;
  }
  note(one, VIOLATION_REPLACED, 0);
  if (found->uid != geteuid()) {
    one->error = EPERM;
    return;
  }
  int number = move_aside(parent, one->name);
  if (number > 0)
    one->moved = (uint32_t)number;
  else
    one->error = (uint32_t)errno;
}

// Whether another placeholder lies in it: the command may have been allowed to leave something there.
static bool is_on_the_way(const struct placeholders *all, const struct placeholder *one) {
  size_t length = strlen(one->path);
  for (uint32_t i = 0; i < all->count; i++)
    if (strncmp(all->list[i].path, one->path, length) == 0 && all->list[i].path[length] == '/') return true;
  return false;
}

// 0 or errno.
static int try_to_remove(const struct placeholders *all, const struct placeholder *one) {
  char temporary[TEMPORARY_NAME_SIZE];
  temporary_name(temporary, all->name, one->record.index);
  struct entry entry = {one->parent, one->name, temporary, &one->form};
  return remove_placeholder(&entry, one->object);
}

// False: the next supervise has to try again.
static bool conclude(const struct placeholders *all, struct placeholder *one, int error) {
  if (error == 0 || error == ENOENT) return true;
  if (error == EWOULDBLOCK) return false; // somebody with another registry relies on it, and knows it by its mark
  if (error != ENOTEMPTY) {
    note(one, VIOLATION_LEFT, error);
    return false;
  }
  if (!is_on_the_way(all, one)) note(one, VIOLATION_FILLED, 0);
  unmark(one->object); // it belongs to whoever filled it
  return true;
}

static bool clear_one(const struct placeholders *all, struct placeholder *one, const struct owners *owners) {
  struct found own, named;
  if (one->object < 0 || one->record.state != RECORD_MADE) return true;
  if (look(one->object, "", &own) != 0) return false;
  if (look(one->parent, one->name, &named) != 0) {
    note(one, VIOLATION_REMOVED, 0);
    return true;
  }
  if (!is_same_object(&own.identity, &named.identity)) {
    put_aside(one, one->parent, &named);
    return true;
  }
  // That owner removes it. What is in it may be another placeholder of that owner.
  if (is_owned(owners, &one->record.identity)) return true;
  int error = try_to_remove(all, one);
  // In a directory like /tmp only the user who made it can remove it, and the next supervise of that user does.
  if (error == EPERM && own.uid != geteuid()) return true;
  return error == ESTALE ? clear_one(all, one, owners) : conclude(all, one, error);
}

// The command can rename the directory that a placeholder lies in, and put another one at its path.
static void check_path(struct placeholder *one) {
  const char *name;
  struct found parent, by_path, named;
  if (one->object < 0 || one->violation == VIOLATION_REPLACED) return;
  int directory = open_parent(one->path, &name);
  if (directory < 0) return;
  if (look(one->parent, "", &parent) == 0 && look(directory, "", &by_path) == 0 &&
      !is_same_object(&parent.identity, &by_path.identity) && look(directory, name, &named) == 0)
    put_aside(one, directory, &named);
  (void)close(directory);
}

void clear(struct placeholders *all, const struct owners *owners) {
  bool is_done = true;
  for (uint32_t i = all->count; i-- > 0;) {
    if (!clear_one(all, &all->list[i], owners)) is_done = false;
    check_path(&all->list[i]);
    // While the registry is locked: the next one to look would think that this run still relies on it. Closing
    // what was removed makes the file system free it, which takes longer than all the rest; the end of this
    // process does that, when the caller has been told.
    if (all->list[i].object >= 0) (void)flock(all->list[i].object, LOCK_UN);
  }
  if (is_done) (void)unlinkat(all->registry, all->name, 0); // if it fails, the next supervise finds nothing to do
}

void give_up_clearing(struct placeholders *all, int error) {
  for (uint32_t i = 0; i < all->count; i++)
    if (all->list[i].record.state == RECORD_MADE) note(&all->list[i], VIOLATION_LEFT, error);
}
