// SPDX-License-Identifier: Apache-2.0
// What is rarely used of an answer is asked for once more, so that a start that did not use it can be followed
// whatever it is.
#include "trace.h"

void call_fact(const struct input *inputs, struct answer *answer) {
  struct answer known = {0};
  const struct entry *entry = entry_at(&own_trace, (uint32_t)inputs[0].number);
  if (entry != NULL) read_answer(entry, &known);
  uint64_t index = (uint64_t)inputs[1].number;
  answer->fact_count = 1;
  answer->facts[0] = index < known.fact_count ? known.facts[index] : 0;
}
