// SPDX-License-Identifier: Apache-2.0
// Directories and files: how they are reached, told apart and marked. Placeholders are told apart also by those
// who come back later, when numbers of inodes may have been used again.
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

enum clock { CLOCK_OF_BIRTH = 1, CLOCK_OF_CHANGE = 2 };

struct identity {
  uint64_t device;
  uint64_t inode;
  int64_t seconds; // of birth; on a file system that does not keep it, of the last change
  uint32_t nanoseconds;
  uint32_t clock;
};
_Static_assert(sizeof(struct identity) == 32, "identity");

struct found {
  struct identity identity;
  uint32_t uid;
  uint32_t mode;
  uint32_t links;         // 0: it has been removed, and only descriptors hold it
  uint64_t device_number; // of a device file; as that of `identity.device`
  bool knows_mounts;      // whether the next one means anything: since Linux 5.8
  bool is_mount_root;
};

// What `name` in `directory` is, links not followed; the directory itself when `name` is "". -1 and errno.
int look(int directory, const char *name, struct found *found);

// The same object for sure if one of the two is held open.
bool is_same_object(const struct identity *a, const struct identity *b);
// The same object even if it was let go of meanwhile.
bool is_same_identity(const struct identity *a, const struct identity *b);

// The two parts of a device number in one.
static inline uint64_t device_of(uint32_t major, uint32_t minor) { return (uint64_t)major << 32 | minor; }

// Whether it is the null device.
bool is_null_device(const struct found *found);

// An O_PATH descriptor of what the absolute `path` names in the tree of `root`, AT_FDCWD for our own, reached
// without a symlink. `flags` O_DIRECTORY or 0. -1 and errno: ELOOP, or above it ENOTDIR, for a symlink.
int open_without_links(int root, const char *path, int flags);

// An O_PATH descriptor of the directory that `path` lies in, reached without a symlink; `*name` is the last
// component. -1 and errno.
int open_parent(const char *path, const char **name);

// Writes into a directory or file, where the file system can, that it is a placeholder.
void mark(int object);
void unmark(int object);
// Whether it was marked as such: not a copy of one.
bool is_marked(int object);

#endif
