// SPDX-License-Identifier: Apache-2.0
// The registry's files. Whether an owner lives is told by the lock on its file and never by a pid.
#include "registry.h"
#include "listing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const char OWNER_PREFIX[] = "owner-";

// Room for what all owners tell; only what is used takes memory.
enum { OWNERS_SIZE_FIRST = 64 * 1024, OWNERS_SIZE_MAX = 256 * 1024 * 1024 };

static int close_with(int descriptor, int error) {
  (void)close(descriptor);
  errno = error;
  return -1;
}

int open_registry(const char *path, bool create) {
  const char *name;
  struct stat about;
  int parent = open_parent(path, &name);
  if (parent < 0) return -1;
  // EEXIST: looked at below like one that was just made.
  if (create && mkdirat(parent, name, 0700) != 0 && errno != EEXIST) return close_with(parent, errno);
  int registry = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  int error = errno;
  (void)close(parent);
  errno = error;
  if (registry < 0) return -1;
  if (fstat(registry, &about) != 0) return close_with(registry, errno);
  if (about.st_uid != geteuid()) return close_with(registry, EPERM);
  if ((about.st_mode & 0077) != 0) return close_with(registry, EACCES);
  return registry;
}

int try_lock(int registry) {
  int lock = openat(registry, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
  if (lock < 0) return -1;
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) return close_with(lock, errno);
  return lock;
}

int make_unlisted(int registry) {
  static const char ALL[] = {'*', '\n'};
  struct stat about;
  if (mkdirat(registry, "unlisted", 0700) != 0 && errno != EEXIST) return -1;
  int file = openat(registry, "unlisted/.gitignore", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0 || fstat(file, &about) != 0) return -1;
  if (about.st_size < (off_t)sizeof ALL && pwrite(file, ALL, sizeof ALL, 0) != (ssize_t)sizeof ALL)
    return close_with(file, errno);
  (void)close(file);
  return 0;
}

int create_owner(int registry, char name[OWNER_NAME_SIZE]) {
  static const char DIGITS[] = "0123456789abcdef";
  unsigned char random[8];
  if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) return -1;
  size_t at = sizeof OWNER_PREFIX - 1;
  memcpy(name, OWNER_PREFIX, at);
  for (size_t i = 0; i < sizeof random; i++) {
    name[at++] = DIGITS[random[i] >> 4];
    name[at++] = DIGITS[random[i] & 15];
  }
  name[at] = '\0';
  int owner = openat(registry, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (owner < 0) return -1;
  if (flock(owner, LOCK_EX | LOCK_NB) != 0) return close_with(owner, errno);
  return owner;
}

void temporary_name(char name[TEMPORARY_NAME_SIZE], const char *owner, uint32_t index) {
  static const char PREFIX[] = ".linux-sandbox-";
  const char *id = owner + sizeof OWNER_PREFIX - 1;
  size_t at = sizeof PREFIX - 1;
  memcpy(name, PREFIX, at);
  memcpy(name + at, id, strlen(id));
  at += strlen(id);
  name[at++] = '-';
  for (uint32_t divisor = 1000; divisor > 0; divisor /= 10) name[at++] = (char)('0' + index / divisor % 10);
  name[at] = '\0';
}

static bool read_all(int file, char *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = read(file, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes += count;
    size -= (size_t)count;
  }
  return true;
}

// How many of `size` bytes are records that can be believed.
static size_t count_valid(const char *bytes, size_t size) {
  size_t at = 0;
  while (size - at >= sizeof(struct record)) {
    struct record record;
    memcpy(&record, bytes + at, sizeof record);
    if (record.size % 8 != 0 || record.size > size - at || record.size <= sizeof record) break;
    size_t room = record.size - sizeof record;
    if (record.path_length >= room || record.path_length == 0) break;
    const char *path = bytes + at + sizeof record;
    if (path[0] != '/' || strnlen(path, room) != record.path_length) break;
    if (record.kind != KIND_DIRECTORY && record.kind != KIND_FILE) break;
    if (record.content_length > room - record.path_length - 1) break;
    at += record.size;
  }
  return at;
}

