// SPDX-License-Identifier: Apache-2.0
// What enter says, and how supervise answers it.
#include "mounts.h"
#include "reports.h"
#include "routes.h"
#include "run.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

// Who has sent a message, as the kernel tells it, and what came with it.
struct origin {
  pid_t sender; // 0 when the kernel does not tell it
  int descriptors[ROUTES_MAX];
  uint32_t count;
};

// CMSG_NXTHDR of musl converts signs.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
static struct origin origin_of(struct msghdr *message) {
  struct origin origin = {.sender = 0};
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
    struct ucred credentials;
    size_t size = header->cmsg_len - CMSG_LEN(0);
    if (header->cmsg_level != SOL_SOCKET) continue;
    if (header->cmsg_type == SCM_RIGHTS && size <= sizeof origin.descriptors) {
      memcpy(origin.descriptors, CMSG_DATA(header), size);
      origin.count = (uint32_t)(size / sizeof *origin.descriptors);
    }
    if (header->cmsg_type != SCM_CREDENTIALS) continue;
    memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
    origin.sender = credentials.pid;
  }
  return origin;
}
#pragma GCC diagnostic pop

// enter has them, so they are not kept for another attempt.
static void release_granted(struct run *run) {
  // Held here, a pipe would never end for the one who reads what the command writes.
  (void)close(run->request);
  run->request = -1;
  for (uint32_t i = 0; i < run->granted; i++) (void)close((int)i);
  run->granted = 0;
}

static void let_go(struct run *run) {
  uint32_t go = PROTOCOL_VERSION;
  (void)send(run->status, &go, sizeof go, MSG_NOSIGNAL); // it fails when enter is gone, which its pidfd will show
  pass_postponed(run); // enter has blocked them, and passes them on when the command runs
}

static void take_entered(struct run *run, const struct origin *origin, bool is_alive) {
  run->enter = origin->sender;
  run->stage = STAGE_ENTERED;
  if (!is_alive) return;
  // It does not start the command before our answer, so the number is still its own.
  run->enter_pidfd = (int)syscall(SYS_pidfd_open, origin->sender, 0);
  verify_mounts(run, origin->count == 0 ? -1 : origin->descriptors[0]);
  release_granted(run);
  if (run->plan.route_count == 0) let_go(run);
}

static void take_listening(struct run *run, const struct origin *origin, bool is_alive) {
  if (!is_alive || run->is_routed) return;
  // Fewer have come where this process may not open as many.
  if (origin->count != run->plan.route_count) fail(run, STEP_LISTENERS, EMFILE);
  if (!connect_routes(run, origin->descriptors)) return;
  run->is_routed = true;
  let_go(run);
}

// In a native launch it is known from the start who enter will be.
static bool may_be_enter(const struct run *run, const struct origin *origin) {
  return origin->sender > 0 && (!run->plan.is_native || origin->sender == run->enter);
}

static void note_failure(struct run *run, const struct message *message) {
  run->step = message->step;
  run->value = message->value;
  run->rule = message->rule;
}

static void take(struct run *run, const struct message *message, const struct origin *origin, bool is_alive) {
  if (run->stage == STAGE_LAUNCHING && message->kind == MESSAGE_ENTERED && may_be_enter(run, origin))
    take_entered(run, origin, is_alive);
  if (origin->sender <= 0 || origin->sender != run->enter) return;
  if (run->stage == STAGE_LAUNCHING && message->kind == MESSAGE_LAUNCH_FAILED) {
    run->stage = STAGE_UNBUILT;
    note_failure(run, message);
  }
  if (run->stage == STAGE_ENTERED && message->kind == MESSAGE_LISTENING) take_listening(run, origin, is_alive);
  bool is_before_start = run->stage == STAGE_LAUNCHING || run->stage == STAGE_ENTERED;
  if (is_before_start && message->kind == MESSAGE_FAILED) {
    run->stage = STAGE_FAILED;
    note_failure(run, message);
  }
  if (run->stage == STAGE_ENTERED && message->kind == MESSAGE_STARTED) {
    run->stage = STAGE_STARTED;
    report_started(run);
  }
  if (run->stage == STAGE_STARTED && message->kind == MESSAGE_ENDED) {
    run->stage = STAGE_ENDED;
    run->value = message->value;
  }
}

void read_messages(struct run *run, bool is_alive) {
  while (run->status >= 0) {
    struct message message;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(ROUTES_MAX * sizeof(int))];
    struct iovec bytes = {&message, sizeof message};
    struct msghdr header = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t count = recvmsg(run->status, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    // ECONNRESET is told once, when enter has ended before it has read all: what it has said can still be read.
    if (count < 0 && (errno == EINTR || errno == ECONNRESET)) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      (void)close(run->status);
      run->status = -1;
      return;
    }
    struct origin origin = origin_of(&header);
    if (count == (ssize_t)sizeof message) take(run, &message, &origin, is_alive);
    for (uint32_t i = 0; i < origin.count; i++) (void)close(origin.descriptors[i]);
  }
}
