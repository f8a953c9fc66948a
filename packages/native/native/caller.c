// SPDX-License-Identifier: Apache-2.0
// The caller: its death, its signals while nothing runs yet, and its request.
#include "run.h"
#include "signals.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

// A pidfd is better than the parent-death signal, which also comes when only the thread ends that started us.
void watch_caller(struct run *run, pid_t caller, int watch) {
  run->caller = watch;
  if (watch >= 0) {
    // Of a broker, which ends with the caller.
    if (fcntl(watch, F_SETFD, FD_CLOEXEC) != 0) fail(run, STEP_PARENT_DEATH, errno);
    return;
  }
  pid_t parent = getppid();
  long pidfd = parent > 0 ? syscall(SYS_pidfd_open, parent, 0) : -1; // 0: beyond our PID namespace
  if (pidfd < 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(run, STEP_PARENT_DEATH, errno);
  run->caller = (int)pidfd;
  // The second comparison finds a caller that died before this process could look; 0: it is beyond our PID
  // namespace.
  if (getppid() != parent || parent != caller) _exit(STATUS_SETUP);
}

bool is_interrupted(struct run *run) {
  struct signalfd_siginfo info;
  while (read(run->signals, &info, sizeof info) == (ssize_t)sizeof info) {
    int number = (int)info.ssi_signo;
    if (number == SIGCHLD) continue;
    run->received |= 1ull << number;
    if (ends_a_run(number)) {
      run->interrupted_by = number;
      return true;
    }
    run->postponed |= 1ull << number;
  }
  return false;
}

static void receive(struct run *run, void *bytes, size_t size) {
  for (char *at = bytes; size > 0;) {
    struct pollfd ready[] = {{run->control, POLLIN, 0}, {run->signals, POLLIN, 0}, {run->caller, POLLIN, 0}};
    if (poll(ready, 3, -1) < 0 && errno != EINTR) fail(run, STEP_REQUEST, errno);
    run->caller_is_gone = ready[2].revents != 0;
    if (run->caller_is_gone) fail(run, STEP_REQUEST, ESRCH); // nobody is told
    if (ready[1].revents != 0 && is_interrupted(run)) fail(run, STEP_INTERRUPTED, run->interrupted_by);
    if (ready[0].revents == 0) continue;
    ssize_t count = recv(run->control, at, size, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count < 0) fail(run, STEP_REQUEST, errno);
    if (count == 0) fail(run, STEP_REQUEST, EBADMSG);
    at += count;
    size -= (size_t)count;
  }
}

void receive_request(struct run *run) {
  struct request_header header;
  receive(run, &header, sizeof header);
  if (header.magic != REQUEST_MAGIC || header.version != PROTOCOL_VERSION) fail(run, STEP_REQUEST, EBADMSG);
  if (header.size < sizeof header || header.size > REQUEST_SIZE_MAX) fail(run, STEP_REQUEST, EBADMSG);
  char *bytes = mmap(NULL, header.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (bytes == MAP_FAILED) fail(run, STEP_REQUEST, ENOMEM);
  *(struct request_header *)bytes = header;
  receive(run, bytes + sizeof header, header.size - sizeof header);
  int error = parse_supervise_request(bytes, header.size, &run->plan);
  if (error != 0) fail(run, STEP_REQUEST, error);
}
