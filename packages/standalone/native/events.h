// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

// Has signals tell that a child has changed. To be called before there is one.
void watch_child_signals(void);

// From now on `call_wait` tells what comes on `control`, and how `child` ended.
void watch_child(pid_t child, int control);
