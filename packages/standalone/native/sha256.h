// SPDX-License-Identifier: Apache-2.0
// SHA-256. Source: FIPS 180-4.
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32, SHA256_BLOCK_SIZE = 64 };

struct sha256 {
  uint32_t state[8];
  uint64_t size;
  uint8_t block[SHA256_BLOCK_SIZE];
};

void sha256_start(struct sha256 *sum);
void sha256_add(struct sha256 *sum, const void *bytes, size_t size);
void sha256_end(struct sha256 *sum, uint8_t digest[SHA256_SIZE]);

#endif
