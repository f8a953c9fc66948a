// SPDX-License-Identifier: Apache-2.0
// What the engine imports besides the functions of the host. Nearly none of it
// is ever used.
#include "engine.h"
#include "memory.h"
#include "values.h"

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

struct Z_env_instance_t;
struct Z_wasi_snapshot_preview1_instance_t;

enum { WASI_OK = 0, WASI_BADF = 8 }; // wasi_snapshot_preview1, errno

static void store_word(uint32_t offset, uint32_t value) { *(uint32_t *)engine_address(offset) = value; }

static uint32_t load_word(uint32_t offset) { return *(uint32_t *)engine_address(offset); }

u32 Z_envZ_host_get_timezone_offset(struct Z_env_instance_t *env, u32 high, u32 low) {
  (void)env, (void)high, (void)low;
  return 0;
}

u32 Z_envZ_host_interrupt(struct Z_env_instance_t *env) {
  (void)env;
  return 0;
}

u32 Z_envZ_host_module_load(struct Z_env_instance_t *env, u32 name, u32 size) {
  (void)env, (void)name, (void)size;
  return 0;
}

u32 Z_envZ_host_module_normalize(struct Z_env_instance_t *env, u32 base, u32 name) {
  (void)env, (void)base, (void)name;
  return 0;
}

void Z_envZ_host_promise_rejection(struct Z_env_instance_t *env, u32 promise, u32 reason, u32 is_handled) {
  (void)env, (void)promise, (void)reason, (void)is_handled;
}

u32 Z_wasi_snapshot_preview1Z_clock_time_get(struct Z_wasi_snapshot_preview1_instance_t *wasi, u32 id,
                                             u64 precision, u32 result) {
  (void)wasi, (void)precision;
  forget_start();
  struct timespec now;
  clock_gettime(id == 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
  *(uint64_t *)engine_address(result) = (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
  return WASI_OK;
}

u32 Z_wasi_snapshot_preview1Z_fd_close(struct Z_wasi_snapshot_preview1_instance_t *wasi, u32 descriptor) {
  (void)wasi, (void)descriptor;
  return WASI_BADF;
}

u32 Z_wasi_snapshot_preview1Z_fd_fdstat_get(struct Z_wasi_snapshot_preview1_instance_t *wasi, u32 descriptor,
                                            u32 result) {
  (void)wasi, (void)descriptor, (void)result;
  return WASI_BADF;
}

u32 Z_wasi_snapshot_preview1Z_fd_seek(struct Z_wasi_snapshot_preview1_instance_t *wasi, u32 descriptor, u64 offset,
                                      u32 whence, u32 result) {
  (void)wasi, (void)descriptor, (void)offset, (void)whence, (void)result;
  return WASI_BADF;
}

// What the engine has to say when it gives up.
u32 Z_wasi_snapshot_preview1Z_fd_write(struct Z_wasi_snapshot_preview1_instance_t *wasi, u32 descriptor,
                                       u32 vectors, u32 count, u32 result) {
  (void)wasi, (void)descriptor;
  uint32_t total = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t size = load_word(vectors + 8 * i + 4);
    (void)!write(STDERR_FILENO, engine_address(load_word(vectors + 8 * i)), size);
    total += size;
  }
  store_word(result, total);
  return WASI_OK;
}

u32 Z_wasi_snapshot_preview1Z_random_get(struct Z_wasi_snapshot_preview1_instance_t *wasi, u32 bytes, u32 size) {
  (void)wasi;
  forget_start();
  (void)!getrandom(engine_address(bytes), size, 0);
  return WASI_OK;
}
