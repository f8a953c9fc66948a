// SPDX-License-Identifier: Apache-2.0
#include "fields.h"
#include "protocol.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>

bool open_request(const void *bytes, size_t size, uint32_t kind, struct fields *fields) {
  struct request_header header;
  if (size < sizeof header || size > REQUEST_SIZE_MAX) return false;
  memcpy(&header, bytes, sizeof header);
  if (header.magic != REQUEST_MAGIC || header.version != PROTOCOL_VERSION) return false;
  if (header.kind != kind || header.size != size) return false;
  fields->at = (const unsigned char *)bytes + sizeof header;
  fields->left = size - sizeof header;
  return true;
}

// Moves past one field. The bytes of a field lie on a multiple of 8, seen from the start of the request.
enum field_result next_field(struct fields *fields, struct field *field) {
  struct field_header header;
  if (fields->left == 0) return FIELD_NONE;
  if (fields->left < sizeof header) return FIELD_MALFORMED;
  memcpy(&header, fields->at, sizeof header);
  size_t padded = ((size_t)header.length + 7) & ~(size_t)7;
  if (padded > fields->left - sizeof header) return FIELD_MALFORMED;
  field->tag = header.tag;
  field->length = header.length;
  field->bytes = fields->at + sizeof header;
  for (size_t i = header.length; i < padded; i++)
    if (fields->at[sizeof header + i] != 0) return FIELD_MALFORMED;
  fields->at += sizeof header + padded;
  fields->left -= sizeof header + padded;
  return FIELD_READ;
}

bool is_string(const struct field *field) {
  if (field->length == 0) return false;
  const char *end = (const char *)field->bytes + field->length - 1;
  return memchr(field->bytes, 0, field->length) == end;
}

bool is_absolute(const struct field *field) { return is_string(field) && *(const char *)field->bytes == '/'; }

bool is_plain(const struct field *field) {
  if (!is_absolute(field) || field->length > PATH_MAX || field->length < sizeof "/x") return false;
  for (const char *at = field->bytes; *at == '/';) {
    size_t length = strcspn(++at, "/");
    if (length == 0 || (at[0] == '.' && (length == 1 || (length == 2 && at[1] == '.')))) return false;
    at += length;
  }
  return true;
}

bool read_number(const struct field *field, uint32_t *number) {
  if (field->length != sizeof *number) return false;
  memcpy(number, field->bytes, sizeof *number);
  return true;
}

bool read_filter(const struct field *field, struct sock_fprog *filter) {
  size_t instructions = field->length / sizeof(struct sock_filter);
  if (field->length % sizeof(struct sock_filter) != 0) return false;
  if (instructions == 0 || instructions > FILTER_LENGTH_MAX) return false;
  filter->len = (unsigned short)instructions;
  filter->filter = (struct sock_filter *)field->bytes;
  return true;
}

void *map_slots(size_t size) {
  void *slots = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return slots == MAP_FAILED ? NULL : slots;
}

char **collect_strings(struct fields fields, uint32_t tag, size_t count, size_t spare) {
  char **slots = map_slots((spare + count + 1) * sizeof(char *));
  if (slots == NULL) return NULL;
  char **strings = slots + spare;
  struct field field;
  for (size_t i = 0; next_field(&fields, &field) == FIELD_READ;)
    if (field.tag == tag) strings[i++] = (char *)field.bytes;
  return strings;
}
