// SPDX-License-Identifier: Apache-2.0
// Sockets of the internet families and of rare ones.
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { PROTOCOL_MPTCP = 262 };

static const struct {
  const char *name;
  int value;
} WORDS[] = {
    {"unix", AF_UNIX},     {"inet", AF_INET}, {"inet6", AF_INET6},           {"netlink", AF_NETLINK},
    {"packet", AF_PACKET}, {"alg", AF_ALG},   {"vsock", AF_VSOCK},           {"stream", SOCK_STREAM},
    {"dgram", SOCK_DGRAM}, {"raw", SOCK_RAW}, {"seqpacket", SOCK_SEQPACKET}, {"mptcp", PROTOCOL_MPTCP},
};

static int value_of(const char *word) {
  for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
    if (strcmp(WORDS[i].name, word) == 0) return WORDS[i].value;
  return atoi(word);
}

static int make_socket(char **args) {
  return outcome(socket(value_of(args[0]), value_of(args[1]), value_of(args[2])));
}

static int make_pair(char **args) {
  int pair[2];
  return outcome(socketpair(value_of(args[0]), value_of(args[1]), 0, pair));
}

static socklen_t internet_address(struct sockaddr_storage *address, const char *host, const char *port) {
  struct sockaddr_in *four = (struct sockaddr_in *)address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
  memset(address, 0, sizeof *address);
  address->ss_family = strchr(host, ':') == NULL ? AF_INET : AF_INET6;
  if (address->ss_family == AF_INET) {
    four->sin_port = htons((uint16_t)atoi(port));
    (void)inet_pton(AF_INET, host, &four->sin_addr);
    return sizeof *four;
  }
  six->sin6_port = htons((uint16_t)atoi(port));
  (void)inet_pton(AF_INET6, host, &six->sin6_addr);
  return sizeof *six;
}

static int connect_with(int protocol, char **args) {
  struct sockaddr_storage address;
  struct timeval patience = {.tv_sec = 5};
  socklen_t size = internet_address(&address, args[0], args[1]);
  int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, protocol);
  if (fd < 0) return errno;
  (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return outcome(connect(fd, (struct sockaddr *)&address, size));
}

static int connect_tcp(char **args) { return connect_with(0, args); }
static int connect_mptcp(char **args) { return connect_with(PROTOCOL_MPTCP, args); }

// Connects by sending, without connect(2).
static int fast_open(char **args) {
  struct sockaddr_storage address;
  socklen_t size = internet_address(&address, args[0], args[1]);
  int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  return outcome(sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)&address, size));
}

static int listen_on(const char *host, const char *port, char *bound_port, size_t bound_size) {
  struct sockaddr_storage address;
  socklen_t size = internet_address(&address, host, port);
  int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 8) != 0) return -1;
  if (getsockname(fd, (struct sockaddr *)&address, &size) != 0) return -1;
  // The port is at one place in the addresses of both families.
  (void)snprintf(bound_port, bound_size, "%u", ntohs(((struct sockaddr_in *)&address)->sin_port));
  return fd;
}

// A server and its client in one process.
static int serve_itself(char **args) {
  char port[16], byte = 0;
  int server = listen_on(args[0], "0", port, sizeof port);
  if (server < 0) return errno;
  struct sockaddr_storage address;
  socklen_t size = internet_address(&address, args[0], port);
  int client = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client < 0 || connect(client, (struct sockaddr *)&address, size) != 0) return errno;
  int accepted = accept(server, NULL, NULL);
  if (accepted < 0 || write(client, "x", 1) != 1 || read(accepted, &byte, 1) != 1) return errno;
  return byte == 'x' ? 0 : ENODATA;
}

// Listens until stdin ends: `listen HOST PORT` prints the port.
static int listen_until_told(char **args) {
  char port[16], byte;
  if (listen_on(args[0], args[1], port, sizeof port) < 0) return errno;
  puts(port);
  (void)fflush(stdout);
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  return 0;
}

static int exchange_udp(char **args) {
  struct sockaddr_storage address;
  socklen_t size = internet_address(&address, args[0], "0");
  char byte = 0;
  int receiver = socket(address.ss_family, SOCK_DGRAM, 0), sender = socket(address.ss_family, SOCK_DGRAM, 0);
  if (receiver < 0 || sender < 0) return errno;
  if (bind(receiver, (struct sockaddr *)&address, size) != 0) return errno;
  if (getsockname(receiver, (struct sockaddr *)&address, &size) != 0) return errno;
  if (sendto(sender, "x", 1, 0, (struct sockaddr *)&address, size) != 1) return errno;
  return recv(receiver, &byte, 1, 0) == 1 && byte == 'x' ? 0 : errno;
}

static int send_udp(char **args) {
  struct sockaddr_storage address;
  socklen_t size = internet_address(&address, args[0], args[1]);
  int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  return outcome(sendto(fd, "x", 1, 0, (struct sockaddr *)&address, size));
}

const struct attempt SOCKET_ATTEMPTS[] = {
    {"socket", 3, make_socket},       {"socketpair", 2, make_pair},
    {"connect-tcp", 2, connect_tcp},  {"connect-mptcp", 2, connect_mptcp},
    {"fast-open", 2, fast_open},      {"serve-itself", 1, serve_itself},
    {"listen", 2, listen_until_told}, {"exchange-udp", 1, exchange_udp},
    {"send-udp", 2, send_udp},        {0},
};
