// SPDX-License-Identifier: Apache-2.0
#ifndef REQUEST_H
#define REQUEST_H

#include "fields.h"
#include "form.h"
#include "identity.h"
#include "protocol.h"

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wanted_placeholder {
  const char *path;
  struct form form;
};

struct expected_mount {
  enum expectation expectation;
  const char *target;
  const char *source;       // NULL: none
  struct identity identity; // of the source
  int error;                // why the source has no identity
};

// What follows the number depends on the kind.
struct route {
  enum route_kind kind;
  uint32_t port;
  const void *address;      // 4 or 16 bytes, or a path
  int descriptor;           // -1: none
  const char *offer;        // what is sent with the listener
  struct offer_header size; // of that, and of the answer that follows it
};

// One step that builds the file system of a native launch.
struct operation {
  enum operation_type type;
  uint32_t flags;     // or mode
  const char *target; // absolute
  const char *second; // the source of a bind, the text of a symlink; NULL: none
};

// Words with a NUL behind each.
struct words {
  const char *text; // NULL: none
  size_t size;
};

struct supervise_request {
  const char *launcher;      // NULL: none, and enter is started directly
  int launcher_descriptor;   // what is executed in place of the path; -1: none
  char **argv[2];            // of the first and the fallback attempt; NULL where there is none
  struct words options[2];   // what these attempts' launchers read from a socket
  uint32_t setup_timeout_ms; // 0: none
  const void *bytes;         // the whole of it
  size_t size;
  const void *enter;
  size_t enter_size;
  bool reraise;
  const char *registry;                    // NULL: none
  struct wanted_placeholder *placeholders; // NULL: none
  uint32_t placeholder_count;
  struct expected_mount *mounts; // NULL: none
  uint32_t mount_count;
  struct route routes[ROUTES_MAX]; // in the order of the listeners
  uint32_t route_count;
  const void *preface;
  uint32_t preface_size;          // 0: none
  struct sock_fprog relay_filter; // len 0: none
  bool is_native;                 // supervise itself makes the namespaces and mounts
  uint32_t namespaces;
  uint32_t operation_counts[2]; // of the first and the fallback attempt
  struct fields fields;         // all of them; operations are read from here
};

struct enter_request {
  char **argv; // one more slot lies in front of argv[0]
  char **env;
  const char *cwd;
  struct sock_fprog filter; // len 0: none
  enum lifetime lifetime;
  bool drops_capabilities;
  bool has_ruleset;
  struct ruleset ruleset;
  uint16_t ports[ROUTES_MAX]; // of the listeners
  uint32_t port_count;
  struct fields fields; // all of them; limits and rules are read from here
};

// Both return 0, or EBADMSG for a malformed request, or ENOMEM. What they give points into `bytes`.
int parse_supervise_request(const void *bytes, size_t size, struct supervise_request *request);
int parse_enter_request(const void *bytes, size_t size, struct enter_request *request);

// Whether the command can signal nothing but what it has started.
bool keeps_signals_in(const struct enter_request *request);

// launch-request.c
// Whether it is 0, or EXPECTS_NATIVE and namespaces.
bool is_expectation(uint32_t expected);
// Whether it describes an operation; only the first of an attempt, and that one always, says what `/` starts with.
bool is_operation(const struct field *field, bool is_first);
// Finds the fields and the enter request in a request that was checked. False: it is none.
bool open_launch(const void *bytes, size_t size, struct fields *fields, struct field *enter);
// Moves past the next operation of the attempt, in fields that were checked. False: there is none.
bool next_operation(struct fields *fields, uint32_t attempt, struct operation *operation);
// Of a native launch that failed, by the operation's number from 1 up; 0: of none.
const struct operation *find_operation(const struct supervise_request *request, uint32_t attempt, uint32_t number);

// How many listeners an enter request asks for, which nobody has checked.
uint32_t count_listeners(const void *bytes, size_t size);

// Whether the relay serves the route; else the listener is passed on.
bool is_relayed(const struct route *route);

// The path of the rule with that index in an enter request; NULL if there is none.
const char *rule_path(const void *bytes, size_t size, uint32_t index);

#endif
