// SPDX-License-Identifier: Apache-2.0
// Reports to the caller, and the launcher's stderr, which is the text of one of them.
#include "reports.h"
#include "entry.h"
#include "mounts.h"
#include "placeholders.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// A ring: byte N of what was written lies at N % REPORT_TEXT_MAX.
static struct {
  char bytes[REPORT_TEXT_MAX];
  size_t written;
} errors;

void forget_errors(void) { errors.written = 0; }

bool read_errors(int pipe) {
  for (;;) {
    size_t at = errors.written % REPORT_TEXT_MAX;
    ssize_t count = read(pipe, errors.bytes + at, REPORT_TEXT_MAX - at);
    if (count > 0) errors.written += (size_t)count;
    if (count == 0) return false;
    if (count < 0 && errno != EINTR) return errno == EAGAIN;
  }
}

// A caller that has closed its end is no error, and one that does not read is waited for as long as it lives.
static bool send_all(const struct run *run, const void *bytes, size_t size) {
  for (const char *at = bytes; size > 0;) {
    ssize_t count = send(run->control, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      at += count;
      size -= (size_t)count;
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return false;
    struct pollfd ready[] = {{run->control, POLLOUT, 0}, {run->caller, POLLIN, 0}};
    if (poll(ready, 2, -1) < 0 && errno != EINTR) return false;
    if (ready[1].revents != 0) return false;
  }
  return true;
}

static void send_report(const struct run *run, struct report report, const char *parts[2], const size_t sizes[2]) {
  report.attempt = run->attempt;
  report.text_length = (uint32_t)(sizes[0] + sizes[1]);
  if (!send_all(run, &report, sizeof report)) return;
  if (send_all(run, parts[0], sizes[0])) (void)send_all(run, parts[1], sizes[1]);
}

static const char *const NO_PARTS[2] = {"", ""};
static const size_t NO_SIZES[2] = {0, 0};

void report_started(const struct run *run) {
  struct report report = {.kind = REPORT_STARTED};
  send_report(run, report, (const char **)NO_PARTS, NO_SIZES);
}

void report_ended(struct run *run) {
  struct report report = {.kind = REPORT_ENDED, .value = run->value};
  if (run->is_end_reported) return;
  run->is_end_reported = true;
  send_report(run, report, (const char **)NO_PARTS, NO_SIZES);
}

// The path, and behind a NUL the path that what stood there has now.
void report_violation(const struct run *run, const struct placeholder *placeholder) {
  struct report report = {.kind = REPORT_VIOLATION, .step = placeholder->violation, .value = placeholder->error};
  char moved[PATH_MAX + sizeof MOVED_SUFFIX + 10];
  if (placeholder->violation == VIOLATION_NONE) return;
  strcpy(moved, placeholder->path);
  strcat(moved, MOVED_SUFFIX);
  append_number(moved, placeholder->moved);
  bool is_moved = placeholder->moved > 0;
  const char *parts[2] = {placeholder->path, moved};
  const size_t sizes[2] = {strlen(placeholder->path) + is_moved, is_moved ? strlen(moved) : 0};
  send_report(run, report, parts, sizes);
}

// NULL: unknown, as only a child that says something wrong can make it.
static const char *failed_target(const struct run *run) {
  const struct operation *operation = find_operation(&run->plan, run->attempt, run->rule);
  return operation == NULL ? NULL : operation->target;
}

// NULL: the step is about none.
static const char *path_of_failure(const struct run *run, enum step step) {
  if (step == STEP_MOUNTS && run->plan.is_native) return failed_target(run);
  if (step == STEP_MOUNTS) return failed_mount();
  if (step == STEP_PLACEHOLDER) return failed_placeholder();
  if (step != STEP_LANDLOCK || run->rule == 0) return NULL;
  return rule_path(run->plan.enter, run->plan.enter_size, run->rule - 1);
}

void report_failed(const struct run *run, enum step step, uint32_t value, uint32_t error) {
  struct report report = {.kind = REPORT_FAILED, .step = step, .value = value, .error = error};
  size_t end = errors.written % REPORT_TEXT_MAX;
  bool is_full = errors.written > REPORT_TEXT_MAX;
  // Oldest first: from the end of the ring's newest part to the ring's end, then from its beginning.
  const char *parts[2] = {errors.bytes + end, errors.bytes};
  size_t sizes[2] = {is_full ? REPORT_TEXT_MAX - end : 0, is_full ? end : errors.written};
  const char *path = path_of_failure(run, step);
  if (path != NULL) {
    parts[0] = path;
    sizes[0] = strlen(path);
    sizes[1] = 0;
  }
  bool has_text = step == STEP_LAUNCHER || path != NULL;
  send_report(run, report, has_text ? parts : (const char **)NO_PARTS, has_text ? sizes : NO_SIZES);
}
