// SPDX-License-Identifier: Apache-2.0
#include "trace.h"
#include "engine.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 64 * 1024, PLACES_FIRST = 512, ALIGNMENT = 8 };

struct trace own_trace;

static size_t padded(size_t size) { return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1); }

static void *grown(void *block, size_t size) {
  void *larger = realloc(block, size);
  if (larger == NULL) end_as_failed("there is no memory for what was asked");
  return larger;
}

static void make_room(struct trace *trace, size_t size) {
  while (trace->size + size > trace->room) {
    trace->room = trace->room == 0 ? ROOM_FIRST : 2 * trace->room;
    trace->bytes = grown(trace->bytes, trace->room);
  }
  if (trace->count == trace->place_room) {
    trace->place_room = trace->place_room == 0 ? PLACES_FIRST : 2 * trace->place_room;
    trace->places = grown(trace->places, trace->place_room * sizeof *trace->places);
  }
}

// A null byte is behind it, in the padding.
static void add_bytes(struct trace *trace, const void *bytes, size_t size) {
  size_t whole = padded(size + 1);
  memcpy(trace->bytes + trace->size, bytes, size);
  memset(trace->bytes + trace->size + size, 0, whole - size);
  trace->size += whole;
}

static void add_number(struct trace *trace, int64_t number) {
  memcpy(trace->bytes + trace->size, &number, sizeof number);
  trace->size += sizeof number;
}

static bool is_number(char letter) { return letter == 'n'; }

// A number takes as much as the size before bytes.
static size_t size_of_inputs(const char *letters, const struct input *inputs) {
  size_t size = 0;
  for (size_t i = 0; letters[i] != '\0'; i++)
    size += sizeof(int64_t) + (is_number(letters[i]) ? 0 : padded(inputs[i].size + 1));
  return size;
}

void add_entry(struct trace *trace, uint32_t call, const struct input *inputs, const struct answer *answer) {
  const char *letters = CALLS[call].inputs;
  size_t facts = answer->fact_count * sizeof answer->facts[0];
  size_t size = sizeof(struct entry) + facts + padded(answer->size + 1) + size_of_inputs(letters, inputs);
  make_room(trace, size);
  trace->places[trace->count++] = (uint32_t)trace->size;
  const struct entry entry = {.size = (uint32_t)size,
                              .call = (uint16_t)call,
                              .kind = (uint16_t)answer->kind,
                              .number = answer->number,
                              .answer_size = (uint32_t)answer->size,
                              .fact_count = answer->fact_count};
  memcpy(trace->bytes + trace->size, &entry, sizeof entry);
  trace->size += sizeof entry;
  memcpy(trace->bytes + trace->size, answer->facts, facts);
  trace->size += facts;
  add_bytes(trace, answer->size == 0 ? "" : answer->bytes, answer->size);
  for (size_t i = 0; letters[i] != '\0'; i++) {
    add_number(trace, is_number(letters[i]) ? inputs[i].number : (int64_t)inputs[i].size);
    if (!is_number(letters[i])) add_bytes(trace, inputs[i].bytes, inputs[i].size);
  }
}

const struct entry *entry_at(const struct trace *trace, uint32_t index) {
  return index < trace->count ? (const struct entry *)(trace->bytes + trace->places[index]) : NULL;
}

static const char *facts_of(const struct entry *entry) { return (const char *)(entry + 1); }

static const char *answer_of(const struct entry *entry) {
  return facts_of(entry) + entry->fact_count * sizeof(int64_t);
}

static const char *inputs_of(const struct entry *entry) {
  return answer_of(entry) + padded((size_t)entry->answer_size + 1);
}

void read_inputs(const struct entry *entry, struct input inputs[INPUTS_MAX]) {
  const char *at = inputs_of(entry);
  for (const char *letter = CALLS[entry->call].inputs; *letter != '\0'; letter++, inputs++) {
    *inputs = (struct input){0};
    memcpy(&inputs->number, at, sizeof inputs->number);
    at += sizeof inputs->number;
    if (is_number(*letter)) continue;
    inputs->size = (size_t)inputs->number;
    inputs->bytes = at;
    at += padded(inputs->size + 1);
  }
}

void read_answer(const struct entry *entry, struct answer *answer) {
  *answer = (struct answer){.kind = entry->kind,
                            .number = entry->number,
                            .fact_count = entry->fact_count,
                            .bytes = answer_of(entry),
                            .size = entry->answer_size};
  memcpy(answer->facts, facts_of(entry), entry->fact_count * sizeof answer->facts[0]);
}

bool is_same_question(const struct entry *entry, uint32_t call, const struct input *inputs) {
  if (entry->call != call) return false;
  struct input known[INPUTS_MAX];
  read_inputs(entry, known);
  const char *letters = CALLS[call].inputs;
  for (size_t i = 0; letters[i] != '\0'; i++) {
    if (is_number(letters[i])) {
      if (known[i].number != inputs[i].number) return false;
    } else if (known[i].size != inputs[i].size || memcmp(known[i].bytes, inputs[i].bytes, inputs[i].size) != 0)
      return false;
  }
  return true;
}

bool is_same_answer(const struct entry *one, const struct entry *other) {
  const struct call *call = &CALLS[one->call];
  if (call->repetition == FOLLOWS) return true;
  if (call->repetition == OWN) return one->number > 0 && other->number > 0;
  if (one->kind != other->kind || one->number != other->number || one->answer_size != other->answer_size ||
      one->fact_count != other->fact_count)
    return false;
  uint32_t told = one->fact_count < call->told ? one->fact_count : call->told;
  return memcmp(facts_of(one), facts_of(other), told * sizeof(int64_t)) == 0 &&
         memcmp(answer_of(one), answer_of(other), one->answer_size) == 0;
}

// Whether all that an entry says of itself is within its size, and that within `left`.
static bool is_entry(const struct entry *entry, size_t left) {
  if (left < sizeof *entry || entry->size > left || entry->size % ALIGNMENT != 0) return false;
  if (entry->call >= CALL_COUNT || entry->kind > ANSWER_NUMBERS || entry->fact_count > FACTS_MAX) return false;
  size_t used = sizeof *entry + entry->fact_count * sizeof(int64_t) + padded((size_t)entry->answer_size + 1);
  for (const char *letter = CALLS[entry->call].inputs; *letter != '\0'; letter++) {
    uint64_t size;
    if (used + sizeof size > entry->size) return false;
    memcpy(&size, (const char *)entry + used, sizeof size);
    used += sizeof size;
    if (is_number(*letter)) continue;
    if (size >= entry->size || used + padded(size + 1) > entry->size) return false;
    if (((const char *)entry)[used + size] != '\0') return false;
    used += padded(size + 1);
  }
  return used == entry->size;
}

const struct entry *read_entry(const char *bytes, size_t size) {
  const struct entry *entry = (const struct entry *)bytes;
  return is_entry(entry, size) ? entry : NULL;
}
