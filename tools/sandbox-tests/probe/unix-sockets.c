// SPDX-License-Identifier: Apache-2.0
// Sockets with names in the file system, or abstract ones, whose names start
// with @.
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
  struct msghdr message = {.msg_name = &address, .msg_iov = &bytes, .msg_iovlen = 1};
  message.msg_namelen = unix_address(&address, name);
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
  struct msghdr message = {
      .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
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
  struct msghdr message = {
      .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
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

// The directory goes to whoever connects.
static void answer(int type, int fd, int directory) {
  char bytes[64];
  if (type == SOCK_DGRAM) {
    (void)recv(fd, bytes, sizeof bytes, 0);
    return;
  }
  int accepted = accept(fd, NULL, NULL);
  (void)send_descriptor(accepted, directory);
  (void)close(accepted);
}

enum { SERVERS_MAX = 16 };

// `serve DIRECTORY {STREAM DATAGRAM}...`: serves these names until stdin ends,
// and removes them.
static int serve_names(char **args) {
  struct pollfd watched[1 + SERVERS_MAX] = {{.fd = STDIN_FILENO, .events = POLLIN}};
  int directory = open(args[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
  char byte, **names = args + 1;
  for (; count < SERVERS_MAX && names[count] != NULL; count++) {
    int fd = serve_name(count % 2 == 0 ? SOCK_STREAM : SOCK_DGRAM, names[count]);
    if (fd < 0) return errno;
    watched[1 + count] = (struct pollfd){.fd = fd, .events = POLLIN};
  }
  puts("ready");
  (void)fflush(stdout);
  while (poll(watched, (nfds_t)count + 1, -1) > 0) {
    if (watched[0].revents != 0 && read(STDIN_FILENO, &byte, 1) <= 0) break;
    for (int i = 0; i < count; i++)
      if (watched[1 + i].revents != 0) answer(i % 2 == 0 ? SOCK_STREAM : SOCK_DGRAM, watched[1 + i].fd, directory);
  }
  for (int i = 0; i < count; i++) (void)unlink(names[i]);
  return 0;
}

const struct attempt UNIX_SOCKET_ATTEMPTS[] = {
    {"serve", 3, serve_names},
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
