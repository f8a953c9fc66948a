// SPDX-License-Identifier: Apache-2.0
// From the engine to the functions of the host.
#include "bytes.h"
#include "engine.h"
#include "memory.h"
#include "trace.h"
#include "values.h"

#include <string.h>

struct Z_env_instance_t;

// Where the engine is in what has been asked. What was asked before it ran is not asked again.
static uint32_t at;

static value_t list_of_texts(const struct answer *answer) {
  value_t list = list_value();
  const char *text = answer->bytes, *end = answer->bytes + answer->size;
  for (uint32_t i = 0; text < end; i++, text += strlen(text) + 1)
    add_item(list, i, text_value(text, strlen(text)));
  return list;
}

static value_t list_of_numbers(const struct answer *answer) {
  value_t list = list_value();
  for (uint32_t i = 0; i < answer->size / sizeof(int64_t); i++) {
    int64_t number;
    memcpy(&number, answer->bytes + i * sizeof number, sizeof number);
    add_item(list, i, number_value((double)number));
  }
  return list;
}

static value_t value_of(const struct answer *answer) {
  switch (answer->kind) {
  case ANSWER_NOTHING:
    return undefined_value();
  case ANSWER_NUMBER:
    return number_value((double)answer->number);
  case ANSWER_TEXT:
    return text_value(answer->bytes, answer->size);
  case ANSWER_BYTES:
    return bytes_value(answer->bytes, answer->size);
  case ANSWER_TEXTS:
    return list_of_texts(answer);
  case ANSWER_NUMBERS:
    return list_of_numbers(answer);
  }
  return undefined_value();
}

// The facts that are told, and the number of the question, by which the others can be had.
static void leave_facts(const struct answer *answer, uint32_t told, uint32_t index) {
  if (answer->fact_count == 0) return;
  for (uint32_t i = 0; i < told; i++) leave_fact(i, answer->facts[i]);
  leave_fact(told, index);
}

static void ask(uint32_t call, const struct input *inputs) {
  struct answer answer = {0};
  if (CALLS[call].call == call_exit) {
    add_entry(&own_trace, call, inputs, &answer);
    keep_start();
  }
  CALLS[call].call(inputs, &answer);
  add_entry(&own_trace, call, inputs, &answer);
}

static value_t answer_to(uint32_t call, const struct input *inputs) {
  if (at == own_trace.count) ask(call, inputs);
  const struct entry *entry = entry_at(&own_trace, at);
  if (!is_same_question(entry, call, inputs)) end_as_failed("the engine does not go the way of an earlier start");
  struct answer answer;
  read_answer(entry, &answer);
  leave_facts(&answer, CALLS[call].told, at);
  at++;
  return value_of(&answer);
}

// All texts before all bytes: to make a text moves bytes.
static value_t answer_with(uint32_t call, struct arguments arguments) {
  struct input inputs[INPUTS_MAX] = {0};
  struct text texts[INPUTS_MAX];
  const char *letters = CALLS[call].inputs;
  for (uint32_t i = 0; letters[i] != '\0'; i++) {
    if (letters[i] == 'n') inputs[i].number = (int64_t)number_argument(arguments, i);
    if (letters[i] != 't') continue;
    texts[i] = text_argument(arguments, i);
    inputs[i] = (struct input){.bytes = texts[i].bytes, .size = texts[i].size};
  }
  for (uint32_t i = 0; letters[i] != '\0'; i++) {
    if (letters[i] != 'b') continue;
    struct bytes bytes = bytes_argument(arguments, i);
    inputs[i] = (struct input){.bytes = (const char *)bytes.start, .size = bytes.size};
  }
  value_t value = answer_to(call, inputs);
  for (uint32_t i = 0; letters[i] != '\0'; i++)
    if (letters[i] == 't') release_text(texts[i]);
  return value;
}

u32 Z_envZ_host_call(struct Z_env_instance_t *env, u32 name, u32 size, u32 receiver, u32 count, u32 handles) {
  (void)env, (void)receiver;
  const struct arguments arguments = {.count = count, .handles = handles};
  const char *wanted = engine_address(name);
  pure_call_t *pure = pure_call_named(wanted, size);
  if (pure != NULL) return pure(arguments);
  uint32_t call = call_named(wanted, size);
  if (call == CALL_COUNT) end_as_failed("the engine called what is not there");
  return answer_with(call, arguments);
}
