// SPDX-License-Identifier: Apache-2.0
// Values of the engine, each a handle.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef uint32_t value_t;

// The arguments of a call. One that is missing is undefined.
struct arguments {
  uint32_t count;
  uint32_t handles; // address of the first
};

// A copy in UTF-8 of a string. Always ends with a null byte.
struct text {
  const char *bytes;
  size_t size;
  uint32_t address;
};

// What is in a Uint8Array. The address holds until the engine is called again.
struct bytes {
  uint8_t *start;
  size_t size;
};

value_t argument(struct arguments arguments, uint32_t index);
double number_argument(struct arguments arguments, uint32_t index);
struct bytes bytes_argument(struct arguments arguments, uint32_t index);

// To be given back by release_text.
struct text take_text(value_t value);
struct text text_argument(struct arguments arguments, uint32_t index);
void release_text(struct text text);

value_t undefined_value(void);
value_t number_value(double number);
value_t text_value(const char *text, size_t size);
value_t bytes_value(const void *bytes, size_t size);
value_t list_value(void);
// Takes over `item`.
void add_item(value_t list, uint32_t index, value_t item);

// A number that a call gives back besides its value.
void leave_fact(size_t index, int64_t number);
