// SPDX-License-Identifier: Apache-2.0
// The listeners in the network namespace of the sandbox, which enter makes and does not keep.
#include "descriptors.h"
#include "enter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

static int open_listener(int status, uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) refuse(status, STEP_LISTENERS, errno);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) refuse(status, STEP_LISTENERS, errno);
  if (listen(listener, BACKLOG) != 0) refuse(status, STEP_LISTENERS, errno);
  return listener;
}

void hand_over_listeners(int status, const struct enter_request *request) {
  int listeners[ROUTES_MAX];
  struct message listening = {MESSAGE_LISTENING, 0, 0, 0};
  if (request->port_count == 0) return;
  for (uint32_t i = 0; i < request->port_count; i++) listeners[i] = open_listener(status, request->ports[i]);
  if (send_with_descriptors(status, &listening, sizeof listening, listeners, request->port_count) != 0)
    refuse(status, STEP_LISTENERS, errno);
  for (uint32_t i = 0; i < request->port_count; i++) (void)close(listeners[i]);
}
