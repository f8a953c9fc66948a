// SPDX-License-Identifier: Apache-2.0
// Connecting to the endpoints of the host.
#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

union address {
  struct sockaddr any;
  struct sockaddr_in tcp4;
  struct sockaddr_in6 tcp6;
  struct sockaddr_un local;
};

static socklen_t address_of(const struct route *route, union address *address) {
  memset(address, 0, sizeof *address);
  if (route->kind == ROUTE_UNIX) {
    address->local.sun_family = AF_UNIX;
    size_t length = strlen(route->address) + 1; // it fits, or the request would have been refused
    memcpy(address->local.sun_path, route->address, length);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  }
  if (route->kind == ROUTE_TCP6) {
    address->tcp6.sin6_family = AF_INET6;
    address->tcp6.sin6_port = htons((uint16_t)route->port);
    memcpy(&address->tcp6.sin6_addr, route->address, sizeof address->tcp6.sin6_addr);
    return sizeof address->tcp6;
  }
  address->tcp4.sin_family = AF_INET;
  address->tcp4.sin_port = htons((uint16_t)route->port);
  memcpy(&address->tcp4.sin_addr, route->address, sizeof address->tcp4.sin_addr);
  return sizeof address->tcp4;
}

int open_endpoint(const struct route *route) {
  int family = route->kind == ROUTE_UNIX ? AF_UNIX : route->kind == ROUTE_TCP6 ? AF_INET6 : AF_INET;
  int on = 1;
  int endpoint = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (endpoint < 0 || family == AF_UNIX) return endpoint;
  (void)setsockopt(endpoint, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // without, it is only slower
  return endpoint;
}

// Whether the port was free and the kernel has chosen it for this very socket, which is then connected to itself.
static bool is_own(int endpoint, const struct route *route) {
  union address own, peer;
  socklen_t size = sizeof own;
  if (route->kind == ROUTE_UNIX || getsockname(endpoint, &own.any, &size) != 0) return false;
  (void)address_of(route, &peer);
  if (route->kind == ROUTE_TCP4)
    return own.tcp4.sin_port == peer.tcp4.sin_port && own.tcp4.sin_addr.s_addr == peer.tcp4.sin_addr.s_addr;
  return own.tcp6.sin6_port == peer.tcp6.sin6_port &&
         memcmp(&own.tcp6.sin6_addr, &peer.tcp6.sin6_addr, sizeof own.tcp6.sin6_addr) == 0;
}

int connection_error(int endpoint, const struct route *route) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(endpoint, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  if (error != 0) return error;
  return is_own(endpoint, route) ? ECONNREFUSED : 0;
}

int connect_endpoint(int endpoint, const struct route *route) {
  union address address, peer;
  socklen_t size = address_of(route, &address), peer_size = sizeof peer;
  int error;
  do error = connect(endpoint, &address.any, size) == 0 ? 0 : errno;
  while (error == EINTR && route->kind == ROUTE_UNIX);
  if (error == EINTR) return EINPROGRESS;
  // On the loopback it is there before connect(2) returns.
  if (error == EINPROGRESS && getpeername(endpoint, &peer.any, &peer_size) == 0) error = 0;
  return error == 0 && is_own(endpoint, route) ? ECONNREFUSED : error;
}
