// SPDX-License-Identifier: Apache-2.0
// Directories and files: how they are reached, told apart and marked.
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef SYS_statx
#error "no number of statx(2)"
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

enum { MASK_BASIC = 0x7ff, MASK_BIRTH = 0x800 };

struct kernel_time {
  int64_t seconds;
  uint32_t nanoseconds;
  int32_t reserved;
};

// struct statx of linux/stat.h, which not every libc lets be included together with its own.
struct kernel_statx {
  uint32_t mask, blksize;
  uint64_t attributes;
  uint32_t links, uid, gid;
  uint16_t mode, spare0;
  uint64_t inode, size, blocks, attributes_mask;
  struct kernel_time access, birth, change, modification;
  uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
  uint64_t spare[14];
};
_Static_assert(sizeof(struct kernel_statx) == 256, "struct statx");

static const char MARK[] = "user.linux-sandbox.placeholder";

int look(int directory, const char *name, struct found *found) {
  struct kernel_statx about;
  int flags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT;
  if (syscall(SYS_statx, directory, name, flags, MASK_BASIC | MASK_BIRTH, &about) != 0) return -1;
  bool has_birth = (about.mask & MASK_BIRTH) != 0;
  const struct kernel_time *time = has_birth ? &about.birth : &about.change;
  memset(found, 0, sizeof *found);
  found->identity.device = (uint64_t)about.dev_major << 32 | about.dev_minor;
  found->identity.inode = about.inode;
  found->identity.seconds = time->seconds;
  found->identity.nanoseconds = time->nanoseconds;
  found->identity.clock = has_birth ? CLOCK_OF_BIRTH : CLOCK_OF_CHANGE;
  found->uid = about.uid;
  found->mode = about.mode;
  found->links = about.links;
  return 0;
}

bool is_same_object(const struct identity *a, const struct identity *b) {
  return a->device == b->device && a->inode == b->inode;
}

bool is_same_identity(const struct identity *a, const struct identity *b) {
  return is_same_object(a, b) && a->seconds == b->seconds && a->nanoseconds == b->nanoseconds &&
         a->clock == b->clock;
}

// Before Linux 5.6, or in an outer container whose filter does not know openat2(2): one component at a time.
static int open_by_components(const char *path, size_t length) {
  int directory = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (size_t at = 1; directory >= 0 && at < length;) {
    char name[NAME_MAX + 1];
    size_t size = strcspn(path + at, "/");
    if (size > NAME_MAX) {
      (void)close(directory);
      errno = ENAMETOOLONG;
      return -1;
    }
    memcpy(name, path + at, size);
    name[size] = '\0';
    int next = openat(directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int error = errno;
    (void)close(directory);
    errno = error;
    directory = next;
    at += size + 1;
  }
  return directory;
}

int open_parent(const char *path, const char **name) {
  char parent[PATH_MAX];
  size_t length = (size_t)(strrchr(path, '/') - path);
  *name = path + length + 1;
  memcpy(parent, path, length);
  if (length == 0) parent[length++] = '/';
  parent[length] = '\0';
  struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                         .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  long directory = syscall(SYS_openat2, AT_FDCWD, parent, &how, sizeof how);
  if (directory >= 0 || (errno != ENOSYS && errno != EPERM)) return (int)directory;
  return open_by_components(parent, length);
}

void mark(int object) {
  static const struct timespec MARKED[2] = {{0, UTIME_OMIT}, {0, 0}};
  struct found found;
  // For whoever plans mounts and cannot read the attribute: what was changed in 1970 is a placeholder.
  (void)futimens(object, MARKED);
  if (look(object, "", &found) != 0) return;
  // Where it cannot be had, the registry alone knows.
  (void)fsetxattr(object, MARK, &found.identity.inode, sizeof found.identity.inode, 0);
}

void unmark(int object) { (void)fremovexattr(object, MARK); }

bool is_marked(int object) {
  struct found found;
  uint64_t inode;
  if (fgetxattr(object, MARK, &inode, sizeof inode) != (ssize_t)sizeof inode) return false;
  return look(object, "", &found) == 0 && found.identity.inode == inode;
}
