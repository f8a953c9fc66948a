// SPDX-License-Identifier: Apache-2.0
// The system calls of the mount API of Linux 5.12, which not every libc has.
#ifndef MOUNT_CALLS_H
#define MOUNT_CALLS_H

#include <stdbool.h>
#include <stdint.h>

// A detached copy of the mount at `path` in `directory`, or at `directory` itself for "", from there on; with all
// mounts below if it is recursive. -1 and errno.
int copy_mount(int directory, const char *path, bool is_recursive);

// A detached mount of a new file system. `options` are names and values in turn, and a NULL. -1 and errno.
int make_file_system(const char *type, const char *const *options, uint64_t attributes);

// Adds MOUNT_ATTR_* to the mount, which gets no mounts from elsewhere any more; and to all below if it is
// recursive. 0, or -1 and errno.
int restrict_mount(int mount, uint64_t attributes, bool is_recursive);

// Puts a detached mount on what `path` in `directory` is, or `directory` itself for "". 0, or -1 and errno.
int attach_mount(int mount, int directory, const char *path);

int pivot_root(const char *new_root, const char *put_old);
// With everything below, at once and for all who do not hold it open.
int detach_mount(const char *path);

// close(2) that leaves errno alone.
void close_quietly(int descriptor);

#endif
