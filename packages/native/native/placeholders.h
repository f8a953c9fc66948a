// SPDX-License-Identifier: Apache-2.0
// The placeholders of one run: directories and files that exist on the host as long as its sandbox is mounted on
// them.
#ifndef PLACEHOLDERS_H
#define PLACEHOLDERS_H

#include "run.h"

// Sweeps the registry and makes the placeholders. Fails with the registry's or the placeholder's step.
void place_placeholders(struct run *run);

// Removes those that nobody else relies on and reports what is wrong with the others. Nothing of the sandbox may
// be left. Once, however often it is called.
void clear_placeholders(struct run *run);

// The path of the placeholder that could not be made.
const char *failed_placeholder(void);

#endif
