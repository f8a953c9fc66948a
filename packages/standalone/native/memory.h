// SPDX-License-Identifier: Apache-2.0
// What earlier starts have asked, in files of the registry of placeholders: a private directory, which is hidden
// from every command whose start is kept here.
#ifndef MEMORY_H
#define MEMORY_H

#include "trace.h"

enum { TRACES_MAX = 16 };

// What is left of a trace that was kept.
struct kept_trace {
  const char *at;
  size_t size;
};

// The traces of starts that were given the same, the newest first. They stay until this process ends. The result
// is how many there are.
uint32_t recall_traces(struct kept_trace traces[TRACES_MAX]);

// This start has depended on something that is different each time.
void forget_start(void);

// Keeps the trace of this start, which ends now, if another one can follow it. That it cannot be kept is no
// failure.
void keep_start(void);

#endif
