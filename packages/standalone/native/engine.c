// SPDX-License-Identifier: Apache-2.0
#include "engine.h"
#include "snapshot.h"
#include "status.h"
#include "values.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  PAGE_SIZE_WASM = 65536,
  PAGES_MAX = ENGINE_MEMORY_SIZE / PAGE_SIZE_WASM,
  PAGES_MIN = SNAPSHOT_PAGES + 16,
  TABLE_SIZE_MAX = 1024,
  STACK_OF_HANDLER = 16384, // MINSIGSTKSZ is enough for no processor with large registers
};

Z_quickjs_instance_t engine;

// The memory of the engine as the build left it, without what is empty. @see
// snapshot.S
extern uint8_t snapshot_bytes[];

static bool is_started;

void note_started(void) { is_started = true; }

static void say(const char *text) { (void)!write(STDERR_FILENO, text, strlen(text)); }

_Noreturn void end_as_failed(const char *what) {
  say("linux-sandbox: ");
  say(what);
  say(is_started ? ", so the command was ended\n" : ", so nothing was started\n");
  say("hint: allow it more memory (ulimit -v, ulimit -s), or make the policy "
      "smaller\n");
  _exit(STATUS_SETUP);
}

// What wasm2c counts on. There is one module with one memory and one table, and
// each of its types has one number.

bool wasm_rt_is_initialized(void) { return true; }

void wasm_rt_init(void) {}

WASM_RT_NO_RETURN void wasm_rt_trap(wasm_rt_trap_t trap) {
  if (trap == WASM_RT_TRAP_OOB) end_as_failed("the engine left its memory");
  if (trap == WASM_RT_TRAP_EXHAUSTION) end_as_failed("the engine ran out of stack");
  end_as_failed("the engine gave up");
}

uint32_t wasm_rt_register_func_type(uint32_t parameters, uint32_t results, ...) {
  static uint32_t last;
  (void)parameters;
  (void)results;
  return ++last;
}

void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t *table, uint32_t size, uint32_t max) {
  static wasm_rt_funcref_t entries[TABLE_SIZE_MAX];
  (void)max;
  if (size > TABLE_SIZE_MAX) end_as_failed("the engine has too many functions");
  *table = (wasm_rt_funcref_table_t){.data = entries, .size = size, .max_size = size};
}

void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t *table) { (void)table; }

// A kernel before Linux 4.17 takes the place for a wish.
static void *reserve(size_t size) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  return mmap(engine_address(0), size, PROT_NONE, flags, -1, 0);
}

void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t max) {
  (void)pages;
  (void)max;
  size_t reserved = ENGINE_MEMORY_SIZE;
  size_t used = (size_t)SNAPSHOT_PAGES * PAGE_SIZE_WASM;
  uint8_t *data = reserve(reserved);
  // Where address space is limited: what there is.
  while (data == MAP_FAILED && reserved / 2 >= (size_t)PAGES_MIN * PAGE_SIZE_WASM) {
    reserved /= 2;
    data = reserve(reserved);
  }
  if (data != engine_address(0) || mprotect(data, used, PROT_READ | PROT_WRITE) != 0)
    end_as_failed("there is no memory for the engine");
  *memory = (wasm_rt_memory_t){.data = data,
                               .pages = SNAPSHOT_PAGES,
                               .max_pages = (uint32_t)(reserved / PAGE_SIZE_WASM),
                               .size = (uint32_t)used};
}

void wasm_rt_free_memory(wasm_rt_memory_t *memory) {
  (void)munmap(memory->data, (size_t)memory->max_pages * PAGE_SIZE_WASM);
}

void release_engine(void) {
  if (engine.w2c_memory.data != NULL) wasm_rt_free_memory(&engine.w2c_memory);
}

// Refused, the engine would throw something that the program cannot tell from a
// defect.
uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint32_t more) {
  uint32_t before = memory->pages;
  size_t size = ((size_t)before + more) * PAGE_SIZE_WASM;
  if (more > memory->max_pages - before || mprotect(memory->data, size, PROT_READ | PROT_WRITE) != 0)
    end_as_failed("the engine ran out of memory");
  memory->pages = before + more;
  memory->size = (uint32_t)size;
  return before;
}

// A thread of this size of stack has used it up, or the kernel has no page
// left.
static void end_by_fault(int number) {
  (void)number;
  end_as_failed("the engine ran out of stack or memory");
}

void catch_faults(void) {
  static uint8_t stack[STACK_OF_HANDLER];
  (void)sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
  const struct sigaction action = {.sa_handler = end_by_fault, .sa_flags = SA_ONSTACK};
  (void)sigaction(SIGSEGV, &action, NULL);
  (void)sigaction(SIGBUS, &action, NULL);
}

// The pages of the program's file become those of the engine, and are copied
// when they are written to.
static void place_snapshot(void) {
  static const struct { uint32_t offset, size; } runs[] = SNAPSHOT_RUNS;
  uint8_t *source = snapshot_bytes;
  for (size_t i = 0; i < sizeof runs / sizeof runs[0]; source += runs[i++].size) {
    uint8_t *place = engine_address(runs[i].offset);
    void *moved = mremap(source, runs[i].size, runs[i].size, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    // Pages can be larger here than those of the file.
    if (moved == MAP_FAILED) memcpy(place, source, runs[i].size);
  }
}

void start_engine(void) {
  Z_quickjs_init_module();
  Z_quickjs_instantiate(&engine, NULL, NULL);
  place_snapshot();
  engine.w2c___stack_pointer = SNAPSHOT_STACK_POINTER;
  Z_quickjsZ_qjs_set_runtime_and_context(&engine, SNAPSHOT_RUNTIME, SNAPSHOT_CONTEXT);
}

static _Noreturn void end_by_exception(void) {
  struct text text = take_text(Z_quickjsZ_qjs_get_exception(&engine));
  say("linux-sandbox: ");
  (void)!write(STDERR_FILENO, text.bytes, text.size);
  say("\n");
  end_as_failed("the engine stopped");
}

_Noreturn void run_engine(void) {
  for (;;) {
    uint32_t result = Z_quickjsZ_qjs_call(&engine, SNAPSHOT_TURN, Z_quickjsZ_qjs_get_undefined(&engine), 0, 0);
    if (Z_quickjsZ_qjs_is_exception(&engine, result) != 0) end_by_exception();
    while (Z_quickjsZ_qjs_is_job_pending(&engine) != 0)
      if ((int32_t)Z_quickjsZ_qjs_execute_pending_job(&engine) < 0) end_by_exception();
  }
}
