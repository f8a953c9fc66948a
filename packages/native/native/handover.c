// SPDX-License-Identifier: Apache-2.0
// The status socket, seen from supervise: request and descriptors one way, messages of enter the other.
#include "descriptors.h"
#include "mounts.h"
#include "reports.h"
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U // linux/memfd.h, since Linux 6.3
#endif

// A descriptor of the request's bytes that nobody can change any more; -1 and errno.
static int seal_request(const struct supervise_request *plan) {
  int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  int memory = memfd_create("enter-request", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  if (memory < 0 && errno == EINVAL) memory = memfd_create("enter-request", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0) return -1;
  const char *at = plan->enter;
  for (size_t left = plan->enter_size; left > 0;) {
    ssize_t count = write(memory, at, left);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    at += count;
    left -= (size_t)count;
  }
  return fcntl(memory, F_ADD_SEALS, seals) == 0 ? memory : -1;
}

// Afterwards each granted number is in use, so that nothing which is opened later gets a number of the command's.
static void note_closed(struct run *run) {
  run->offer.version = PROTOCOL_VERSION;
  run->offer.granted = run->granted;
  for (uint32_t i = 0; i < run->granted; i++) {
    if (fcntl((int)i, F_GETFD) >= 0) continue;
    set_bit(run->offer.closed, i);
    if (dup3(run->control, (int)i, O_CLOEXEC) < 0) fail(run, STEP_DESCRIPTORS, errno);
  }
}

void reserve_granted(struct run *run) {
  if (fcntl(run->control, F_SETFD, FD_CLOEXEC) != 0) fail(run, STEP_DESCRIPTORS, errno);
  note_closed(run);
}

// Whether it is a file that was inherited, and not one of the command's.
static bool is_launcher(const struct run *run, int descriptor) {
  struct stat about;
  bool is_own = descriptor == run->control || descriptor == run->signals || descriptor == run->caller;
  return descriptor >= (int)run->granted && !is_own && fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
}

// The lowest descriptor from `first` up that is kept; INT_MAX: none.
static int next_kept(const struct run *run, int first) {
  int kept[] = {run->control, run->signals, run->caller, run->plan.launcher_descriptor};
  int lowest = INT_MAX;
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    if (kept[i] >= first && kept[i] < lowest) lowest = kept[i];
  return lowest;
}

void close_inherited(struct run *run) {
  int launcher = run->plan.launcher_descriptor;
  if (launcher >= 0 && !is_launcher(run, launcher)) fail(run, STEP_REQUEST, EBADMSG);
  for (int first = (int)run->granted, kept; first != INT_MAX; first = kept == INT_MAX ? kept : kept + 1) {
    kept = next_kept(run, first);
    unsigned last = kept == INT_MAX ? ~0u : (unsigned)kept - 1;
    if (kept > first && close_descriptors((unsigned)first, last) != 0) fail(run, STEP_DESCRIPTORS, errno);
  }
}

void prepare_handover(struct run *run) {
  run->request = seal_request(&run->plan);
  if (run->request < 0) fail(run, STEP_REQUEST, errno);
  run->program = open("/proc/self/exe", O_PATH | O_CLOEXEC);
  if (run->program < 0) fail(run, STEP_DESCRIPTORS, errno);
}

static int offered_descriptors(const struct run *run, int *descriptors) {
  int count = 0;
  descriptors[count++] = run->request;
  for (uint32_t i = 0; i < run->granted; i++)
    if (!bit_is_set(run->offer.closed, i)) descriptors[count++] = (int)i;
  return count;
}

void offer_descriptors(struct run *run) {
  int descriptors[1 + GRANTED_MAX];
  size_t count = (size_t)offered_descriptors(run, descriptors);
  if (send_with_descriptors(run->status, &run->offer, sizeof run->offer, descriptors, count) != 0)
    fail(run, STEP_DESCRIPTORS, errno);
}

// enter has them, so they are not kept for another attempt, and the command may start.
static void let_go(struct run *run) {
  // Held here, a pipe would never end for the one who reads what the command writes.
  (void)close(run->request);
  run->request = -1;
  for (uint32_t i = 0; i < run->granted; i++) (void)close((int)i);
  run->granted = 0;
  uint32_t go = PROTOCOL_VERSION;
  (void)send(run->status, &go, sizeof go, MSG_NOSIGNAL); // it fails when enter is gone, which its pidfd will show
}

// Who has sent a message, as the kernel tells it, and what came with it.
struct origin {
  pid_t sender; // 0 when the kernel does not tell it
  int root;     // -1 when none came
};

// CMSG_NXTHDR of musl converts signs.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
static struct origin origin_of(struct msghdr *message) {
  struct origin origin = {0, -1};
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
    struct ucred credentials;
    if (header->cmsg_level != SOL_SOCKET) continue;
    if (header->cmsg_type == SCM_RIGHTS) memcpy(&origin.root, CMSG_DATA(header), sizeof origin.root);
    if (header->cmsg_type != SCM_CREDENTIALS) continue;
    memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
    origin.sender = credentials.pid;
  }
  return origin;
}
#pragma GCC diagnostic pop

static void take_entered(struct run *run, struct origin origin, bool is_alive) {
  run->enter = origin.sender;
  run->stage = STAGE_ENTERED;
  if (!is_alive) return;
  // It does not start the command before our answer, so the number is still its own.
  run->enter_pidfd = (int)syscall(SYS_pidfd_open, origin.sender, 0);
  verify_mounts(run, origin.root);
  let_go(run);
  pass_postponed(run); // enter has blocked them, and passes them on when the command runs
}

static void take(struct run *run, const struct message *message, struct origin origin, bool is_alive) {
  if (run->stage == STAGE_LAUNCHING && message->kind == MESSAGE_ENTERED && origin.sender > 0)
    take_entered(run, origin, is_alive);
  if (origin.sender != run->enter) return;
  if (run->stage == STAGE_ENTERED && message->kind == MESSAGE_FAILED) {
    run->stage = STAGE_FAILED;
    run->step = message->step;
    run->value = message->value;
    run->rule = message->rule;
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
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))];
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
    if (count == (ssize_t)sizeof message) take(run, &message, origin, is_alive);
    if (origin.root >= 0) (void)close(origin.root);
  }
}
