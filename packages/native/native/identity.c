// SPDX-License-Identifier: Apache-2.0
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
enum { ATTRIBUTE_MOUNT_ROOT = 0x2000 };

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
  found->identity.device = device_of(about.dev_major, about.dev_minor);
  found->identity.inode = about.inode;
  found->identity.seconds = time->seconds;
  found->identity.nanoseconds = time->nanoseconds;
  found->identity.clock = has_birth ? CLOCK_OF_BIRTH : CLOCK_OF_CHANGE;
  found->uid = about.uid;
  found->mode = about.mode;
  found->links = about.links;
  found->device_number = device_of(about.rdev_major, about.rdev_minor);
  found->knows_mounts = (about.attributes_mask & ATTRIBUTE_MOUNT_ROOT) != 0;
  found->is_mount_root = (about.attributes & ATTRIBUTE_MOUNT_ROOT) != 0;
  return 0;
}

bool is_same_object(const struct identity *a, const struct identity *b) {
  return a->device == b->device && a->inode == b->inode;
}

bool is_same_identity(const struct identity *a, const struct identity *b) {
  return is_same_object(a, b) && a->seconds == b->seconds && a->nanoseconds == b->nanoseconds &&
         a->clock == b->clock;
}

// Source: Documentation/admin-guide/devices.txt in Linux 6.12, /dev/null.
enum { NULL_MAJOR = 1, NULL_MINOR = 3 };

bool is_null_device(const struct found *found) {
  return S_ISCHR(found->mode) && found->device_number == device_of(NULL_MAJOR, NULL_MINOR);
}

// O_PATH with O_NOFOLLOW opens a symlink instead of refusing it.
static int refuse_link(int object) {
  struct found found;
  if (object < 0 || (look(object, "", &found) == 0 && !S_ISLNK(found.mode))) return object;
  (void)close(object);
  errno = ELOOP;
  return -1;
}

// Before Linux 5.6, or in an outer container whose filter does not know openat2(2): one component at a time.
static int open_by_components(int root, const char *path, int flags) {
  int object = openat(root, root == AT_FDCWD ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (const char *at = path + 1; object >= 0 && *at != '\0';) {
    char name[NAME_MAX + 1];
    size_t size = strcspn(at, "/");
    if (size > NAME_MAX) {
      (void)close(object);
      errno = ENAMETOOLONG;
      return -1;
    }
    memcpy(name, at, size);
    name[size] = '\0';
    at += size + (at[size] == '/');
    int kind = *at == '\0' ? flags : O_DIRECTORY;
    int next = openat(object, name, O_PATH | O_NOFOLLOW | O_CLOEXEC | kind);
    int error = errno;
    (void)close(object);
    errno = error;
    object = next;
  }
  return refuse_link(object);
}

int open_without_links(int root, const char *path, int flags) {
  struct open_how how = {.flags = (unsigned)(O_PATH | O_CLOEXEC | flags),
                         .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  const char *below = path[1] == '\0' ? "." : path + 1;
  long object = syscall(SYS_openat2, root, root == AT_FDCWD ? path : below, &how, sizeof how);
  if (object >= 0 || (errno != ENOSYS && errno != EPERM)) return (int)object;
  return open_by_components(root, path, flags);
}

int open_parent(const char *path, const char **name) {
  char parent[PATH_MAX];
  size_t length = (size_t)(strrchr(path, '/') - path);
  *name = path + length + 1;
  memcpy(parent, path, length);
  if (length == 0) parent[length++] = '/';
  parent[length] = '\0';
  return open_without_links(AT_FDCWD, parent, O_DIRECTORY);
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
