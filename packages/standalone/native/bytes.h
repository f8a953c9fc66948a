// SPDX-License-Identifier: Apache-2.0
// Texts as bytes. What these answer depends on nothing but what they are given.
#ifndef BYTES_H
#define BYTES_H

#include "values.h"

typedef value_t pure_call_t(struct arguments arguments);

// NULL when none has that name.
pure_call_t *pure_call_named(const char *name, size_t size);

#endif
