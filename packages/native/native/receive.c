// SPDX-License-Identifier: Apache-2.0
// The request and the command's descriptors, as they arrive in enter.
#include "descriptors.h"
#include "enter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void receive(int status, struct arrival *arrival) {
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof arrival->descriptors)];
  struct iovec bytes = {&arrival->offer, sizeof arrival->offer};
  struct msghdr message = {
      .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t count;
  do count = recvmsg(status, &message, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  if (count < 0) refuse(status, STEP_REQUEST, errno);
  if (count != (ssize_t)sizeof arrival->offer) refuse(status, STEP_REQUEST, EBADMSG);
  if (arrival->offer.version != PROTOCOL_VERSION || arrival->offer.granted > GRANTED_MAX)
    refuse(status, STEP_REQUEST, EBADMSG);
  // Cut short: no room for as many descriptors here, or a security module took one away.
  if ((message.msg_flags & MSG_CTRUNC) != 0) refuse(status, STEP_DESCRIPTORS, EMFILE);
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
    refuse(status, STEP_REQUEST, EBADMSG);
  size_t size = header->cmsg_len - CMSG_LEN(0);
  arrival->count = (int)(size / sizeof(int));
  memcpy(arrival->descriptors, CMSG_DATA(header), size);
}

// The request, mapped: nobody can change it, as its seals say.
static void map_request(int status, struct arrival *arrival) {
  int memory = arrival->descriptors[0];
  int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  struct stat about;
  int found = fcntl(memory, F_GET_SEALS);
  if (found < 0) refuse(status, STEP_REQUEST, errno);
  if ((found & seals) != seals) refuse(status, STEP_REQUEST, EBADMSG);
  if (fstat(memory, &about) != 0) refuse(status, STEP_REQUEST, errno);
  if (about.st_size <= 0 || about.st_size > REQUEST_SIZE_MAX) refuse(status, STEP_REQUEST, EBADMSG);
  size_t size = (size_t)about.st_size;
  void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, memory, 0);
  if (bytes == MAP_FAILED) refuse(status, STEP_REQUEST, errno);
  arrival->request = bytes;
  arrival->request_size = size;
}

// Afterwards no descriptor that is still needed has a number of the command's.
static void move_away(int status, int *descriptor, uint32_t granted) {
  if (*descriptor >= (int)granted) return;
  *descriptor = fcntl(*descriptor, F_DUPFD_CLOEXEC, (int)granted);
  if (*descriptor < 0) refuse(status, STEP_DESCRIPTORS, errno);
}

static void place(int status, struct arrival *arrival) {
  uint32_t granted = arrival->offer.granted;
  int next = 1;
  for (int i = 1; i < arrival->count; i++) move_away(status, &arrival->descriptors[i], granted);
  for (int i = 0; i < (int)granted; i++) {
    if (bit_is_set(arrival->offer.closed, (uint32_t)i)) {
      // Taken until exec, so that nothing opened later gets the number and is closed with the granted ones.
      if (dup3(status, i, O_CLOEXEC) < 0) refuse(status, STEP_DESCRIPTORS, errno);
    } else {
      if (next == arrival->count) refuse(status, STEP_DESCRIPTORS, EBADMSG);
      if (dup2(arrival->descriptors[next++], i) < 0) refuse(status, STEP_DESCRIPTORS, errno);
    }
  }
  if (next != arrival->count) refuse(status, STEP_DESCRIPTORS, EBADMSG);
}

void receive_handover(int status, struct arrival *arrival) {
  receive(status, arrival);
  map_request(status, arrival);
}

int place_descriptors(int status, struct arrival *arrival) {
  uint32_t granted = arrival->offer.granted;
  move_away(status, &status, granted);
  place(status, arrival);
  int kept = (int)granted;
  // Behind the granted ones, so that the rest is one range.
  if (status != kept && dup2(status, kept) < 0) refuse(status, STEP_DESCRIPTORS, errno);
  if (fcntl(kept, F_SETFD, FD_CLOEXEC) != 0) refuse(kept, STEP_DESCRIPTORS, errno);
  if (close_descriptors(granted + 1, ~0u) != 0) refuse(kept, STEP_DESCRIPTORS, errno);
  return kept;
}
