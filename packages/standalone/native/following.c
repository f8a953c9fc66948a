// SPDX-License-Identifier: Apache-2.0
#include "following.h"
#include "folding.h"
#include "memory.h"

#include <stdlib.h>

// Asks again, and adds the answer to what this start has asked.
static void ask_again(const struct entry *entry) {
  struct input inputs[INPUTS_MAX];
  struct answer answer = {0};
  read_inputs(entry, inputs);
  CALLS[entry->call].call(inputs, &answer);
  add_entry(&own_trace, entry->call, inputs, &answer);
}

// The same with the words and variables of this start; false when they cannot be put in.
static bool send_own(const struct entry *entry) {
  struct input inputs[INPUTS_MAX];
  struct answer answer = {0};
  read_inputs(entry, inputs);
  struct request_bytes request = unfold_request(inputs[0].bytes, inputs[0].size);
  if (request.start == NULL) return false;
  inputs[0] = (struct input){.bytes = request.start, .size = request.size};
  call_send(inputs, &answer);
  add_entry(&own_trace, entry->call, inputs, &answer);
  free(request.start);
  return true;
}

// The next entry of a trace; NULL at its end, and at what is never kept.
static const struct entry *next_of(const struct kept_trace *trace) {
  const struct entry *entry = read_entry(trace->at, trace->size);
  return entry == NULL || CALLS[entry->call].repetition == NEVER ? NULL : entry;
}

// Leaves those traces that go on as this start does, each behind that entry. The result is how many there are.
static uint32_t keep_same(struct kept_trace *traces, uint32_t count, uint32_t index) {
  const struct entry *own = entry_at(&own_trace, index);
  uint32_t left = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct entry *entry = next_of(&traces[i]);
    if (entry == NULL || entry->call != own->call || !is_same_answer(entry, own)) continue;
    traces[left++] = (struct kept_trace){.at = traces[i].at + entry->size, .size = traces[i].size - entry->size};
  }
  return left;
}

void follow_earlier_start(void) {
  static struct kept_trace traces[TRACES_MAX];
  uint32_t count = recall_traces(traces);
  for (uint32_t index = 0; count > 0; index++) {
    const struct entry *entry = next_of(&traces[0]);
    if (entry == NULL) return;
    if (CALLS[entry->call].call != call_send)
      ask_again(entry);
    else if (!send_own(entry))
      return;
    count = keep_same(traces, count, index);
  }
}
