// SPDX-License-Identifier: Apache-2.0
// The native launch: a child of supervise, the first process of the new namespaces, mounts what the request says
// and goes on as enter.
#ifndef LAUNCH_H
#define LAUNCH_H

#include "request.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// launch.c
// Starts the child, whose end of the status socket is `status`. What it is to mount, it takes from there. Its pid;
// -1 and errno when the namespaces cannot be made.
pid_t start_sandbox(uint32_t namespaces, int status);

// launch-check.c
// Prints whether a native launch is possible here: `ok`, or the number of a step and an errno. The exit status.
int check_launch(void);

// launch-namespaces.c
// As fork(2), but the child is in a user namespace, a mount namespace, and those of enum namespace except for that
// of the network.
pid_t fork_into_namespaces(uint32_t namespaces);
// Each refuses unless what it is named after holds afterwards. The ids are those of before the fork.
void map_ids(int status, uid_t uid, gid_t gid);
// A network of its own, with a loopback interface. It takes the kernel longer than all other namespaces, so it is
// made where nobody waits for it.
void unshare_network(int status);

// launch-mounts.c
// Mounts the new root over `/`, where only its descriptor leads to it: the result. Refuses.
int mount_root(int status, const struct operation *base);
// 0, or -1 and errno.
int apply_operation(int root, const struct operation *operation);
// Afterwards `/` is the new root, and nothing leads to the old one. Refuses.
void enter_root(int status, int root);

// launch-places.c: minimal /dev and fresh /proc. 0, or -1 and errno.
int mount_dev(int root);
int mount_proc(int root);

// launch-targets.c
enum target_kind { TARGET_DIRECTORY, TARGET_FILE };
// Notes that what is missing in the file system of that descriptor may be made: this launch has made it, and
// nobody else sees it. 0, or -1 and errno.
int note_made(int mount);
// An O_PATH descriptor of the target, reached without a symlink. What is missing is made, with `mode`, where it
// may be. -1 and errno: EROFS where it may not be.
int open_target(int root, const char *path, enum target_kind kind, mode_t mode);
// Makes one where it may be, with the directories on the way. 0, or -1 and errno, as above.
int make_symlink(int root, const char *path, const char *text);

#endif
