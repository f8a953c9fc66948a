// SPDX-License-Identifier: Apache-2.0
// One child: its sockets, and what of it is not the broker's.
#include "broker.h"
#include "entry.h"
#include "signals.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DIGITS_MAX = 11, PLACED_MAX = GRANTED_MAX + 2 };

struct child_plan {
  const struct broker_service *service;
  const struct broker_request *request;
  int sources[PLACED_MAX]; // what goes to each number; -1: nothing
  int count;
  int executable;
  char *argv[8];
};

// Why the child could not be started, written by it: they share their memory until it executes.
static volatile int child_error;

static bool place_all(struct child_plan *plan) {
  // Every source first leaves the numbers that are about to be overwritten.
  for (int i = 0; i < plan->count; i++) {
    if (plan->sources[i] < 0) continue;
    plan->sources[i] = fcntl(plan->sources[i], F_DUPFD_CLOEXEC, plan->count);
    if (plan->sources[i] < 0) return false;
  }
  plan->executable = fcntl(plan->service->program, F_DUPFD_CLOEXEC, plan->count);
  if (plan->executable < 0) return false;
  for (int i = 0; i < plan->count; i++) {
    if (plan->sources[i] >= 0) {
      if (dup2(plan->sources[i], i) != i) return false;
      continue;
    }
    // All that the broker has is closed by exec, but for its own streams.
    if (i > STDERR_FILENO) continue;
    (void)close(i); // the lowest number that is free then
    if (open("/dev/null", i == STDIN_FILENO ? O_RDONLY : O_RDWR) != i) return false;
  }
  return true;
}

// As a child of libuv starts: in its own session if asked to, with default signal handlers, in `/`, as the broker
// is.
static _Noreturn void become_supervise(struct child_plan *plan) {
  char *environment[] = {NULL};
  if (plan->request->value != 0 && setsid() < 0) goto failed;
  if (!place_all(plan)) goto failed;
  reset_signals();
  fexecve(plan->executable, plan->argv, environment);
failed:
  child_error = errno;
  _exit(STATUS_SETUP);
}

// Where each socket goes, and behind them that of control and what tells the end of the caller.
static void plan_descriptors(struct child_plan *plan, const int *sockets) {
  uint32_t granted = plan->request->granted;
  for (uint32_t i = 0; i < granted; i++)
    plan->sources[i] = plan->request->slots[i] == BROKER_SOCKET ? *sockets++ : -1;
  plan->sources[granted] = *sockets;
  plan->sources[granted + 1] = plan->service->watch;
  plan->count = (int)granted + 2;
}

static char *number_text(char *text, uint32_t number) {
  *text = '\0';
  append_number(text, number);
  return text;
}

static int start(struct child_plan *plan, pid_t *pid) {
  child_error = 0;
  *pid = vfork();
  if (*pid == 0) become_supervise(plan);
  if (*pid < 0) return errno;
  if (child_error == 0) return 0;
  (void)waitpid(*pid, NULL, 0); // it has ended, and nobody knows of it
  return child_error;
}

int spawn_supervise(const struct broker_service *service, const struct broker_request *request, const int *sockets,
                    pid_t *pid) {
  static struct child_plan plan;
  char granted[DIGITS_MAX], caller[DIGITS_MAX], watch[DIGITS_MAX], expected[DIGITS_MAX];
  plan.service = service;
  plan.request = request;
  plan_descriptors(&plan, sockets);
  char *control = number_text(granted, request->granted);
  char *argv[] = {(char *)service->name,
                  "supervise",
                  control,
                  granted,
                  number_text(caller, (uint32_t)service->caller),
                  number_text(watch, request->granted + 1),
                  number_text(expected, request->expected),
                  NULL};
  memcpy(plan.argv, argv, sizeof argv);
  return start(&plan, pid);
}
