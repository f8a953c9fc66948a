// SPDX-License-Identifier: Apache-2.0
// Reads the operations of a native launch.
#include "request.h"

#include <limits.h>
#include <string.h>

enum { MODE_MAX = 07777, TRAVERSABLE = 0111 };

// What lies behind the header: one string, or two.
struct texts {
  struct field target;
  struct field second; // length 0: none
};

static bool read_texts(const struct field *field, struct texts *texts) {
  if (field->length < sizeof(struct operation_header)) return false;
  const char *bytes = (const char *)field->bytes + sizeof(struct operation_header);
  size_t length = field->length - sizeof(struct operation_header);
  const char *end = memchr(bytes, 0, length);
  if (end == NULL) return false;
  uint32_t size = (uint32_t)(end + 1 - bytes);
  texts->target = (struct field){field->tag, size, bytes};
  texts->second = (struct field){field->tag, (uint32_t)length - size, end + 1};
  return true;
}

static bool is_text(const struct field *field, const char *text) {
  return is_string(field) && strcmp(field->bytes, text) == 0;
}

// What a symlink can hold.
static bool is_link_text(const struct field *field) {
  return is_string(field) && field->length > 1 && field->length <= PATH_MAX;
}

static bool has_right_flags(const struct operation_header *header) {
  switch (header->type) {
  case OPERATION_ROOT:
  case OPERATION_BIND:
    return header->flags <= (BIND_WRITE | BIND_DEVICES);
  case OPERATION_MASK_DIRECTORY:
    return header->flags == 0 || header->flags == TRAVERSABLE;
  case OPERATION_DIRECTORY:
  case OPERATION_TMPFS:
    return header->flags <= MODE_MAX;
  default:
    return header->flags == 0;
  }
}

// What the whole tree starts with.
static bool is_base(const struct operation_header *header, const struct texts *texts) {
  bool is_empty = header->type == OPERATION_MASK_DIRECTORY || header->type == OPERATION_TMPFS;
  return (is_empty || header->type == OPERATION_ROOT) && is_text(&texts->target, "/") && texts->second.length == 0;
}

static bool has_right_texts(uint32_t type, const struct texts *texts) {
  bool is_single = texts->second.length == 0;
  switch (type) {
  case OPERATION_DEV:
    return is_single && is_text(&texts->target, "/dev");
  case OPERATION_PROC:
    return is_single && is_text(&texts->target, "/proc");
  case OPERATION_BIND:
    return is_plain(&texts->target) && is_plain(&texts->second);
  case OPERATION_SYMLINK:
    return is_plain(&texts->target) && is_link_text(&texts->second);
  case OPERATION_REMOUNT_READ_ONLY:
    return is_single && (is_plain(&texts->target) || is_text(&texts->target, "/"));
  case OPERATION_MASK_DIRECTORY:
  case OPERATION_MASK_FILE:
  case OPERATION_DIRECTORY:
  case OPERATION_TMPFS:
    return is_single && is_plain(&texts->target);
  default:
    return false;
  }
}

bool is_operation(const struct field *field, bool is_first) {
  struct operation_header header;
  struct texts texts;
  if (!read_texts(field, &texts)) return false;
  memcpy(&header, field->bytes, sizeof header);
  if (!has_right_flags(&header)) return false;
  return is_first ? is_base(&header, &texts) : has_right_texts(header.type, &texts);
}

bool is_expectation(uint32_t expected) {
  return expected == 0 || (expected & ~(uint32_t)ALL_NAMESPACES) == EXPECTS_NATIVE;
}

bool open_launch(const void *bytes, size_t size, struct fields *fields, struct field *enter) {
  if (!open_request(bytes, size, REQUEST_SUPERVISE, fields)) return false;
  struct fields left = *fields;
  while (next_field(&left, enter) == FIELD_READ)
    if (enter->tag == TAG_ENTER_REQUEST) return true;
  return false;
}

bool next_operation(struct fields *fields, uint32_t attempt, struct operation *operation) {
  uint32_t tag = attempt == 0 ? TAG_OPERATION : TAG_FALLBACK_OPERATION;
  struct field field;
  while (next_field(fields, &field) == FIELD_READ) {
    struct operation_header header;
    if (field.tag != tag) continue;
    memcpy(&header, field.bytes, sizeof header);
    *operation = (struct operation){.type = header.type, .flags = header.flags};
    operation->target = (const char *)field.bytes + sizeof header;
    const char *second = operation->target + strlen(operation->target) + 1;
    if (second < (const char *)field.bytes + field.length) operation->second = second;
    return true;
  }
  return false;
}

const struct operation *find_operation(const struct supervise_request *request, uint32_t attempt,
                                       uint32_t number) {
  static struct operation operation;
  struct fields fields = request->fields;
  while (number > 0 && next_operation(&fields, attempt, &operation))
    if (--number == 0) return &operation;
  return NULL;
}
