// SPDX-License-Identifier: Apache-2.0
// Sockets with names in the file system, or abstract ones, whose names start with @.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static socklen_t unix_address(struct sockaddr_un *address, const char *name) {
  size_t length = strlen(name);
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (length >= sizeof address->sun_path) exit(2);
  memcpy(address->sun_path, name, length);
  if (*name == '@') address->sun_path[0] = '\0';
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (*name == '@' ? 0 : 1));
}

static int connect_to(int type, const char *name, int *connected) {
  struct sockaddr_un address;
  socklen_t size = unix_address(&address, name);
  *connected = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (*connected < 0) return errno;
  return outcome(connect(*connected, (struct sockaddr *)&address, size));
}

static int connect_stream(char **args) {
  int connected;
  return connect_to(SOCK_STREAM, args[0], &connected);
}

static int send_by_name(int fd, const char *name) {
  struct sockaddr_un address;
  socklen_t size = unix_address(&address, name);
  if (fd < 0) return errno;
  return outcome(sendto(fd, "x", 1, MSG_NOSIGNAL, (struct sockaddr *)&address, size));
}

static int send_message_by_name(int fd, const char *name) {
  struct sockaddr_un address;
  char byte = 'x';
  struct iovec bytes = {&byte, 1};
  struct msghdr message = {.msg_name = &address, .msg_namelen = unix_address(&address, name), .msg_iov = &bytes, .msg_iovlen = 1};
  if (fd < 0) return errno;
  return outcome(sendmsg(fd, &message, MSG_NOSIGNAL));
}

static int datagram_socket(void) { return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0); }

// The end of a pair; its kind decides whether it can be sent elsewhere.
static int end_of_pair(int type) {
  int pair[2];
  return socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) == 0 ? pair[0] : -1;
}

static int send_datagram(char **args) { return send_by_name(datagram_socket(), args[0]); }
static int send_datagram_message(char **args) { return send_message_by_name(datagram_socket(), args[0]); }
static int send_from_pair(char **args) { return send_by_name(end_of_pair(SOCK_DGRAM), args[0]); }
static int send_message_from_pair(char **args) { return send_message_by_name(end_of_pair(SOCK_DGRAM), args[0]); }
static int send_from_raw_pair(char **args) { return send_by_name(end_of_pair(SOCK_RAW), args[0]); }

static int connect_pair(char **args) {
  struct sockaddr_un address;
  socklen_t size = unix_address(&address, args[0]);
  int fd = end_of_pair(SOCK_DGRAM);
  return fd < 0 ? errno : outcome(connect(fd, (struct sockaddr *)&address, size));
}

static int bind_stream(char **args) {
  struct sockaddr_un address;
  socklen_t size = unix_address(&address, args[0]);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return fd < 0 ? errno : outcome(bind(fd, (struct sockaddr *)&address, size));
}

static int send_descriptor(int socket_fd, int fd) {
  char byte = 'x';
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec bytes = {&byte, 1};
  struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  return outcome(sendmsg(socket_fd, &message, MSG_NOSIGNAL));
}

// Receives a directory from the server at `args[0]` and opens `args[1]` in it.
static int receive_directory(char **args) {
  int connected, directory, error = connect_to(SOCK_STREAM, args[0], &connected);
  char byte;
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof directory)];
  struct iovec bytes = {&byte, 1};
  struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (error != 0) return error;
  if (recvmsg(connected, &message, 0) < 0) return errno;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header == NULL || header->cmsg_type != SCM_RIGHTS) return ENODATA;
  memcpy(&directory, CMSG_DATA(header), sizeof directory);
  return outcome(openat(directory, args[1], O_RDONLY | O_CLOEXEC));
}

static int serve_name(int type, const char *name) {
  struct sockaddr_un address;
  socklen_t size = unix_address(&address, name);
  int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0) return -1;
  if (type == SOCK_STREAM && listen(fd, 8) != 0) return -1;
  return fd;
}

// `serve STREAM DATAGRAM ABSTRACT-STREAM ABSTRACT-DATAGRAM DIRECTORY`: gives the directory to whoever connects, until stdin ends.
static int serve_names(char **args) {
  static const int TYPES[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_STREAM, SOCK_DGRAM};
  struct pollfd watched[5] = {{.fd = STDIN_FILENO, .events = POLLIN}};
  char bytes[64];
  int directory = open(args[4], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int i = 0; i < 4; i++) {
    watched[i + 1] = (struct pollfd){.fd = serve_name(TYPES[i], args[i]), .events = POLLIN};
    if (watched[i + 1].fd < 0) return errno;
  }
  puts("ready");
  (void)fflush(stdout);
  while (poll(watched, 5, -1) > 0) {
    if (watched[0].revents != 0 && read(STDIN_FILENO, bytes, sizeof bytes) <= 0) return 0;
    for (int i = 0; i < 4; i++) {
      if (watched[i + 1].revents == 0) continue;
      if (TYPES[i] == SOCK_DGRAM) (void)recv(watched[i + 1].fd, bytes, sizeof bytes, 0);
      if (TYPES[i] != SOCK_STREAM) continue;
      int accepted = accept(watched[i + 1].fd, NULL, NULL);
      (void)send_descriptor(accepted, directory);
      (void)close(accepted);
    }
  }
  return errno;
}

const struct attempt UNIX_SOCKET_ATTEMPTS[] = {
    {"serve", 5, serve_names},
    {"connect-unix", 1, connect_stream},
    {"bind-unix", 1, bind_stream},
    {"sendto-unix", 1, send_datagram},
    {"sendmsg-unix", 1, send_datagram_message},
    {"pair-connect", 1, connect_pair},
    {"pair-sendto", 1, send_from_pair},
    {"pair-sendmsg", 1, send_message_from_pair},
    {"raw-pair-sendto", 1, send_from_raw_pair},
    {"receive-directory", 2, receive_directory},
    {0},
};
