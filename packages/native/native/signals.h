// SPDX-License-Identifier: Apache-2.0
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

// Whether the signal, one of those that are passed on, ends a run which has not started.
bool ends_a_run(int number);

// Blocks the signals that are passed on, and SIGCHLD, and no others. One that is ignored (nohup) stays so: a
// blocked one would be read all the same.
bool block_signals(sigset_t *blocked);
// A descriptor to read them from; -1 and errno.
int open_signals(const sigset_t *blocked);

// Afterwards every signal has its default action and none is blocked.
void reset_signals(void);

// Ends this process by signal `number` with no core file, or where that cannot be with 128 + number.
_Noreturn void end_by_signal(int number);

// Stops this process as SIGTSTP does, and returns when it goes on. Whether SIGCONT waits to be read.
bool stop_here(void);

#endif
