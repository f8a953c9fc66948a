// SPDX-License-Identifier: Apache-2.0
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DESCRIPTORS_SENT_MAX = 253 }; // SCM_MAX_FD, include/net/scm.h in Linux 6.12

// Closes every open descriptor from `first` to `last`. 0, or -1 and errno.
int close_descriptors(unsigned first, unsigned last);

// Sends one message with `count` descriptors, at most DESCRIPTORS_SENT_MAX, and does not wait for room. 0, or -1
// and errno.
int send_with_descriptors(int socket, void *bytes, size_t size, const int *descriptors, size_t count);

static inline bool bit_is_set(const uint8_t *bits, uint32_t index) { return (bits[index / 8] >> (index % 8)) & 1; }

static inline void set_bit(uint8_t *bits, uint32_t index) {
  bits[index / 8] = (uint8_t)(bits[index / 8] | 1u << (index % 8));
}

#endif
