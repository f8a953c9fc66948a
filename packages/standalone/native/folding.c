// SPDX-License-Identifier: Apache-2.0
#include "folding.h"
#include "fields.h"
#include "key.h"
#include "protocol.h"

#include <stdlib.h>
#include <string.h>

extern char **environ;

// Tags that no request has.
enum { TAG_WORDS = 0x10000, TAG_VARIABLE = 0x10001 };

// What is written, and never longer than `room`.
struct output {
  char *start;
  size_t size, room;
  bool is_complete;
};

static size_t padded(size_t size) { return (size + 7) & ~(size_t)7; }

static void put(struct output *output, const void *bytes, size_t size) {
  size_t whole = padded(size);
  if (whole > output->room - output->size) {
    output->is_complete = false;
    return;
  }
  memcpy(output->start + output->size, bytes, size);
  memset(output->start + output->size + size, 0, whole - size);
  output->size += whole;
}

static void put_field(struct output *output, uint32_t tag, const void *bytes, size_t size) {
  const struct field_header header = {.tag = tag, .length = (uint32_t)size};
  put(output, &header, sizeof header);
  put(output, bytes, size);
}

static void put_words(struct output *output) {
  for (char **word = command_words(); *word != NULL; word++) put_field(output, TAG_ARG, *word, strlen(*word) + 1);
}

static void put_variable(struct output *output, const struct field *field) {
  uint32_t index, count = 0;
  while (environ[count] != NULL) count++;
  if (!read_number(field, &index) || index >= count)
    output->is_complete = false;
  else
    put_field(output, TAG_ENV, environ[index], strlen(environ[index]) + 1);
}

// The number of a variable that is passed on as it is; -1 when it is none.
static int64_t variable_of(const struct field *field) {
  for (uint32_t i = 0; environ[i] != NULL; i++)
    if (strlen(environ[i]) + 1 == field->length && memcmp(environ[i], field->bytes, field->length) == 0) return i;
  return -1;
}

static void fold_field(struct output *output, const struct field *field, bool *has_words) {
  if (field->tag == TAG_ARG) {
    if (!*has_words) put_field(output, TAG_WORDS, "", 0);
    *has_words = true;
    return;
  }
  int64_t variable = field->tag == TAG_ENV ? variable_of(field) : -1;
  const uint32_t index = (uint32_t)variable;
  if (variable < 0)
    put_field(output, field->tag, field->bytes, field->length);
  else
    put_field(output, TAG_VARIABLE, &index, sizeof index);
}

static void unfold_field(struct output *output, const struct field *field) {
  if (field->tag == TAG_WORDS)
    put_words(output);
  else if (field->tag == TAG_VARIABLE)
    put_variable(output, field);
  else
    put_field(output, field->tag, field->bytes, field->length);
}

static void put_inner(struct output *output, struct fields fields, bool folds) {
  bool has_words = false;
  struct field field;
  enum field_result result;
  while ((result = next_field(&fields, &field)) == FIELD_READ) {
    if (folds)
      fold_field(output, &field, &has_words);
    else
      unfold_field(output, &field);
  }
  if (result == FIELD_MALFORMED) output->is_complete = false;
}

// Sets the size of what begins at `start`.
static void end_request(const struct output *output, size_t start) {
  struct request_header header;
  memcpy(&header, output->start + start, sizeof header);
  header.size = (uint32_t)(output->size - start);
  memcpy(output->start + start, &header, sizeof header);
}

static void put_enter_request(struct output *output, const struct field *field, bool folds) {
  struct fields inner;
  if (!open_request(field->bytes, field->length, REQUEST_ENTER, &inner)) {
    output->is_complete = false;
    return;
  }
  size_t at = output->size;
  put_field(output, TAG_ENTER_REQUEST, field->bytes, sizeof(struct request_header));
  put_inner(output, inner, folds);
  if (!output->is_complete) return;
  end_request(output, at + sizeof(struct field_header));
  const struct field_header header = {.tag = TAG_ENTER_REQUEST,
                                      .length = (uint32_t)(output->size - at - sizeof(struct field_header))};
  memcpy(output->start + at, &header, sizeof header);
}

// `room` is enough for what comes out.
static struct request_bytes rewritten(const char *request, size_t size, size_t room, bool folds) {
  struct fields fields;
  struct field field;
  struct output output = {.start = malloc(room), .room = room, .is_complete = true};
  if (output.start == NULL || !open_request(request, size, REQUEST_SUPERVISE, &fields)) {
    free(output.start);
    return (struct request_bytes){0};
  }
  put(&output, request, sizeof(struct request_header));
  enum field_result result;
  while ((result = next_field(&fields, &field)) == FIELD_READ) {
    if (field.tag == TAG_ENTER_REQUEST)
      put_enter_request(&output, &field, folds);
    else
      put_field(&output, field.tag, field.bytes, field.length);
  }
  if (result == FIELD_MALFORMED || !output.is_complete) {
    free(output.start);
    return (struct request_bytes){0};
  }
  end_request(&output, 0);
  return (struct request_bytes){.start = output.start, .size = output.size};
}

struct request_bytes unfold_request(const char *folded, size_t size) {
  size_t room = size;
  for (char **word = command_words(); *word != NULL; word++) room += padded(strlen(*word) + 1) + 8;
  for (char **variable = environ; *variable != NULL; variable++) room += padded(strlen(*variable) + 1) + 8;
  return rewritten(folded, size, room, false);
}

struct request_bytes fold_request(const char *request, size_t size) {
  struct request_bytes folded = rewritten(request, size, size + 8, true);
  if (folded.start == NULL) return folded;
  struct request_bytes again = unfold_request(folded.start, folded.size);
  bool is_same = again.start != NULL && again.size == size && memcmp(again.start, request, size) == 0;
  free(again.start);
  if (is_same) return folded;
  free(folded.start);
  return (struct request_bytes){0};
}
