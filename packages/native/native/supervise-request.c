// SPDX-License-Identifier: Apache-2.0
// Reads a supervise request: first every field is checked and counted, then the vectors are filled.
#include "launcher.h"
#include "request.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

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

// What is sent with a listener, and the answer that accepts it.
static bool read_offer(struct route *route, const char *bytes, size_t length) {
  if (route->port > INT_MAX || length < sizeof route->size) return false;
  memcpy(&route->size, bytes, sizeof route->size);
  route->descriptor = (int)route->port;
  route->offer = bytes + sizeof route->size;
  if (route->size.size == 0 || route->size.size > OFFER_SIZE_MAX) return false;
  if (route->size.answer_size == 0 || route->size.answer_size > ANSWER_SIZE_MAX) return false;
  return length - sizeof route->size == route->size.size + route->size.answer_size;
}

static bool is_socket_path(const char *bytes, size_t length) {
  struct field path = {TAG_ROUTE, (uint32_t)length, bytes};
  return is_plain(&path) && length <= sizeof(((struct sockaddr_un *)0)->sun_path);
}

static bool add_route(const struct field *field, struct supervise_request *request) {
  struct route_header header;
  if (field->length < sizeof header || request->route_count == ROUTES_MAX) return false;
  memcpy(&header, field->bytes, sizeof header);
  const char *rest = (const char *)field->bytes + sizeof header;
  size_t length = field->length - sizeof header;
  struct route *route = &request->routes[request->route_count++];
  *route = (struct route){.kind = header.kind, .port = header.number, .address = rest, .descriptor = -1};
  bool is_port = header.number > 0 && header.number <= UINT16_MAX;
  switch (header.kind) {
  case ROUTE_TCP4:
    return is_port && length == sizeof(struct in_addr);
  case ROUTE_TCP6:
    return is_port && length == sizeof(struct in6_addr);
  case ROUTE_UNIX:
    return header.number == 0 && is_socket_path(rest, length);
  case ROUTE_DESCRIPTOR:
    return read_offer(route, rest, length);
  default:
    return false;
  }
}

bool is_relayed(const struct route *route) { return route->kind != ROUTE_DESCRIPTOR; }

