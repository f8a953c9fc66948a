// SPDX-License-Identifier: Apache-2.0
// What the launcher has mounted, compared with what it was told to. It follows symlinks in every path, and
// somebody may have put one there after the paths were planned.
#ifndef MOUNTS_H
#define MOUNTS_H

#include "run.h"

// Writes down what is at the source of each expected mount.
void note_sources(struct run *run);

// Fails with STEP_MOUNTS unless each expected mount is in the tree of `root`, a descriptor of the sandbox's `/` or
// -1.
void verify_mounts(struct run *run, int root);

// The target of the mount that was not as expected.
const char *failed_mount(void);

#endif