// Makes room for `more` bytes behind those that were read. Most of the time there is enough.
static bool reserve(struct owners *owners, size_t more) {
  if (more > OWNERS_SIZE_MAX - owners->size) {
    errno = ENOSPC;
    return false;
  }
  size_t room = owners->room;
  while (room < owners->size + more) room *= 2;
  if (room == owners->room) return true;
  void *bytes = mremap((void *)owners->bytes, owners->room, room, MREMAP_MAYMOVE);
  if (bytes == MAP_FAILED) return false;
  owners->bytes = bytes;
  owners->room = room;
  return true;
}

// Adds one owner to those that were read. Owners of another version are passed over.
static int read_owner(int registry, const char *name, struct owners *owners) {
  struct owner_header header = {0, 0};
  struct stat about;
  int file = openat(registry, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return errno == ENOENT ? 0 : -1;
  if (fstat(file, &about) != 0) return close_with(file, errno);
  size_t size = (size_t)about.st_size;
  // Without the header: it was killed while it wrote, before it made anything.
  bool has_header =
      S_ISREG(about.st_mode) && size >= sizeof header && read_all(file, (char *)&header, sizeof header);
  if (has_header && (header.magic != REGISTRY_MAGIC || header.version != REGISTRY_VERSION)) {
    (void)close(file);
    return 0;
  }
  size = has_header ? size - sizeof header : 0;
  if (!reserve(owners, sizeof(struct owner) + size)) return close_with(file, errno);
  char *bytes = (char *)owners->bytes + owners->size;
  struct owner *owner = (struct owner *)bytes;
  memset(owner, 0, sizeof *owner);
  strcpy(owner->name, name);
  if (!read_all(file, bytes + sizeof *owner, size)) size = 0;
  owner->size = (uint32_t)count_valid(bytes + sizeof *owner, size);
  owner->is_alive = flock(file, LOCK_EX | LOCK_NB) != 0;
  (void)close(file);
  owners->size += sizeof *owner + owner->size;
  return 0;
}

static bool is_owner_name(const char *name) {
  size_t prefix = sizeof OWNER_PREFIX - 1;
  return strncmp(name, OWNER_PREFIX, prefix) == 0 && strlen(name) == prefix + 16 &&
         strspn(name + prefix, "0123456789abcdef") == 16;
}

int read_owners(int registry, const char *own, struct owners *owners) {
  struct listing listing = {0};
  const char *name;
  int protection = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
  void *bytes = mmap(NULL, OWNERS_SIZE_FIRST, protection, flags, -1, 0);
  owners->size = 0;
  owners->room = OWNERS_SIZE_FIRST;
  owners->bytes = bytes == MAP_FAILED ? NULL : bytes;
  if (owners->bytes == NULL || lseek(registry, 0, SEEK_SET) != 0) return -1;
  while ((name = next_name(registry, &listing)) != NULL)
    if (is_owner_name(name) && strcmp(name, own) != 0 && read_owner(registry, name, owners) != 0) return -1;
  return errno == 0 ? 0 : -1;
}

void forget_owners(struct owners *owners) {
  if (owners->bytes != NULL) (void)munmap((void *)owners->bytes, owners->room);
  owners->bytes = NULL;
  owners->size = 0;
}

const struct owner *next_owner(const struct owners *owners, const struct owner *before) {
  const char *at = before == NULL ? owners->bytes : (const char *)(before + 1) + before->size;
  return at == owners->bytes + owners->size ? NULL : (const struct owner *)at;
}

const struct record *next_record(const struct owner *owner, const struct record *before) {
  const char *first = (const char *)(owner + 1);
  const char *at = before == NULL ? first : (const char *)before + before->size;
  return at == first + owner->size ? NULL : (const struct record *)at;
}

const char *path_of(const struct record *record) { return (const char *)(record + 1); }

struct form form_of(const struct record *record) {
  const char *content = path_of(record) + record->path_length + 1;
  return (struct form){.kind = record->kind, .length = record->content_length, .content = content};
}

bool is_owned(const struct owners *owners, const struct identity *identity) {
  for (const struct owner *owner = NULL; (owner = next_owner(owners, owner)) != NULL;) {
    if (!owner->is_alive) continue;
    for (const struct record *record = NULL; (record = next_record(owner, record)) != NULL;)
      if (record->state == RECORD_MADE && is_same_object(&record->identity, identity)) return true;
  }
  return false;
}
