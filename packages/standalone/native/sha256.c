// SPDX-License-Identifier: Apache-2.0
#include "sha256.h"

#include <string.h>

static const uint32_t CONSTANTS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turned(uint32_t word, int count) { return word >> count | word << (32 - count); }

static void add_block(struct sha256 *sum) {
  uint32_t words[64], state[8];
  for (int i = 0; i < 16; i++) {
    const uint8_t *at = sum->block + 4 * i;
    words[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t early = words[i - 15], late = words[i - 2];
    words[i] = words[i - 16] + (turned(early, 7) ^ turned(early, 18) ^ early >> 3) + words[i - 7] +
               (turned(late, 17) ^ turned(late, 19) ^ late >> 10);
  }
  memcpy(state, sum->state, sizeof state);
  // What moves along one place each round stays where it is, and the places turn.
  for (unsigned i = 0; i < 64; i++) {
#define AT(index) state[((index)-i) & 7]
    uint32_t choice = (AT(4) & AT(5)) ^ (~AT(4) & AT(6));
    uint32_t majority = (AT(0) & AT(1)) ^ (AT(0) & AT(2)) ^ (AT(1) & AT(2));
    uint32_t sum_e = turned(AT(4), 6) ^ turned(AT(4), 11) ^ turned(AT(4), 25);
    uint32_t sum_a = turned(AT(0), 2) ^ turned(AT(0), 13) ^ turned(AT(0), 22);
    uint32_t one = AT(7) + sum_e + choice + CONSTANTS[i] + words[i];
    AT(3) += one;
    AT(7) = one + sum_a + majority;
#undef AT
  }
  for (int i = 0; i < 8; i++) sum->state[i] += state[i];
}

void sha256_start(struct sha256 *sum) {
  *sum = (struct sha256){
      .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void sha256_add(struct sha256 *sum, const void *bytes, size_t size) {
  const uint8_t *at = bytes;
  while (size > 0) {
    size_t used = sum->size % SHA256_BLOCK_SIZE, part = SHA256_BLOCK_SIZE - used;
    if (part > size) part = size;
    memcpy(sum->block + used, at, part);
    sum->size += part;
    at += part;
    size -= part;
    if (sum->size % SHA256_BLOCK_SIZE == 0) add_block(sum);
  }
}

void sha256_end(struct sha256 *sum, uint8_t digest[SHA256_SIZE]) {
  enum { LENGTH_SIZE = 8 };
  uint8_t length[LENGTH_SIZE];
  for (int i = 0; i < LENGTH_SIZE; i++) length[i] = (uint8_t)(sum->size * 8 >> (56 - 8 * i));
  sha256_add(sum, "\x80", 1);
  while (sum->size % SHA256_BLOCK_SIZE != SHA256_BLOCK_SIZE - LENGTH_SIZE) sha256_add(sum, "", 1);
  sha256_add(sum, length, sizeof length);
  for (int i = 0; i < SHA256_SIZE; i++) digest[i] = (uint8_t)(sum->state[i / 4] >> (24 - 8 * (i % 4)));
}
