// SPDX-License-Identifier: Apache-2.0
#include "placeholders.h"
#include "clearing.h"
#include "entry.h"
#include "registry.h"
#include "reports.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

// Everybody holds the lock for a moment only.
enum { LOCK_TRIES = 10 * 1000, LOCK_PAUSE_MS = 1, ADOPTION_TRIES = 100 };

static struct {
  struct placeholders all;
  const char *failed;
  int lock; // held while placeholders are made
  bool is_placed;
} state = {.all = {.registry = -1, .owner = -1}, .lock = -1};

const char *failed_placeholder(void) { return state.failed; }

// The registry's lock, or -1 and errno. While a run can still be given up, so it is.
static int take_lock(struct run *run, int registry, bool is_start) {
  for (int i = 0; i < LOCK_TRIES; i++) {
    int lock = try_lock(registry);
    if (lock >= 0 || errno != EWOULDBLOCK) return lock;
    struct pollfd ready[] = {{is_start ? run->signals : -1, POLLIN, 0}, {is_start ? run->caller : -1, POLLIN, 0}};
    if (poll(ready, 2, LOCK_PAUSE_MS) <= 0) continue;
    if (ready[1].revents != 0) run->caller_is_gone = true;
    if (run->caller_is_gone) fail(run, STEP_REGISTRY, ESRCH);
    if (is_interrupted(run)) fail(run, STEP_INTERRUPTED, run->interrupted_by);
  }
  errno = EWOULDBLOCK;
  return -1;
}

