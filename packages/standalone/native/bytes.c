// SPDX-License-Identifier: Apache-2.0
#include "bytes.h"

#include <string.h>

static value_t call_decode(struct arguments arguments) {
  struct bytes bytes = bytes_argument(arguments, 0);
  return text_value((const char *)bytes.start, bytes.size);
}

static value_t call_encode(struct arguments arguments) {
  struct text text = text_argument(arguments, 0);
  value_t value = bytes_value(text.bytes, text.size);
  release_text(text);
  return value;
}

// Where a text first is in an array, from a place on; -1 where it is not.
static value_t call_find(struct arguments arguments) {
  struct text wanted = text_argument(arguments, 1);
  struct bytes bytes = bytes_argument(arguments, 0);
  size_t from = (size_t)number_argument(arguments, 2);
  const uint8_t *found =
      from < bytes.size ? memmem(bytes.start + from, bytes.size - from, wanted.bytes, wanted.size) : NULL;
  release_text(wanted);
  return number_value(found == NULL ? -1 : (double)(found - bytes.start));
}

static const struct {
  const char *name;
  pure_call_t *call;
} PURE_CALLS[] = {{"decode", call_decode}, {"encode", call_encode}, {"find", call_find}};

pure_call_t *pure_call_named(const char *name, size_t size) {
  for (size_t i = 0; i < sizeof PURE_CALLS / sizeof PURE_CALLS[0]; i++)
    if (strlen(PURE_CALLS[i].name) == size && memcmp(PURE_CALLS[i].name, name, size) == 0)
      return PURE_CALLS[i].call;
  return NULL;
}
