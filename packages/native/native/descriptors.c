// SPDX-License-Identifier: Apache-2.0
// Sending descriptors, and closing a range of them, also on Linux before 5.9, which has no close_range(2).
#include "descriptors.h"
#include "listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

// procfs goes by the number that comes next, so closing while reading skips none.
static int close_by_listing(unsigned first, unsigned last) {
  struct listing listing = {0};
  const char *name;
  int directory = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return -1;
  while ((name = next_name(directory, &listing)) != NULL) {
    if (*name < '0' || *name > '9') continue; // "." and ".."
    long number = strtol(name, NULL, 10);
    if (number < (long)first || number > (long)last || number == directory) continue;
    (void)close((int)number); // it is closed even when this reports an error
  }
  int error = errno;
  (void)close(directory);
  errno = error;
  return error == 0 ? 0 : -1;
}

int close_descriptors(unsigned first, unsigned last) {
  if (syscall(SYS_close_range, first, last, 0) == 0) return 0;
  // EPERM: a seccomp filter of an outer container that does not know the call.
  if (errno != ENOSYS && errno != EPERM) return -1;
  return close_by_listing(first, last);
}

int send_with_descriptors(int socket, void *bytes, size_t size, const int *descriptors, size_t count) {
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(DESCRIPTORS_SENT_MAX * sizeof *descriptors)] = {0};
  size_t length = count * sizeof *descriptors;
  struct iovec data = {bytes, size};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control};
  message.msg_controllen = (__typeof__(message.msg_controllen))CMSG_SPACE(length);
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = (__typeof__(header->cmsg_len))CMSG_LEN(length);
  memcpy(CMSG_DATA(header), descriptors, length);
  ssize_t sent;
  do sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0 && sent < (ssize_t)size) errno = EAGAIN;
  return sent == (ssize_t)size ? 0 : -1;
}
