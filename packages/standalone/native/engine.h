// SPDX-License-Identifier: Apache-2.0
// The engine: QuickJS as WebAssembly that wasm2c has made C of, in the state
// that the build left it in.
#pragma once

#include "quickjs.h"

#include <stdint.h>

// The one instance.
extern Z_quickjs_instance_t engine;

// Where the engine says that something is, in this process.
static inline void *engine_address(uint32_t offset) { return (uint8_t *)(uintptr_t)ENGINE_MEMORY + offset; }

// From now on this process ends with a text when it leaves its memory, and a supervised command with it.
void catch_faults(void);

// Makes the engine go on where the build stopped.
void start_engine(void);

// Runs what is due, and then asks what to do next, until somebody ends this
// process.
_Noreturn void run_engine(void);

// Gives the memory of the engine back, in a process that goes on without it.
void release_engine(void);

// From now on a command may have been started: what is said of a failure
// depends on it.
void note_started(void);

// Says on stderr that it cannot go on, and ends this process. A supervised
// command ends with it.
_Noreturn void end_as_failed(const char *what);
