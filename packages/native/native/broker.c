// SPDX-License-Identifier: Apache-2.0
// broker: starts supervise for one caller, tells it how each ends, and ends with it.
#include "broker.h"
#include "request.h"
#include "signals.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

// -1 before Linux 5.3: then nothing tells the end of a process that is no parent.
static int open_process(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// What is sent to a terminal's or a caller's process group is for them: a broker that stopped would stop its
// caller.
static int block_all_signals(void) {
  sigset_t all, children;
  sigfillset(&all);
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  if (signal(SIGCHLD, SIG_DFL) == SIG_ERR) return -1; // ignored, it would throw away the status of every child
  if (sigprocmask(SIG_SETMASK, &all, NULL) != 0) return -1;
  return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

// A pipe of which only this process has the end to write to, and nobody writes: it hangs up when this process
// ends.
static int open_watch(void) {
  int ends[2];
  return pipe2(ends, O_CLOEXEC) == 0 ? ends[0] : -1;
}

// A pipe of which the caller opens the other end in /proc. This process keeps both, so that neither ever hangs up.
static bool open_pipes(const char *greeting) {
  int requests[2], replies[2];
  if (pipe2(requests, O_CLOEXEC | O_NONBLOCK) != 0 || pipe2(replies, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  if (write(replies[1], greeting, BROKER_NAME_SIZE) != BROKER_NAME_SIZE) return false;
  // Last, as the caller takes the numbers as a sign that all is ready.
  return dup3(requests[0], BROKER_REQUESTS, O_CLOEXEC) >= 0 && dup3(replies[1], BROKER_REPLIES, O_CLOEXEC) >= 0;
}

static bool open_service(struct broker_service *service, int events) {
  char name[BROKER_NAME_SIZE];
  if (fcntl(events, F_SETFD, FD_CLOEXEC) != 0) return false;
  service->caller_pidfd = open_process(service->caller);
  if (service->caller_pidfd < 0 || getppid() != service->caller) return false;
  service->watch = open_watch();
  service->program = open("/proc/self/exe", O_PATH | O_CLOEXEC);
  service->listener = open_broker_listener(name);
  if (service->watch < 0 || service->program < 0 || service->listener < 0) return false;
  return note_caller(service->caller) && open_pipes(name);
}

static uint32_t count_sockets(const struct broker_request *request) {
  uint32_t count = 1; // of control
  for (uint32_t i = 0; i < request->granted; i++) count += request->slots[i] == BROKER_SOCKET;
  return count;
}

static int spawn_child(const struct broker_service *service, const struct broker_request *request, pid_t *pid) {
  int sockets[GRANTED_MAX + 1];
  uint32_t count = count_sockets(request);
  // First of all: refused or not, they are this child's and no other's.
  int error = take_connections(service, sockets, count);
  if (error != 0) return error;
  if (!has_room_for_child(request->child))
    error = EAGAIN;
  else if (!is_as_noted(service->caller))
    error = ESTALE;
  else
    error = spawn_supervise(service, request, sockets, pid);
  for (uint32_t i = 0; i < count; i++) (void)close(sockets[i]);
  if (error == 0) add_child(request->child, *pid);
  return error;
}

static bool is_request(const struct broker_request *request) {
  bool is_signal =
      request->kind == BROKER_SIGNAL && request->value < NSIG && request->granted == 0 && request->expected == 0;
  bool is_spawn = request->kind == BROKER_SPAWN && request->value <= 1 && request->granted > STDERR_FILENO &&
                  is_expectation(request->expected);
  if (!(is_signal || is_spawn) || request->granted > GRANTED_MAX) return false;
  for (uint32_t i = 0; i < sizeof request->slots; i++)
    if (request->slots[i] > (i < request->granted ? BROKER_SOCKET : 0)) return false;
  return true;
}

// False when the caller is none, and must not be served again.
static bool serve(const struct broker_service *service) {
  struct broker_request request;
  // The caller's writes are not divided, as they are shorter than PIPE_BUF.
  if (read(BROKER_REQUESTS, &request, sizeof request) != (ssize_t)sizeof request) return false;
  if (!is_request(&request)) return false;
  pid_t pid = 0;
  int error = request.kind == BROKER_SPAWN ? spawn_child(service, &request, &pid)
                                           : signal_child(request.child, (int)request.value);
  struct broker_reply reply = {(uint32_t)error, pid};
  return error != EBADMSG && write(BROKER_REPLIES, &reply, sizeof reply) == (ssize_t)sizeof reply;
}

_Noreturn void broker(const char *name, int events, pid_t caller) {
  struct broker_service service = {.name = name, .caller = caller};
  struct signalfd_siginfo info;
  bool is_told = true;
  int signals = block_all_signals();
  if (signals < 0 || !open_service(&service, events)) _exit(STATUS_SETUP);
  for (;;) {
    struct pollfd ready[] = {{signals, POLLIN, 0},
                             {BROKER_REQUESTS, POLLIN, 0},
                             {events, (short)(is_told ? POLLIN : POLLIN | POLLOUT), 0},
                             {service.caller_pidfd, POLLIN, 0}};
    if (poll(ready, sizeof ready / sizeof *ready, -1) < 0 && errno != EINTR) _exit(STATUS_SETUP);
    // The caller says nothing by this socket: it has closed it.
    if (ready[3].revents != 0 || (ready[2].revents & ~POLLOUT) != 0) _exit(0);
    while (read(signals, &info, sizeof info) > 0) continue;
    reap_children();
    is_told = report_children(events);
    if (ready[1].revents != 0 && !serve(&service)) _exit(STATUS_SETUP);
  }
}
