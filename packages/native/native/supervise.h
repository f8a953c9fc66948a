// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <stdint.h>
#include <sys/types.h>

// The whole life of `supervise CONTROL GRANTED CALLER [WATCH]`. `watch` is -1 where the caller is the parent.
_Noreturn void supervise(int control, uint32_t granted, pid_t caller, int watch);

#endif
