// SPDX-License-Identifier: Apache-2.0
#ifndef SUPERVISE_H
#define SUPERVISE_H

#include <stdint.h>
#include <sys/types.h>

// The whole life of `supervise CONTROL GRANTED CALLER [WATCH|- [EXPECTED]]`. `watch` is -1 where the caller is the
// parent; `expected` is 0, or EXPECTS_NATIVE with the namespaces that the request will probably ask for.
_Noreturn void supervise(int control, uint32_t granted, pid_t caller, int watch, uint32_t expected);

#endif
