// SPDX-License-Identifier: Apache-2.0
// A request without what each start has of its own, the words of the command and the variables: those are marks in
// a folded one. So one request does for all commands, and no variable's value is kept.
#ifndef FOLDING_H
#define FOLDING_H

#include <stdbool.h>
#include <stddef.h>

// From malloc.
struct request_bytes {
  char *start; // NULL: it cannot be had
  size_t size;
};

// NULL when unfolding it would not give the same back.
struct request_bytes fold_request(const char *request, size_t size);
struct request_bytes unfold_request(const char *folded, size_t size);

#endif
