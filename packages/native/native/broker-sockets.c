// SPDX-License-Identifier: Apache-2.0
// The sockets of children: the caller connects, and nobody else is let in.
#include "broker.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

_Static_assert(BROKER_NAME_SIZE == sizeof((struct sockaddr_un *)NULL)->sun_path, "the whole of an address");

// More than a child can have.
enum { QUEUE = 1024 };

// As long as an address can be: libuv before 1.47 pads a shorter one, which makes it another name.
static bool choose_name(char *name) {
  unsigned char bytes[BROKER_NAME_SIZE - 1];
  if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) return false;
  name[0] = '\0';
  for (size_t i = 0; i < sizeof bytes; i++) name[1 + i] = (char)('a' + bytes[i] % 16);
  return true;
}

int open_broker_listener(char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0 || !choose_name(address.sun_path)) return -1;
  memcpy(name, address.sun_path, BROKER_NAME_SIZE);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  return listen(listener, QUEUE) == 0 ? listener : -1;
}

static bool is_from(int socket, pid_t caller) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == caller;
}

// The next connection of the caller; -1 and errno, EAGAIN: there is none.
static int take_connection(const struct broker_service *service) {
  for (;;) {
    int socket = accept4(service->listener, NULL, NULL, SOCK_CLOEXEC);
    if (socket < 0 && (errno == ECONNABORTED || errno == EINTR)) continue;
    if (socket < 0 || is_from(socket, service->caller)) return socket;
    (void)close(socket);
  }
}

int take_connections(const struct broker_service *service, int *sockets, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    sockets[i] = take_connection(service);
    if (sockets[i] >= 0) continue;
    int error = errno == EAGAIN ? EAGAIN : ESTALE;
    while (i > 0) (void)close(sockets[--i]);
    return error;
  }
  int surplus = take_connection(service);
  return surplus < 0 && errno == EAGAIN ? 0 : EBADMSG;
}
