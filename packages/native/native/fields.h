// SPDX-License-Identifier: Apache-2.0
// The fields that a request consists of.
#ifndef FIELDS_H
#define FIELDS_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct field {
  uint32_t tag;
  uint32_t length;
  const void *bytes;
};

// The rest of a request's fields.
struct fields {
  const unsigned char *at;
  size_t left;
};

enum field_result { FIELD_MALFORMED = -1, FIELD_NONE = 0, FIELD_READ = 1 };

// Whether the header is that of a request of `kind` and `size`; its fields are then in `fields`.
bool open_request(const void *bytes, size_t size, uint32_t kind, struct fields *fields);
enum field_result next_field(struct fields *fields, struct field *field);

bool is_string(const struct field *field);
bool is_absolute(const struct field *field);
// An absolute path of at most PATH_MAX that names something below `/` and has no empty, `.` or `..` component.
bool is_plain(const struct field *field);
// Whether it holds one u32, which is then in `number`.
bool read_number(const struct field *field, uint32_t *number);
// Whether it holds a seccomp program, which is then in `filter`.
bool read_filter(const struct field *field, struct sock_fprog *filter);

// Zeros. NULL when there is no memory.
void *map_slots(size_t size);
// A vector of all `tag` strings and a NULL, behind `spare` free slots. NULL when there is no memory.
char **collect_strings(struct fields fields, uint32_t tag, size_t count, size_t spare);

#endif
