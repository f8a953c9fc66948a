// SPDX-License-Identifier: Apache-2.0
#ifndef REQUEST_H
#define REQUEST_H

#include "form.h"
#include "identity.h"
#include "protocol.h"

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

enum field_result next_field(struct fields *fields, struct field *field);

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

struct supervise_request {
  const char *launcher;
  char **argv[2]; // of the first and the fallback attempt; the second is NULL when there is none
  const void *enter;
  size_t enter_size;
  bool reraise;
  const char *registry;                    // NULL: none
  struct wanted_placeholder *placeholders; // NULL: none
  uint32_t placeholder_count;
  struct expected_mount *mounts; // NULL: none
  uint32_t mount_count;
};

struct enter_request {
  char **argv; // one more slot lies in front of argv[0]
  char **env;
  const char *cwd;
  struct sock_fprog filter; // len 0: none
  struct fields fields;     // all of them; limits are read from here
};

// Both return 0, or EBADMSG for a malformed request, or ENOMEM. What they give points into `bytes`.
int parse_supervise_request(const void *bytes, size_t size, struct supervise_request *request);
int parse_enter_request(const void *bytes, size_t size, struct enter_request *request);

#endif
