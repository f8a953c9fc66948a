// SPDX-License-Identifier: Apache-2.0
// Buffers for what one side has sent and the other does not take yet.
#include "relay.h"

#include <errno.h>
#include <sys/mman.h>

// How many unused ones keep their memory, for connections that are slow now and then.
enum { WARM_MAX = 64 };

static struct {
  char **cold; // their memory was given back
  uint32_t cold_count;
  char *warm[WARM_MAX];
  uint32_t warm_count;
} pool;

static void *map(size_t size) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

int reserve_buffers(uint32_t count) {
  char *memory = map((size_t)count * BUFFER_SIZE);
  if (memory == NULL) return ENOMEM;
  pool.cold = map(count * sizeof *pool.cold);
  if (pool.cold == NULL) {
    (void)munmap(memory, (size_t)count * BUFFER_SIZE);
    return ENOMEM;
  }
  for (uint32_t i = 0; i < count; i++) pool.cold[i] = memory + (size_t)(count - 1 - i) * BUFFER_SIZE;
  pool.cold_count = count;
  return 0;
}

char *take_buffer(void) {
  return pool.warm_count > 0 ? pool.warm[--pool.warm_count] : pool.cold[--pool.cold_count];
}

void give_buffer(char *buffer) {
  if (pool.warm_count < WARM_MAX) {
    pool.warm[pool.warm_count++] = buffer;
    return;
  }
  (void)madvise(buffer, BUFFER_SIZE, MADV_DONTNEED); // fails for nothing that was mapped here
  pool.cold[pool.cold_count++] = buffer;
}