static bool has_relay(const struct supervise_request *request) {
  for (uint32_t i = 0; i < request->route_count; i++)
    if (is_relayed(&request->routes[i])) return true;
  return false;
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

// `count` where there is none.
static size_t first_of(char *const *args, size_t count, const char *word) {
  size_t at = 0;
  while (at < count && strcmp(args[at], word) != 0) at++;
  return at;
}

static size_t last_of(char *const *args, size_t count, const char *word) {
  for (size_t at = count; at > 0; at--)
    if (strcmp(args[at - 1], word) == 0) return at - 1;
  return count;
}

// Moves the first `count` arguments to `words`. 0 or errno.
static int move_words(char **args, size_t count, struct words *words) {
  for (size_t i = 0; i < count; i++) words->size += strlen(args[i]) + 1;
  char *text = map_slots(words->size + 1); // not of no size
  if (text == NULL) return ENOMEM;
  words->text = text;
  for (size_t i = 0; i < count; i++) text = stpcpy(text, args[i]) + 1;
  do args[0] = args[count];
  while (*args++ != NULL);
  return 0;
}

// What stands between `@options` and the last `--` is not in argv, but read from a socket. 0 or errno.
static int collect_launcher_args(struct supervise_request *request, uint32_t attempt, size_t count) {
  uint32_t tag = attempt == 0 ? TAG_LAUNCHER_ARG : TAG_FALLBACK_ARG;
  char **args = request->argv[attempt] = collect_strings(request->fields, tag, count, 0);
  if (args == NULL) return ENOMEM;
  for (size_t i = 0; i < count; i++) {
    if (strcmp(args[i], "@enter") == 0) args[i] = (char *)LAUNCHER_PROGRAM_PATH;
    if (strcmp(args[i], "@status") == 0) args[i] = (char *)LAUNCHER_STATUS_WORD;
  }
  size_t at = first_of(args, count, "@options"), end = last_of(args, count, "--");
  if (at == count) return 0;
  if (end == count || end < at) return EBADMSG;
  args[at++] = (char *)LAUNCHER_OPTIONS_WORD;
  return move_words(args + at, end - at, &request->options[attempt]);
}

static bool count_operation(const struct field *field, uint32_t *count) {
  return *count < OPERATIONS_MAX && is_operation(field, (*count)++ == 0);
}

int parse_supervise_request(const void *bytes, size_t size, struct supervise_request *request) {
  struct fields all;
  if (!open_request(bytes, size, REQUEST_SUPERVISE, &all)) return EBADMSG;
  memset(request, 0, sizeof *request);
  request->bytes = bytes;
  request->size = size;
  request->launcher_descriptor = -1;
  size_t launchers = 0, descriptors = 0, timeouts = 0, enters = 0, reraises = 0, registries = 0;
  size_t placeholders = 0, mounts = 0, prefaces = 0, filters = 0, args[2] = {0, 0}, namespaces = 0;
  struct fields fields = request->fields = all;
  struct field field;
  enum field_result result;
  while ((result = next_field(&fields, &field)) == FIELD_READ) {
    uint32_t number = 0;
    switch (field.tag) {
    case TAG_LAUNCHER:
      if (!is_absolute(&field) || launchers++ != 0) return EBADMSG;
      request->launcher = field.bytes;
      break;
    case TAG_LAUNCHER_DESCRIPTOR:
      if (!read_number(&field, &number) || number > INT_MAX || descriptors++ != 0) return EBADMSG;
      request->launcher_descriptor = (int)number;
      break;
    case TAG_SETUP_TIMEOUT:
      if (!read_number(&field, &number) || number == 0 || number > INT_MAX || timeouts++ != 0) return EBADMSG;
      request->setup_timeout_ms = number;
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
      if (!read_number(&field, &number) || number > 1 || reraises++ != 0) return EBADMSG;
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
    case TAG_ROUTE:
      if (!add_route(&field, request)) return EBADMSG;
      break;
    case TAG_PREFACE:
      if (field.length == 0 || field.length > PREFACE_SIZE_MAX || prefaces++ != 0) return EBADMSG;
      request->preface = field.bytes;
      request->preface_size = field.length;
      break;
    case TAG_RELAY_FILTER:
      if (!read_filter(&field, &request->relay_filter) || filters++ != 0) return EBADMSG;
      break;
    case TAG_NAMESPACES:
      if (!read_number(&field, &number) || number > ALL_NAMESPACES || namespaces++ != 0) return EBADMSG;
      request->is_native = true;
      request->namespaces = number;
      break;
    case TAG_OPERATION:
    case TAG_FALLBACK_OPERATION:
      if (!count_operation(&field, &request->operation_counts[field.tag == TAG_FALLBACK_OPERATION]))
        return EBADMSG;
      break;
    default:
      return EBADMSG;
    }
  }
  if (result == FIELD_MALFORMED || enters != 1 || reraises != 1) return EBADMSG;
  if (placeholders > 0 && registries == 0) return EBADMSG;
  if (prefaces + filters > 0 && !has_relay(request)) return EBADMSG;
  if ((request->operation_counts[0] > 0) != request->is_native) return EBADMSG;
  if (request->operation_counts[1] > 0 && !request->is_native) return EBADMSG;
  size_t of_launcher = descriptors + args[0] + args[1] + mounts;
  if (launchers == 0 && of_launcher > 0) return EBADMSG;
  if (launchers > 0 && (args[0] == 0 || request->is_native)) return EBADMSG;
  // Without mounts there is nothing to stand for, and supervise has the network of the command: nothing lies
  // beyond it.
  bool is_direct = launchers == 0 && !request->is_native;
  if (is_direct && (placeholders > 0 || has_relay(request))) return EBADMSG;
  int error = launchers > 0 ? collect_launcher_args(request, 0, args[0]) : 0;
  if (error == 0 && args[1] > 0) error = collect_launcher_args(request, 1, args[1]);
  if (error != 0) return error;
  request->placeholder_count = (uint32_t)placeholders;
  if (placeholders > 0) request->placeholders = collect_placeholders(all, placeholders);
  if (placeholders > 0 && request->placeholders == NULL) return ENOMEM;
  request->mount_count = (uint32_t)mounts;
  if (mounts > 0) request->mounts = collect_mounts(all, mounts);
  if (mounts > 0 && request->mounts == NULL) return ENOMEM;
  return 0;
}
