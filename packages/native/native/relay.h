// SPDX-License-Identifier: Apache-2.0
// The relay: copies what comes in at listeners of the sandbox to endpoints of the host, and back. It is a process
// of its own that has nothing but its sockets.
#ifndef RELAY_H
#define RELAY_H

#include "request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct relay_listener {
  int socket;
  const struct route *route;
};

struct relay_plan {
  int link; // to supervise: tells it errno or 0 when all is ready, and is told when the command has ended
  const struct relay_listener *listeners;
  uint32_t count;
  const struct supervise_request *request; // its preface and filter
};

// The whole life of the relay, a child of `supervisor`.
_Noreturn void relay(const struct relay_plan *plan, pid_t supervisor);

// relay-setup.c
// The listeners have the numbers from RELAY_LISTENERS up in their order, the link has RELAY_LINK, and nothing else
// is open but /dev/null. Each gives 0 or errno.
enum { RELAY_LINK = 3, RELAY_LISTENERS };
int isolate_relay(const struct relay_plan *plan, pid_t supervisor, int *link);
// After this only what the filter allows can be called.
int confine_relay(const struct sock_fprog *filter);

// relay-buffers.c
enum { BUFFER_SIZE = 64 * 1024 };
// Address space for so many; the memory comes with its use. 0 or errno.
int reserve_buffers(uint32_t count);
char *take_buffer(void);
void give_buffer(char *buffer);

// relay-endpoint.c
// A socket that can be connected to the endpoint; -1 and errno.
int open_endpoint(const struct route *route);
// 0: it is connected. EINPROGRESS: that is told by EPOLLOUT. EAGAIN: it has to be tried again. Else it has failed.
int connect_endpoint(int socket, const struct route *route);
// What became of EINPROGRESS: 0 or errno.
int connection_error(int socket, const struct route *route);

// relay-connection.c
enum side_name { CLIENT = 0, ENDPOINT = 1 };

struct side {
  int socket;
  uint32_t watched; // the events that epoll tells of
  char *held;       // what came from here and did not go to the other side yet; NULL: nothing
  size_t held_from, held_to;
  bool has_ended; // nothing more comes from here
  bool is_shut;   // nothing more goes to here, and it has been told
  bool is_broken; // nothing can go to here any more
};

struct connection {
  uint32_t generation; // no other connection of this slot has it; even: the slot is free
  uint32_t next_free;
  bool is_connecting;
  int64_t deadline_ms; // of the connecting
  const struct route *route;
  struct side sides[2];
};

struct connections {
  int events; // epoll
  struct connection *all;
  uint32_t capacity;
  uint32_t count;
  uint32_t connecting;
  uint32_t first_free;
  bool is_draining; // the clients are gone, and what they have sent is all that matters
  const void *preface;
  size_t preface_size;
};

// While `is_on`, closing the socket resets its connection: whoever dies has not ended what it did.
void set_reset_at_close(int socket, bool is_on);
// 0 or errno. There may be as many as `capacity` says, which is at most what was asked for.
int reserve_connections(struct connections *connections, uint32_t wanted);
// Takes both sockets. There has to be room.
void begin_connection(struct connections *connections, int client, int endpoint, const struct route *route,
                      int64_t deadline_ms);
// What epoll has told with `key`.
void serve_connection(struct connections *connections, uint64_t key, uint32_t told);
// Ends what has been connecting for too long, tries again where the endpoint had no room, and looks at everything
// when the clients are gone.
void check_connections(struct connections *connections, int64_t now_ms);

#endif
