// SPDX-License-Identifier: Apache-2.0
// What supervise has inherited, and what of it goes to enter.
#include "descriptors.h"
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U // linux/memfd.h, since Linux 6.3
#endif

// A descriptor of the request's bytes that nobody can change any more; -1 and errno.
static int seal_request(const char *at, size_t size) {
  int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  int memory = memfd_create("enter-request", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  if (memory < 0 && errno == EINVAL) memory = memfd_create("enter-request", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0) return -1;
  for (size_t left = size; left > 0;) {
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

// Whether it was not opened here and is none of the command's.
static bool is_inherited(const struct run *run, int descriptor) {
  bool is_own = descriptor == run->control || descriptor == run->signals || descriptor == run->caller ||
                descriptor == run->status;
  return descriptor >= (int)run->granted && !is_own;
}

static bool is_launcher(const struct run *run, int descriptor) {
  struct stat about;
  return is_inherited(run, descriptor) && fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
}

// A Unix stream socket, connected: one end of socketpair(2), for example.
static bool is_route(const struct run *run, int descriptor) {
  struct sockaddr_un peer;
  int type;
  socklen_t peer_size = sizeof peer, type_size = sizeof type;
  if (!is_inherited(run, descriptor) || descriptor == run->plan.launcher_descriptor) return false;
  if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 || type != SOCK_STREAM) return false;
  return getpeername(descriptor, (struct sockaddr *)&peer, &peer_size) == 0 && peer.sun_family == AF_UNIX;
}

// The lowest descriptor from `first` up that is kept; INT_MAX: none.
static int next_kept(const struct run *run, int first) {
  int kept[] = {run->control, run->signals, run->caller, run->status, run->plan.launcher_descriptor};
  int lowest = INT_MAX;
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    if (kept[i] >= first && kept[i] < lowest) lowest = kept[i];
  for (uint32_t i = 0; i < run->plan.route_count; i++) {
    int descriptor = run->plan.routes[i].descriptor;
    if (descriptor >= first && descriptor < lowest) lowest = descriptor;
  }
  return lowest;
}

void close_inherited(struct run *run) {
  int launcher = run->plan.launcher_descriptor;
  if (launcher >= 0 && !is_launcher(run, launcher)) fail(run, STEP_REQUEST, EBADMSG);
  for (uint32_t i = 0; i < run->plan.route_count; i++)
    if (!is_relayed(&run->plan.routes[i]) && !is_route(run, run->plan.routes[i].descriptor))
      fail(run, STEP_REQUEST, EBADMSG);
  for (int first = (int)run->granted, kept; first != INT_MAX; first = kept == INT_MAX ? kept : kept + 1) {
    kept = next_kept(run, first);
    unsigned last = kept == INT_MAX ? ~0u : (unsigned)kept - 1;
    if (kept > first && close_descriptors((unsigned)first, last) != 0) fail(run, STEP_DESCRIPTORS, errno);
  }
}

void prepare_handover(struct run *run) {
  const struct supervise_request *plan = &run->plan;
  run->request =
      plan->is_native ? seal_request(plan->bytes, plan->size) : seal_request(plan->enter, plan->enter_size);
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
  if (send_with_descriptors(run->status, &run->offer, sizeof run->offer, descriptors, count) == 0) return;
  if (errno != EPIPE && errno != ECONNRESET) fail(run, STEP_DESCRIPTORS, errno); // else it has ended, and told why
}