static bool write_all(int file, const void *bytes, size_t size) {
  for (const char *at = bytes; size > 0;) {
    ssize_t count = write(file, at, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    at += count;
    size -= (size_t)count;
  }
  return true;
}

// Told before anything is made: what is made without being told nobody would ever remove.
static bool write_owner(struct placeholders *all) {
  struct owner_header header = {REGISTRY_MAGIC, REGISTRY_VERSION};
  off_t offset = sizeof header;
  if (!write_all(all->owner, &header, sizeof header)) return false;
  // Backwards: what lies in another placeholder is removed before that.
  for (uint32_t i = all->count; i-- > 0;) {
    static const char ZEROES[8];
    struct placeholder *one = &all->list[i];
    size_t path_size = strlen(one->path) + 1, size = path_size + one->form.length;
    size_t padding = -size & 7;
    one->record.size = (uint32_t)(sizeof one->record + size + padding);
    one->record.state = RECORD_INTENDED;
    one->record.index = i;
    one->record.path_length = (uint32_t)(path_size - 1);
    one->record.kind = one->form.kind;
    one->record.content_length = one->form.length;
    one->offset = offset;
    if (!write_all(all->owner, &one->record, sizeof one->record)) return false;
    if (!write_all(all->owner, one->path, path_size)) return false;
    if (!write_all(all->owner, one->form.content, one->form.length)) return false;
    if (!write_all(all->owner, ZEROES, padding)) return false;
    offset += one->record.size;
  }
  return true;
}

static bool note_state(struct placeholder *one, enum record_state record_state) {
  struct found found;
  if (look(one->object, "", &found) != 0) return false;
  one->record.state = record_state;
  one->record.identity = found.identity;
  ssize_t size = sizeof one->record;
  return pwrite(state.all.owner, &one->record, (size_t)size, one->offset) == size;
}

static void note_made(void *context, int object) {
  struct placeholder *one = context;
  one->object = object;
  one->is_noted = note_state(one, RECORD_MADE);
}

// What is there already: made by another supervise, or none of ours. ESTALE: it is gone again.
static int adopt(struct placeholder *one, const struct owners *owners) {
  struct found named, found;
  // First: who removes it holds the other lock, and from here on nobody does.
  if (flock(one->object, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) return ESTALE;
  if (look(one->object, "", &found) != 0) return errno;
  if (look(one->parent, one->name, &named) != 0 || !is_same_object(&named.identity, &found.identity))
    return ESTALE;
  bool is_known = is_owned(owners, &found.identity) || is_marked(one->object);
  bool is_ours = is_known && is_intact(one->object, &one->form);
  return note_state(one, is_ours ? RECORD_MADE : RECORD_FOREIGN) ? 0 : errno;
}

// 0, or errno.
static int place(struct placeholder *one, const struct owners *owners) {
  char temporary[TEMPORARY_NAME_SIZE];
  temporary_name(temporary, state.all.name, one->record.index);
  struct making making = {{one->parent, one->name, temporary, &one->form}, note_made, one};
  for (int i = 0; i < ADOPTION_TRIES; i++) {
    one->object = open_form(one->parent, one->name, &one->form);
    if (one->object >= 0) {
      int error = adopt(one, owners);
      if (error != ESTALE) return error;
      (void)close(one->object);
      struct timespec moment = {0, 1000 * 1000};
      (void)nanosleep(&moment, NULL);
      continue;
    }
    if (errno != ENOENT) return errno;
    one->is_noted = true;
    one->object = make_placeholder(&making);
    if (one->object >= 0) return one->is_noted ? 0 : EIO;
    one->record.state = RECORD_INTENDED;
    if (errno != EEXIST) return errno;
  }
  return EBUSY;
}

// Those in one directory, which come one after the other, share its descriptor.
static int open_place(struct placeholder *one, const struct placeholder *before) {
  size_t length = (size_t)(strrchr(one->path, '/') - one->path);
  one->name = one->path + length + 1;
  if (before != NULL && strncmp(before->path, one->path, length + 1) == 0 &&
      before->name == before->path + length + 1) {
    one->parent = before->parent;
    return 0;
  }
  one->parent = open_parent(one->path, &one->name);
  return one->parent < 0 ? errno : 0;
}

static void place_all(struct run *run, const struct owners *owners) {
  for (uint32_t i = 0; i < state.all.count; i++) {
    struct placeholder *one = &state.all.list[i];
    int error = open_place(one, i == 0 ? NULL : one - 1);
    if (error == 0) error = place(one, owners);
    if (error == 0) continue;
    state.failed = one->path;
    fail(run, STEP_PLACEHOLDER, error);
  }
}

static void prepare_list(struct run *run) {
  const struct supervise_request *plan = &run->plan;
  size_t size = (plan->placeholder_count + 1) * sizeof *state.all.list;
  void *list = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (list == MAP_FAILED) fail(run, STEP_REGISTRY, ENOMEM);
  state.all.list = list;
  state.all.count = plan->placeholder_count;
  for (uint32_t i = 0; i < state.all.count; i++) {
    state.all.list[i].path = plan->placeholders[i].path;
    state.all.list[i].form = plan->placeholders[i].form;
    state.all.list[i].object = state.all.list[i].parent = -1;
  }
}

void place_placeholders(struct run *run) {
  bool is_needed = run->plan.placeholder_count > 0;
  struct owners owners = {NULL, 0, 0};
  if (run->plan.registry == NULL) return;
  int registry = open_registry(run->plan.registry, true);
  if (registry < 0 && !is_needed) return; // nothing that can be believed
  if (registry < 0) fail(run, STEP_REGISTRY, errno);
  state.all.registry = registry;
  int lock = take_lock(run, registry, true);
  if (lock < 0 && !is_needed) return;
  if (lock < 0 || read_owners(registry, "", &owners) != 0) fail(run, STEP_REGISTRY, errno);
  sweep(registry, &owners);
  if (is_needed) {
    prepare_list(run);
    if (make_unlisted(registry) != 0) fail(run, STEP_REGISTRY, errno);
    state.all.owner = create_owner(registry, state.all.name);
    if (state.all.owner < 0) fail(run, STEP_REGISTRY, errno);
    state.is_placed = true;
    state.lock = lock;
    if (!write_owner(&state.all)) fail(run, STEP_REGISTRY, errno);
    place_all(run, &owners);
    state.lock = -1;
  }
  forget_owners(&owners);
  (void)close(lock);
}

void clear_placeholders(struct run *run) {
  struct owners owners;
  if (!state.is_placed) return;
  state.is_placed = false;
  int lock = state.lock >= 0 ? state.lock : take_lock(run, state.all.registry, false);
  int error = lock < 0 ? errno : 0;
  if (error == 0 && read_owners(state.all.registry, state.all.name, &owners) != 0) error = errno;
  // The file stays then, without its lock, for the next supervise of this user to sweep.
  if (error == 0)
    clear(&state.all, &owners);
  else
    give_up_clearing(&state.all, error);
  if (lock >= 0) (void)close(lock);
  (void)close(state.all.owner);
  // Nobody waits for the lock while the caller reads.
  for (uint32_t i = 0; i < state.all.count; i++) report_violation(run, &state.all.list[i]);
}
