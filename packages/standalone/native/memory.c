// SPDX-License-Identifier: Apache-2.0
#include "memory.h"
#include "fields.h"
#include "folding.h"
#include "key.h"
#include "listing.h"
#include "protocol.h"
#include "registry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  MEMORY_MAGIC = 0x4d42534c, // "LSBM"
  MEMORY_VERSION = 1,
  MEMORY_SIZE_MAX = 1024 * 1024,
  FILES_MAX = 32,
  NAMED_BYTES = 16, // of the key
  NAME_SIZE = sizeof "start-" + 2 * NAMED_BYTES + sizeof "-next",
};

struct memory_header {
  uint32_t magic;
  uint32_t version;
  uint64_t size; // of the whole file
  uint8_t key[SHA256_SIZE];
};
_Static_assert(sizeof(struct memory_header) % 8 == 0, "traces are aligned");

// Whether this start can be kept at all, and where.
static bool is_repeatable;
static uint8_t key[SHA256_SIZE];
static char directory[PATH_MAX];

// The traces that were found, each behind its size.
static const char *known;
static size_t known_size;

void forget_start(void) { is_repeatable = false; }

// Only in the directory that every process of this user has for what ends with the machine, whatever its variables
// say: the first of those in packages/linux-sandbox/src/registry-path.ts, which every sandbox of this user hides.
// A registry that a variable names would be hidden from no command of a start without that variable.
static bool find_registry(void) {
  char of_user[sizeof "/run/user/4294967295"], found[PATH_MAX];
  (void)snprintf(of_user, sizeof of_user, geteuid() == 0 ? "/run" : "/run/user/%u", geteuid());
  if (realpath(of_user, found) == NULL) return false;
  int size = snprintf(directory, sizeof directory, "%s/linux-sandbox", found);
  if (size < 0 || (size_t)size >= sizeof directory) return false;
  struct stat about;
  return access(lstat(directory, &about) == 0 ? directory : found, W_OK | X_OK) == 0;
}

static const char PREFIX[] = "start-";

static void name_of(char name[NAME_SIZE], const char *end) {
  char *at = stpcpy(name, PREFIX);
  for (int i = 0; i < NAMED_BYTES; i++) at += sprintf(at, "%02x", key[i]);
  (void)stpcpy(at, end);
}

static bool is_private(int file, struct stat *about) {
  return fstat(file, about) == 0 && S_ISREG(about->st_mode) && about->st_uid == geteuid() &&
         (about->st_mode & 0077) == 0 && about->st_size <= MEMORY_SIZE_MAX;
}

static bool is_ours(const char *bytes, size_t size) {
  struct memory_header header;
  if (size < sizeof header) return false;
  memcpy(&header, bytes, sizeof header);
  return header.magic == MEMORY_MAGIC && header.version == MEMORY_VERSION && header.size == size &&
         memcmp(header.key, key, sizeof key) == 0;
}

