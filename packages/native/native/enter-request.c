// SPDX-License-Identifier: Apache-2.0
// Reads an enter request: first every field is checked and counted, then the vectors are filled.
#include "request.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>

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

// Rights, and a plain path or `/`.
static bool is_rule(const struct field *field) {
  size_t header_size = sizeof(struct rule_header);
  if (field->length < header_size) return false;
  const char *bytes = (const char *)field->bytes + header_size;
  struct field path = {field->tag, field->length - (uint32_t)header_size, bytes};
  return is_plain(&path) || (is_string(&path) && strcmp(bytes, "/") == 0);
}

static bool read_ruleset(const struct field *field, struct ruleset *ruleset) {
  if (field->length != sizeof *ruleset) return false;
  memcpy(ruleset, field->bytes, sizeof *ruleset);
  return (ruleset->handled_access_fs | ruleset->handled_access_net | ruleset->scoped) != 0;
}

// A port from LISTENER_PORT_MIN up that no other listener has.
static bool add_listener(const struct field *field, struct enter_request *request) {
  struct listener listener;
  if (field->length != sizeof listener || request->port_count == ROUTES_MAX) return false;
  memcpy(&listener, field->bytes, sizeof listener);
  if (listener.port < LISTENER_PORT_MIN || listener.port > UINT16_MAX || listener.zero != 0) return false;
  for (uint32_t i = 0; i < request->port_count; i++)
    if (request->ports[i] == listener.port) return false;
  request->ports[request->port_count++] = (uint16_t)listener.port;
  return true;
}

int parse_enter_request(const void *bytes, size_t size, struct enter_request *request) {
  memset(request, 0, sizeof *request);
  if (!open_request(bytes, size, REQUEST_ENTER, &request->fields)) return EBADMSG;
  request->lifetime = LIFETIME_PID_NAMESPACE;
  size_t args = 0, variables = 0, directories = 0, filters = 0, lifetimes = 0, drops = 0, rulesets = 0, rules = 0;
  struct fields fields = request->fields;
  struct field field;
  enum field_result result;
  while ((result = next_field(&fields, &field)) == FIELD_READ) {
    uint32_t number = 0;
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
      if (!read_filter(&field, &request->filter) || filters++ != 0) return EBADMSG;
      break;
    case TAG_LIMIT:
      if (!is_limit(&field)) return EBADMSG;
      break;
    case TAG_LIFETIME:
      if (!read_number(&field, &number) || lifetimes++ != 0) return EBADMSG;
      if (number != LIFETIME_PID_NAMESPACE && number != LIFETIME_SUBREAPER) return EBADMSG;
      request->lifetime = number;
      break;
    case TAG_DROP_CAPABILITIES:
      if (!read_number(&field, &number) || number > 1 || drops++ != 0) return EBADMSG;
      request->drops_capabilities = number == 1;
      break;
    case TAG_LANDLOCK:
      if (!read_ruleset(&field, &request->ruleset) || rulesets++ != 0) return EBADMSG;
      request->has_ruleset = true;
      break;
    case TAG_LANDLOCK_RULE:
      if (!is_rule(&field) || rules++ == LANDLOCK_RULES_MAX) return EBADMSG;
      break;
    case TAG_LISTENER:
      if (!add_listener(&field, request)) return EBADMSG;
      break;
    default:
      return EBADMSG;
    }
  }
  if (result == FIELD_MALFORMED || args == 0 || directories != 1) return EBADMSG;
  if (rules > 0 && rulesets == 0) return EBADMSG;
  request->argv = collect_strings(request->fields, TAG_ARG, args, 1);
  if (request->argv == NULL) return ENOMEM;
  request->env = collect_strings(request->fields, TAG_ENV, variables, 0);
  return request->env == NULL ? ENOMEM : 0;
}

const char *rule_path(const void *bytes, size_t size, uint32_t index) {
  struct fields fields;
  struct field field;
  if (!open_request(bytes, size, REQUEST_ENTER, &fields)) return NULL;
  while (next_field(&fields, &field) == FIELD_READ)
    if (field.tag == TAG_LANDLOCK_RULE && is_rule(&field) && index-- == 0)
      return (const char *)field.bytes + sizeof(struct rule_header);
  return NULL;
}

uint32_t count_listeners(const void *bytes, size_t size) {
  struct fields fields;
  struct field field;
  uint32_t count = 0;
  if (!open_request(bytes, size, REQUEST_ENTER, &fields)) return 0;
  while (next_field(&fields, &field) == FIELD_READ)
    if (field.tag == TAG_LISTENER) count++;
  return count;
}

// LANDLOCK_SCOPE_SIGNAL, since Linux 6.12.
enum { SCOPE_SIGNAL = 1 << 1 };

bool keeps_signals_in(const struct enter_request *request) {
  return request->has_ruleset && (request->ruleset.scoped & SCOPE_SIGNAL) != 0;
}
