// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_H
#define REPORTS_H

#include "clearing.h"
#include "run.h"

void report_started(const struct run *run);
// Once, however often it is called.
void report_ended(struct run *run);
// Nothing if there is none.
void report_violation(const struct run *run, const struct placeholder *placeholder);
// With what the launcher wrote to stderr when `step` is STEP_LAUNCHER, or with the path that a step is about.
void report_failed(const struct run *run, enum step step, uint32_t value, uint32_t error);

// Keeps the last REPORT_TEXT_MAX bytes of what the launcher has written. False at its end.
bool read_errors(int pipe);
void forget_errors(void);

#endif
