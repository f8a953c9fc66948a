// SPDX-License-Identifier: Apache-2.0
// A trace: what a start has asked the host, and the answers, in order. The engine is a machine without any other
// input, so two starts with the same answers go the same way.
#ifndef TRACE_H
#define TRACE_H

#include "calls.h"

struct entry {
  uint32_t size; // with all that follows; a multiple of 8
  uint16_t call;
  uint16_t kind; // of the answer
  int64_t number;
  uint32_t answer_size;
  uint32_t fact_count;
};
_Static_assert(sizeof(struct entry) == 24, "what follows is aligned");

// Starts as {0}.
struct trace {
  char *bytes;
  size_t size, room;
  uint32_t *places; // of the entries, in `bytes`
  uint32_t count, place_room;
};

// What this start has asked until now.
extern struct trace own_trace;

void add_entry(struct trace *trace, uint32_t call, const struct input *inputs, const struct answer *answer);
const struct entry *entry_at(const struct trace *trace, uint32_t index);

// They point into the entry.
void read_inputs(const struct entry *entry, struct input inputs[INPUTS_MAX]);
void read_answer(const struct entry *entry, struct answer *answer);

bool is_same_question(const struct entry *entry, uint32_t call, const struct input *inputs);
// Whether a start that had one answer goes the same way with the other.
bool is_same_answer(const struct entry *one, const struct entry *other);

// The entry at the start of what somebody has kept; NULL when there is none that is whole.
const struct entry *read_entry(const char *bytes, size_t size);

#endif
