// SPDX-License-Identifier: Apache-2.0
// Reads both kinds of request: first every field is checked and counted, then the vectors are filled.
#include "request.h"
#include "launcher.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

static bool open_request(const void *bytes, size_t size, uint32_t kind, struct fields *fields) {
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

static bool is_string(const struct field *field) {
  if (field->length == 0) return false;
  const char *end = (const char *)field->bytes + field->length - 1;
  return memchr(field->bytes, 0, field->length) == end;
}

static bool is_absolute(const struct field *field) {
  return is_string(field) && *(const char *)field->bytes == '/';
}

// An absolute path of at most PATH_MAX that names something below `/` and has no empty, `.` or `..` component.
static bool is_plain(const struct field *field) {
  if (!is_absolute(field) || field->length > PATH_MAX || field->length < sizeof "/x") return false;
  for (const char *at = field->bytes; *at == '/';) {
    size_t length = strcspn(++at, "/");
    if (length == 0 || (at[0] == '.' && (length == 1 || (length == 2 && at[1] == '.')))) return false;
    at += length;
  }
  return true;
}

// A plain path and, behind its NUL, at most PLACEHOLDER_CONTENT_MAX bytes of content.
static bool is_placeholder_file(const struct field *field) {
  const char *end = memchr(field->bytes, 0, field->length);
  if (end == NULL) return false;
  struct field path = {field->tag, (uint32_t)(end + 1 - (const char *)field->bytes), field->bytes};
  return is_plain(&path) && field->length - path.length <= PLACEHOLDER_CONTENT_MAX;
}

static bool is_bound(uint32_t expectation) {
  return expectation == EXPECTATION_BOUND || expectation == EXPECTATION_BOUND_READ_ONLY;
}

// A known expectation, a plain path, and for what is bound a second one.
static bool is_mount(const struct field *field) {
  struct mount_header header;
  if (field->length < sizeof header) return false;
  memcpy(&header, field->bytes, sizeof header);
  if (header.expectation < EXPECTATION_BOUND || header.expectation > EXPECTATION_FRESH_DIRECTORY) return false;
  if (header.flags != 0) return false;
  struct field paths = {field->tag, field->length - (uint32_t)sizeof header,
                        (const char *)field->bytes + sizeof header};
  if (!is_bound(header.expectation)) return is_plain(&paths);
  const char *end = memchr(paths.bytes, 0, paths.length);
  if (end == NULL) return false;
  struct field target = {field->tag, (uint32_t)(end + 1 - (const char *)paths.bytes), paths.bytes};
  struct field source = {field->tag, paths.length - target.length, end + 1};
  return is_plain(&target) && is_plain(&source);
}

// `NAME=value` with a name.
static bool is_assignment(const struct field *field) {
  if (!is_string(field)) return false;
  const char *equals = strchr(field->bytes, '=');
  return equals != NULL && equals != (const char *)field->bytes;
}

static bool is_limit(const struct field *field) {
  struct limit limit;
  if (field->length != sizeof limit) return false;
  memcpy(&limit, field->bytes, sizeof limit);
  return limit.resource < RLIM_NLIMITS && limit.zero == 0 && limit.soft <= limit.hard;
}

// Zeros. NULL when there is no memory.
static void *map_slots(size_t size) {
  void *slots = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return slots == MAP_FAILED ? NULL : slots;
}

// A vector of all `tag` strings and a NULL, behind `spare` free slots. NULL when there is no memory.
static char **collect_strings(struct fields fields, uint32_t tag, size_t count, size_t spare) {
  char **slots = map_slots((spare + count + 1) * sizeof(char *));
  if (slots == NULL) return NULL;
  char **strings = slots + spare;
  struct field field;
  for (size_t i = 0; next_field(&fields, &field) == FIELD_READ;)
    if (field.tag == tag) strings[i++] = (char *)field.bytes;
  return strings;
}

// NULL when there is no memory.
static struct wanted_placeholder *collect_placeholders(struct fields fields, size_t count) {
  struct wanted_placeholder *slots = map_slots(count * sizeof *slots), *one = slots;
  struct field field;
  if (slots == NULL) return NULL;
  while (next_field(&fields, &field) == FIELD_READ) {
    if (field.tag != TAG_PLACEHOLDER && field.tag != TAG_PLACEHOLDER_FILE) continue;
    one->path = field.bytes;
    one->form.kind = field.tag == TAG_PLACEHOLDER ? KIND_DIRECTORY : KIND_FILE;
    one->form.content = one->path + strlen(one->path) + 1;
    one->form.length = field.length - (uint32_t)(one->form.content - one->path);
    one++;
  }
  return slots;
}

// NULL when there is no memory.
static struct expected_mount *collect_mounts(struct fields fields, size_t count) {
  struct expected_mount *slots = map_slots(count * sizeof *slots), *one = slots;
  struct field field;
  if (slots == NULL) return NULL;
  while (next_field(&fields, &field) == FIELD_READ) {
    struct mount_header header;
    if (field.tag != TAG_MOUNT) continue;
    memcpy(&header, field.bytes, sizeof header);
    one->expectation = header.expectation;
    one->target = (const char *)field.bytes + sizeof header;
    if (is_bound(header.expectation)) one->source = one->target + strlen(one->target) + 1;
    one++;
  }
  return slots;
}

static char **collect_launcher_args(struct fields fields, uint32_t tag, size_t count) {
  char **args = collect_strings(fields, tag, count, 0);
  if (args == NULL) return NULL;
  for (size_t i = 0; i < count; i++) {
    if (strcmp(args[i], "@enter") == 0) args[i] = (char *)LAUNCHER_PROGRAM_PATH;
    if (strcmp(args[i], "@status") == 0) args[i] = (char *)LAUNCHER_STATUS_WORD;
  }
  return args;
}

int parse_supervise_request(const void *bytes, size_t size, struct supervise_request *request) {
  struct fields all;
  if (!open_request(bytes, size, REQUEST_SUPERVISE, &all)) return EBADMSG;
  memset(request, 0, sizeof *request);
  size_t launchers = 0, enters = 0, reraises = 0, registries = 0, placeholders = 0, mounts = 0, args[2] = {0, 0};
  struct fields fields = all;
  struct field field;
  enum field_result result;
  while ((result = next_field(&fields, &field)) == FIELD_READ) {
    uint32_t number = 0;
    switch (field.tag) {
    case TAG_LAUNCHER:
      if (!is_absolute(&field) || launchers++ != 0) return EBADMSG;
      request->launcher = field.bytes;
      break;
    case TAG_LAUNCHER_ARG:
    case TAG_FALLBACK_ARG:
      if (!is_string(&field)) return EBADMSG;
      args[field.tag == TAG_FALLBACK_ARG]++;
      break;
    case TAG_ENTER_REQUEST:
      if (enters++ != 0) return EBADMSG;
      request->enter = field.bytes;
      request->enter_size = field.length;
      break;
    case TAG_RERAISE:
      if (field.length != sizeof number || reraises++ != 0) return EBADMSG;
      memcpy(&number, field.bytes, sizeof number);
      if (number > 1) return EBADMSG;
      request->reraise = number == 1;
      break;
    case TAG_REGISTRY:
      if (!is_plain(&field) || registries++ != 0) return EBADMSG;
      request->registry = field.bytes;
      break;
    case TAG_PLACEHOLDER:
      if (!is_plain(&field) || placeholders++ == PLACEHOLDERS_MAX) return EBADMSG;
      break;
    case TAG_PLACEHOLDER_FILE:
      if (!is_placeholder_file(&field) || placeholders++ == PLACEHOLDERS_MAX) return EBADMSG;
      break;
    case TAG_MOUNT:
      if (!is_mount(&field) || mounts++ == MOUNTS_MAX) return EBADMSG;
      break;
    default:
      return EBADMSG;
    }
  }
  if (result == FIELD_MALFORMED || launchers != 1 || enters != 1 || reraises != 1 || args[0] == 0) return EBADMSG;
  if (placeholders > 0 && registries == 0) return EBADMSG;
  request->argv[0] = collect_launcher_args(all, TAG_LAUNCHER_ARG, args[0]);
  if (request->argv[0] == NULL) return ENOMEM;
  request->placeholder_count = (uint32_t)placeholders;
  if (placeholders > 0) request->placeholders = collect_placeholders(all, placeholders);
  if (placeholders > 0 && request->placeholders == NULL) return ENOMEM;
  request->mount_count = (uint32_t)mounts;
  if (mounts > 0) request->mounts = collect_mounts(all, mounts);
  if (mounts > 0 && request->mounts == NULL) return ENOMEM;
  if (args[1] == 0) return 0;
  request->argv[1] = collect_launcher_args(all, TAG_FALLBACK_ARG, args[1]);
  return request->argv[1] == NULL ? ENOMEM : 0;
}

int parse_enter_request(const void *bytes, size_t size, struct enter_request *request) {
  memset(request, 0, sizeof *request);
  if (!open_request(bytes, size, REQUEST_ENTER, &request->fields)) return EBADMSG;
  size_t args = 0, variables = 0, directories = 0, filters = 0;
  struct fields fields = request->fields;
  struct field field;
  enum field_result result;
  while ((result = next_field(&fields, &field)) == FIELD_READ) {
    size_t instructions = field.length / sizeof(struct sock_filter);
    switch (field.tag) {
    case TAG_ARG:
      if (!is_string(&field)) return EBADMSG;
      args++;
      break;
    case TAG_ENV:
      if (!is_assignment(&field)) return EBADMSG;
      variables++;
      break;
    case TAG_CWD:
      if (!is_absolute(&field) || directories++ != 0) return EBADMSG;
      request->cwd = field.bytes;
      break;
    case TAG_FILTER:
      if (field.length % sizeof(struct sock_filter) != 0 || filters++ != 0) return EBADMSG;
      if (instructions == 0 || instructions > FILTER_LENGTH_MAX) return EBADMSG;
      request->filter.len = (unsigned short)instructions;
      request->filter.filter = (struct sock_filter *)field.bytes;
      break;
    case TAG_LIMIT:
      if (!is_limit(&field)) return EBADMSG;
      break;
    default:
      return EBADMSG;
    }
  }
  if (result == FIELD_MALFORMED || args == 0 || directories != 1) return EBADMSG;
  request->argv = collect_strings(request->fields, TAG_ARG, args, 1);
  if (request->argv == NULL) return ENOMEM;
  request->env = collect_strings(request->fields, TAG_ENV, variables, 0);
  return request->env == NULL ? ENOMEM : 0;
}
