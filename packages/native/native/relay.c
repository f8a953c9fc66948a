// SPDX-License-Identifier: Apache-2.0
// What the relay waits for, and when it accepts.
#include "relay.h"
#include "clock.h"
#include "status.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  CONNECTIONS_MAX = 4096,
  CONNECTING_MAX = 256,
  CONNECT_MS = 10 * 1000,
  CHECK_MS = 10,         // between two looks at what epoll does not tell
  SHORTAGE_MS = 100,     // without accepting, when there are too few descriptors or too little memory
  SPARE_DESCRIPTORS = 8, // what is not a connection's or a listener's: epoll, the link, the streams
  EVENTS_MAX = 256,      // told at once
};

// Keys of epoll that are no connection's: those of listeners are their index.
static const uint64_t LINK_KEY = UINT32_MAX;

struct relay {
  const struct relay_plan *plan;
  struct connections connections;
  bool is_accepting;
  int64_t now_ms;
  int64_t accepts_from_ms;
  int64_t checked_ms;
};

static int watch(const struct relay *relay, int socket, uint64_t key, uint32_t events, int operation) {
  struct epoll_event event = {.events = events, .data.u64 = key};
  return epoll_ctl(relay->connections.events, operation, socket, &event);
}

// As many connections as this process may open sockets for.
static uint32_t affordable(const struct relay_plan *plan) {
  struct rlimit files;
  rlim_t own = plan->count + SPARE_DESCRIPTORS;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur <= own) return 0;
  rlim_t pairs = (files.rlim_cur - own) / 2;
  return pairs < CONNECTIONS_MAX ? (uint32_t)pairs : CONNECTIONS_MAX;
}

// 0 or errno.
static int prepare(struct relay *relay, int link) {
  uint32_t wanted = affordable(relay->plan);
  int error = wanted == 0 ? EMFILE : reserve_connections(&relay->connections, wanted);
  if (error != 0) return error;
  relay->connections.preface = relay->plan->request->preface;
  relay->connections.preface_size = relay->plan->request->preface_size;
  relay->connections.events = epoll_create1(EPOLL_CLOEXEC);
  if (relay->connections.events < 0) return errno;
  if (watch(relay, link, LINK_KEY, EPOLLIN, EPOLL_CTL_ADD) != 0) return errno;
  for (uint32_t i = 0; i < relay->plan->count; i++)
    if (watch(relay, RELAY_LISTENERS + (int)i, i, EPOLLIN, EPOLL_CTL_ADD) != 0) return errno;
  relay->is_accepting = true;
  return confine_relay(&relay->plan->request->relay_filter);
}

static bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

// Whether there was somebody to accept. What cannot be served for want of descriptors stays in the queue.
static bool accept_one(struct relay *relay, uint32_t index) {
  const struct route *route = relay->plan->listeners[index].route;
  int endpoint = open_endpoint(route);
  bool is_short = endpoint < 0 && is_shortage(errno);
  int client = is_short ? -1 : accept4(RELAY_LISTENERS + (int)index, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client >= 0 && endpoint >= 0) {
    begin_connection(&relay->connections, client, endpoint, route, relay->now_ms + CONNECT_MS);
    return true;
  }
  if (client < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
    relay->accepts_from_ms = relay->now_ms + SHORTAGE_MS;
  if (client >= 0) {
    // Nothing like the endpoint is known here, for example no IPv6.
    set_reset_at_close(client, true);
    (void)close(client);
  }
  if (endpoint >= 0) (void)close(endpoint);
  return client >= 0;
}

// The command has ended: whoever has connected until now is served, nobody else.
static void drain(struct relay *relay) {
  relay->connections.is_draining = true;
  relay->is_accepting = false;
  (void)watch(relay, RELAY_LINK, LINK_KEY, 0, EPOLL_CTL_DEL);
  for (uint32_t i = 0; i < relay->plan->count; i++) {
    while (relay->connections.count < relay->connections.capacity && accept_one(relay, i)) continue;
    (void)close(RELAY_LISTENERS + (int)i);
  }
}

static void heed_link(struct relay *relay) {
  char word;
  // Without supervise, which has said nothing, nobody is left for whom anything is copied.
  if (recv(RELAY_LINK, &word, sizeof word, 0) <= 0) _exit(STATUS_SETUP);
  drain(relay);
}

static void update_accepting(struct relay *relay) {
  const struct connections *connections = &relay->connections;
  bool has_room = connections->count < connections->capacity && connections->connecting < CONNECTING_MAX;
  bool should_accept = has_room && relay->now_ms >= relay->accepts_from_ms;
  if (connections->is_draining || should_accept == relay->is_accepting) return;
  relay->is_accepting = should_accept;
  for (uint32_t i = 0; i < relay->plan->count; i++)
    if (watch(relay, RELAY_LISTENERS + (int)i, i, should_accept ? EPOLLIN : EPOLLET, EPOLL_CTL_MOD) != 0)
      _exit(STATUS_SETUP);
}

// What happens without being told by epoll: time passes.
static void pass_time(struct relay *relay) {
  struct connections *connections = &relay->connections;
  relay->now_ms = now_ms();
  bool needs_check = connections->connecting > 0 || connections->is_draining;
  if (!needs_check || relay->now_ms < relay->checked_ms + CHECK_MS) return;
  relay->checked_ms = relay->now_ms;
  check_connections(connections, relay->now_ms);
}

static int time_to_wait(const struct relay *relay) {
  if (relay->connections.connecting > 0 || relay->connections.is_draining) return CHECK_MS;
  return relay->now_ms < relay->accepts_from_ms ? SHORTAGE_MS : -1;
}

static void serve(struct relay *relay, const struct epoll_event *event) {
  uint64_t key = event->data.u64;
  if (key == LINK_KEY) return heed_link(relay);
  if (key > UINT32_MAX) return serve_connection(&relay->connections, key, event->events);
  if (relay->is_accepting && relay->connections.count < relay->connections.capacity)
    (void)accept_one(relay, (uint32_t)key);
}

_Noreturn void relay(const struct relay_plan *plan, pid_t supervisor) {
  static struct relay relay;
  struct epoll_event events[EVENTS_MAX];
  int link = plan->link;
  relay.plan = plan;
  int error = isolate_relay(plan, supervisor, &link);
  if (error == 0) error = prepare(&relay, link);
  if (send(link, &error, sizeof error, MSG_NOSIGNAL) < 0 || error != 0) _exit(STATUS_SETUP);
  for (;;) {
    int count = epoll_wait(relay.connections.events, events, EVENTS_MAX, time_to_wait(&relay));
    if (count < 0 && errno != EINTR) _exit(STATUS_SETUP);
    pass_time(&relay);
    for (int i = 0; i < count; i++) serve(&relay, &events[i]);
    update_accepting(&relay);
    if (relay.connections.is_draining && relay.connections.count == 0) _exit(0);
  }
}