// No descriptor is open afterwards: the numbers of others are a part of the trace.
static void read_memory(void) {
  char name[NAME_SIZE];
  struct stat about;
  int registry = open_registry(directory, false);
  if (registry < 0) return;
  name_of(name, "");
  int file = openat(registry, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  (void)close(registry);
  if (file < 0) return;
  size_t size = is_private(file, &about) ? (size_t)about.st_size : 0;
  // All at once: it is never written to, only replaced.
  char *bytes = size == 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  (void)close(file);
  if (bytes == MAP_FAILED || !is_ours(bytes, size)) return;
  known = bytes + sizeof(struct memory_header);
  known_size = size - sizeof(struct memory_header);
}

// The size of the trace at `at` with the number before it; 0 when there is none.
static size_t trace_size(size_t at) {
  uint64_t size;
  if (known_size - at < sizeof size) return 0;
  memcpy(&size, known + at, sizeof size);
  return size % 8 == 0 && size <= known_size - at - sizeof size ? (size_t)size + sizeof size : 0;
}

uint32_t recall_traces(struct kept_trace traces[TRACES_MAX]) {
  uint32_t count = 0;
  is_repeatable = find_key(key) && find_registry();
  if (is_repeatable) read_memory();
  for (size_t at = 0, size; count < TRACES_MAX && (size = trace_size(at)) > 0; at += size)
    traces[count++] = (struct kept_trace){.at = known + at + sizeof(uint64_t), .size = size - sizeof(uint64_t)};
  return count;
}

// Whether what was sent makes the registry the one in which this start would be kept.
static bool names_registry(const struct input *request) {
  struct fields fields;
  struct field field;
  if (!open_request(request->bytes, request->size, REQUEST_SUPERVISE, &fields)) return false;
  while (next_field(&fields, &field) == FIELD_READ)
    if (field.tag == TAG_REGISTRY) return is_string(&field) && strcmp(field.bytes, directory) == 0;
  return false;
}

// Whether the registry was there when it was looked for: only then it is hidden from this command.
static bool found_registry(const struct entry *entry, const struct input *inputs) {
  return CALLS[entry->call].call == call_stat && entry->number == 0 && strcmp(inputs[0].bytes, directory) == 0;
}

// Adds what another start can follow; false when it cannot.
static bool add_repeatable(struct trace *trace, const struct entry *entry) {
  const struct call *call = &CALLS[entry->call];
  struct input inputs[INPUTS_MAX];
  struct answer answer;
  struct request_bytes folded = {0};
  read_inputs(entry, inputs);
  read_answer(entry, &answer);
  if (call->repetition == NEVER) return false;
  if (call->repetition == FOLLOWS) answer = (struct answer){0};
  if (call->call == call_send) {
    folded = fold_request(inputs[0].bytes, inputs[0].size);
    if (folded.start == NULL) return false;
    inputs[0] = (struct input){.bytes = folded.start, .size = folded.size};
  }
  add_entry(trace, entry->call, inputs, &answer);
  free(folded.start);
  return true;
}

// Whether all of this start could be put into `trace`, and is hidden from its command.
static bool make_repeatable(struct trace *trace) {
  bool is_there = false, is_named = false;
  for (uint32_t i = 0; i < own_trace.count; i++) {
    const struct entry *entry = entry_at(&own_trace, i);
    struct input inputs[INPUTS_MAX];
    read_inputs(entry, inputs);
    is_there = is_there || found_registry(entry, inputs);
    if (CALLS[entry->call].call == call_send) is_named = is_there && names_registry(&inputs[0]);
    if (!add_repeatable(trace, entry)) return false;
  }
  return is_named;
}

// How much of what is known has room beside `size`.
static size_t kept_size(size_t size) {
  size_t at = 0, next;
  for (uint32_t count = 1; count < TRACES_MAX && (next = trace_size(at)) > 0; count++) {
    if (size + at + next > MEMORY_SIZE_MAX) break;
    at += next;
  }
  return at;
}

static bool write_memory(int file, const struct trace *trace) {
  const uint64_t size = trace->size;
  size_t whole = sizeof(struct memory_header) + sizeof size + trace->size;
  size_t kept = kept_size(whole);
  struct memory_header header = {.magic = MEMORY_MAGIC, .version = MEMORY_VERSION, .size = whole + kept};
  memcpy(header.key, key, sizeof key);
  return write(file, &header, sizeof header) == (ssize_t)sizeof header &&
         write(file, &size, sizeof size) == (ssize_t)sizeof size &&
         write(file, trace->bytes, trace->size) == (ssize_t)trace->size &&
         (kept == 0 || write(file, known, kept) == (ssize_t)kept);
}

static bool is_before(const struct timespec *one, const struct timespec *other) {
  return one->tv_sec < other->tv_sec || (one->tv_sec == other->tv_sec && one->tv_nsec < other->tv_nsec);
}

// Removes the file that was made first when there is no room for another one.
static void make_room(int registry) {
  struct listing listing = {0};
  char oldest[NAME_SIZE];
  struct stat about;
  struct timespec since = {0};
  int count = 0;
  for (const char *name; (name = next_name(registry, &listing)) != NULL;) {
    if (strncmp(name, PREFIX, sizeof PREFIX - 1) != 0 || strlen(name) >= sizeof oldest) continue;
    if (fstatat(registry, name, &about, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (count++ > 0 && !is_before(&about.st_mtim, &since)) continue;
    since = about.st_mtim;
    (void)strcpy(oldest, name);
  }
  if (count >= FILES_MAX) (void)unlinkat(registry, oldest, 0);
}

// Of two at once, neither may be kept.
static void write_anew(int registry, const struct trace *trace) {
  char name[NAME_SIZE], next[NAME_SIZE];
  name_of(name, "");
  name_of(next, "-next");
  int file = openat(registry, next, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file >= 0 && write_memory(file, trace) && renameat(registry, next, registry, name) == 0)
    (void)close(file);
  else
    (void)unlinkat(registry, next, 0);
}

void keep_start(void) {
  struct trace trace = {0};
  if (!is_repeatable) return;
  bool is_kept = make_repeatable(&trace);
  if (sizeof(struct memory_header) + sizeof(uint64_t) + trace.size > MEMORY_SIZE_MAX) return;
  // One that was not there is made for the next start.
  int registry = open_registry(directory, true);
  if (registry < 0 || !is_kept) return;
  if (known == NULL) make_room(registry);
  write_anew(registry, &trace);
}
