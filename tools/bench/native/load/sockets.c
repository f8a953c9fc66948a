// SPDX-License-Identifier: Apache-2.0
// TCP on the loopback, in blocking calls.
#include "load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

void die(const char *what) {
  perror(what);
  exit(1);
}

static struct sockaddr_in loopback(unsigned port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET,
      .sin_port = htons((uint16_t)port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
}

// What is accepted has it too: tcp(7).
static int open_socket(void) {
  int on = 1, one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (one < 0) die("socket");
  if (setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) die("TCP_NODELAY");
  return one;
}

int listen_anywhere(void) {
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  int listener = open_socket();
  if (bind(listener, (struct sockaddr *)&address, size) != 0) die("bind");
  if (listen(listener, BACKLOG) != 0) die("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &size) != 0) die("getsockname");
  printf("%u\n", ntohs(address.sin_port));
  (void)fflush(stdout);
  return listener;
}

static unsigned server_port(void) {
  const char *url = getenv("HTTP_PROXY");
  const char *colon = url == NULL ? NULL : strrchr(url, ':');
  if (colon == NULL) {
    fputs("load: HTTP_PROXY names no server\n", stderr);
    exit(2);
  }
  return (unsigned)strtoul(colon + 1, NULL, 10);
}

int connect_for(enum request request) {
  struct sockaddr_in address = loopback(server_port());
  char byte = (char)request;
  int server = open_socket();
  if (connect(server, (struct sockaddr *)&address, sizeof address) != 0) die("connect");
  send_all(server, &byte, 1);
  return server;
}

void send_all(int socket, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = send(socket, bytes, size, MSG_NOSIGNAL);
    if (count < 0) die("send");
    bytes += count;
    size -= (size_t)count;
  }
}

void receive_all(int socket, char *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = recv(socket, bytes, size, 0);
    if (count <= 0) die(count < 0 ? "recv" : "recv: the end came early");
    bytes += count;
    size -= (size_t)count;
  }
}

void close_at_once(int socket) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  if (setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) != 0) die("SO_LINGER");
  (void)close(socket);
}
