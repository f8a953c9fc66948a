// SPDX-License-Identifier: Apache-2.0
// What Landlock takes from the command. Source: landlock(7), and linux/landlock.h in Linux 6.12.
#include "enter.h"
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// The same on every architecture.
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

enum { RULE_PATH_BENEATH = 1 };

// LANDLOCK_ACCESS_FS_REFER, since Linux 5.19: to link or rename between directories.
enum { ACCESS_FS_REFER = 1 << 13 };

struct path_beneath {
  uint64_t allowed_access;
  int32_t parent;
} __attribute__((packed));

// Up to the last thing that is handled: a kernel refuses a longer structure than it knows.
static size_t size_of(const struct ruleset *ruleset) {
  if (ruleset->scoped != 0) return sizeof *ruleset;
  if (ruleset->handled_access_net != 0) return offsetof(struct ruleset, scoped);
  return offsetof(struct ruleset, handled_access_net);
}

// 0 or errno. A rule only gives, and where nothing is any more there is nothing to give.
static int allow_beneath(int ruleset, const char *path, uint64_t access) {
  int object = open_without_links(AT_FDCWD, path, 0);
  if (object < 0) return errno == ENOENT ? 0 : errno;
  struct path_beneath rule = {access, object};
  int error = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0) == 0 ? 0 : errno;
  (void)close(object);
  return error;
}

static int add_rule(int ruleset, const struct field *field) {
  struct rule_header header;
  memcpy(&header, field->bytes, sizeof header);
  return allow_beneath(ruleset, (const char *)field->bytes + sizeof header, header.access);
}

int build_ruleset(int status, const struct enter_request *request) {
  struct fields fields = request->fields;
  struct field field;
  uint32_t rule = 0;
  if (!request->has_ruleset) return -1;
  size_t size = size_of(&request->ruleset);
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &request->ruleset, size, 0);
  if (ruleset < 0) refuse(status, STEP_LANDLOCK, errno);
  while (next_field(&fields, &field) == FIELD_READ) {
    if (field.tag != TAG_LANDLOCK_RULE) continue;
    rule++;
    int error = add_rule(ruleset, &field);
    if (error != 0) refuse_rule(status, rule, error);
  }
  return ruleset;
}

int build_scope(int status, const struct enter_request *request) {
  struct ruleset scope = {.scoped = request->ruleset.scoped};
  if (!keeps_signals_in(request)) return -1;
  // A ruleset beside one about files denies this unless it gives it.
  if (request->ruleset.handled_access_fs != 0) scope.handled_access_fs = ACCESS_FS_REFER;
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &scope, sizeof scope, 0);
  if (ruleset < 0) refuse(status, STEP_LANDLOCK, errno);
  int error = scope.handled_access_fs == 0 ? 0 : allow_beneath(ruleset, "/", ACCESS_FS_REFER);
  if (error != 0) refuse(status, STEP_LANDLOCK, error);
  return ruleset;
}

void check_scope(int status) {
  if (kill(getppid(), 0) == 0 || errno != EPERM) refuse(status, STEP_LANDLOCK, EPERM);
}

bool enter_scope(int scope) { return scope < 0 || syscall(SYS_landlock_restrict_self, scope, 0) == 0; }

void restrict_by_ruleset(int status, int ruleset) {
  if (ruleset < 0) return;
  if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) refuse(status, STEP_LANDLOCK, errno);
  (void)close(ruleset);
}
