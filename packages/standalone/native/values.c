// SPDX-License-Identifier: Apache-2.0
#include "values.h"
#include "engine.h"
#include "snapshot.h"

#include <string.h>

value_t argument(struct arguments arguments, uint32_t index) {
  if (index >= arguments.count) return undefined_value();
  return ((const value_t *)engine_address(arguments.handles))[index];
}

double number_argument(struct arguments arguments, uint32_t index) {
  return Z_quickjsZ_qjs_get_float64(&engine, argument(arguments, index));
}

struct bytes bytes_argument(struct arguments arguments, uint32_t index) {
  // Three words of the engine's memory that facts() does not use.
  const uint32_t offset = SNAPSHOT_WORDS, length = SNAPSHOT_WORDS + 4, width = SNAPSHOT_WORDS + 8;
  value_t view = argument(arguments, index);
  value_t buffer = Z_quickjsZ_qjs_get_typed_array_buffer(&engine, view, offset, length, width);
  uint32_t start = *(uint32_t *)engine_address(offset);
  uint32_t size = *(uint32_t *)engine_address(length);
  uint32_t data = Z_quickjsZ_qjs_get_array_buffer(&engine, buffer, offset);
  Z_quickjsZ_qjs_free_value(&engine, buffer);
  return (struct bytes){.start = engine_address(data + start), .size = size};
}

struct text take_text(value_t value) {
  uint32_t address = Z_quickjsZ_qjs_get_string_len(&engine, value, SNAPSHOT_WORDS);
  if (address == 0) end_as_failed("the engine ran out of memory");
  return (struct text){
      .bytes = engine_address(address), .size = *(uint32_t *)engine_address(SNAPSHOT_WORDS), .address = address};
}

struct text text_argument(struct arguments arguments, uint32_t index) {
  return take_text(argument(arguments, index));
}

void release_text(struct text text) { Z_quickjsZ_qjs_free_cstring(&engine, text.address); }

value_t undefined_value(void) { return Z_quickjsZ_qjs_get_undefined(&engine); }

value_t number_value(double number) { return Z_quickjsZ_qjs_new_number(&engine, number); }

static uint32_t copy_in(const void *bytes, size_t size) {
  uint32_t address = Z_quickjsZ_malloc(&engine, (uint32_t)size + 1);
  if (address == 0) end_as_failed("the engine ran out of memory");
  memcpy(engine_address(address), bytes, size);
  *((char *)engine_address(address) + size) = '\0';
  return address;
}

value_t text_value(const char *text, size_t size) {
  uint32_t address = copy_in(text, size);
  value_t value = Z_quickjsZ_qjs_new_string(&engine, address, (uint32_t)size);
  Z_quickjsZ_free(&engine, address);
  return value;
}

value_t bytes_value(const void *bytes, size_t size) {
  uint32_t address = copy_in(bytes, size);
  value_t value = Z_quickjsZ_qjs_new_uint8_array(&engine, address, (uint32_t)size);
  Z_quickjsZ_free(&engine, address);
  return value;
}

value_t list_value(void) { return Z_quickjsZ_qjs_new_array(&engine); }

void add_item(value_t list, uint32_t index, value_t item) {
  (void)Z_quickjsZ_qjs_set_prop_uint32(&engine, list, index, item);
  Z_quickjsZ_qjs_free_value(&engine, item);
}

void leave_fact(size_t index, int64_t number) {
  ((double *)engine_address(SNAPSHOT_FACTS))[index] = (double)number;
  ((int64_t *)engine_address(SNAPSHOT_FACTS))[SNAPSHOT_FACT_COUNT + index] = number;
}
