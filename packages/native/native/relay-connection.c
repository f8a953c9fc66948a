// SPDX-License-Identifier: Apache-2.0
// One connection: two sockets, and what is copied between them.
//
// What was read and cannot be written at once is held, and nothing more is read from that side before it is gone.
// An end is passed on behind everything that came before it, a reset too.
#include "relay.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

// How often a side is read before others have their turn.
enum { ROUNDS = 4 };

static uint64_t key_of(const struct connections *connections, const struct connection *one, enum side_name name) {
  uint32_t index = (uint32_t)(one - connections->all);
  return (uint64_t)one->generation << 32 | index << 1 | name;
}

static bool watch(const struct connections *connections, struct connection *one, enum side_name name,
                  uint32_t wanted, int operation) {
  struct epoll_event event = {.events = wanted, .data.u64 = key_of(connections, one, name)};
  one->sides[name].watched = wanted;
  return epoll_ctl(connections->events, operation, one->sides[name].socket, &event) == 0;
}

static void drop_held(struct side *side) {
  if (side->held != NULL) give_buffer(side->held);
  side->held = NULL;
}

void set_reset_at_close(int socket, bool is_on) {
  struct linger linger = {.l_onoff = is_on, .l_linger = 0};
  (void)setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger); // fails for no socket
}

// Both ends are told that it did not end well.
static void reset_connection(struct connections *connections, struct connection *one) {
  for (int i = 0; i < 2; i++) {
    drop_held(&one->sides[i]);
    (void)close(one->sides[i].socket); // which epoll notices
  }
  one->generation++;
  one->next_free = connections->first_free;
  connections->first_free = (uint32_t)(one - connections->all);
  connections->count--;
  if (one->is_connecting) connections->connecting--;
}

static void end_connection(struct connections *connections, struct connection *one) {
  for (int i = 0; i < 2; i++) set_reset_at_close(one->sides[i].socket, false);
  reset_connection(connections, one);
}

// Nothing can go to this side any more, so nothing is held for it.
static void break_side(struct connection *one, enum side_name name) {
  one->sides[name].is_broken = true;
  drop_held(&one->sides[!name]);
}

// How much of it `name` has taken; 0 also when it has broken.
static size_t write_to(struct connection *one, enum side_name name, const char *bytes, size_t size) {
  ssize_t count;
  do count = send(one->sides[name].socket, bytes, size, MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  if (count >= 0) return (size_t)count;
  if (errno != EAGAIN) break_side(one, name);
  return 0;
}

// Whether nothing from this side is held any more.
static bool flush(struct connection *one, enum side_name from) {
  struct side *source = &one->sides[from];
  if (source->held == NULL) return true;
  source->held_from += write_to(one, !from, source->held + source->held_from, source->held_to - source->held_from);
  if (source->held != NULL && source->held_from == source->held_to) drop_held(source);
  return source->held == NULL;
}

static void copy(struct connection *one, enum side_name from) {
  static char bytes[BUFFER_SIZE];
  struct side *source = &one->sides[from];
  if (!flush(one, from)) return;
  for (int round = 0; round < ROUNDS && !source->has_ended && !one->sides[!from].is_broken; round++) {
    ssize_t count = recv(source->socket, bytes, sizeof bytes, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) break_side(one, from);
    if (count <= 0) {
      source->has_ended = true;
      return;
    }
    size_t size = (size_t)count, written = write_to(one, !from, bytes, size);
    if (one->sides[!from].is_broken) return;
    if (written < size) {
      source->held = take_buffer();
      source->held_from = 0;
      source->held_to = size - written;
      memcpy(source->held, bytes + written, size - written);
      return;
    }
    if (size < sizeof bytes) return; // that was all, or epoll tells of the rest
  }
}

static bool is_delivered(const struct connection *one) {
  int left = 0;
  if (one->route->kind == ROUTE_UNIX) return true; // what was written is with the reader already
  return ioctl(one->sides[ENDPOINT].socket, SIOCOUTQ, &left) != 0 || left == 0;
}

enum outcome { GOES_ON, HAS_ENDED, HAS_FAILED };

// Passes on an end of `from`, behind all that came before.
static enum outcome pass_end(struct connection *one, enum side_name from) {
  struct side *source = &one->sides[from], *target = &one->sides[!from];
  if (!source->has_ended || source->held != NULL) return GOES_ON;
  if (source->is_broken || target->is_broken) return HAS_FAILED;
  if (!target->is_shut) (void)shutdown(target->socket, SHUT_WR); // fails when it is gone, as reading it shows
  target->is_shut = true;
  return one->sides[!from].has_ended && one->sides[!from].held == NULL ? HAS_ENDED : GOES_ON;
}

// Whether all that a client which is gone has sent is with the endpoint, or can never be.
static bool is_forwarded(const struct connection *one) {
  const struct side *client = &one->sides[CLIENT];
  if (one->sides[ENDPOINT].is_broken) return true;
  return client->has_ended && client->held == NULL && is_delivered(one);
}

static enum outcome judge(const struct connections *connections, struct connection *one) {
  enum outcome forth = pass_end(one, CLIENT), back = pass_end(one, ENDPOINT);
  bool is_broken = one->sides[CLIENT].is_broken || one->sides[ENDPOINT].is_broken;
  bool is_all_broken = one->sides[CLIENT].is_broken && one->sides[ENDPOINT].is_broken;
  if (connections->is_draining && !is_forwarded(one)) return GOES_ON;
  if (connections->is_draining) return is_broken ? HAS_FAILED : HAS_ENDED;
  if (is_all_broken) return HAS_FAILED;
  return forth > back ? forth : back;
}

static bool watch_side(const struct connections *connections, struct connection *one, enum side_name name) {
  const struct side *side = &one->sides[name], *other = &one->sides[!name];
  uint32_t wanted = 0;
  if (!side->has_ended && side->held == NULL && !other->is_broken) wanted |= EPOLLIN;
  if (other->held != NULL) wanted |= EPOLLOUT;
  // A hang-up is told all the same, but then only once.
  if (wanted == 0) wanted = EPOLLET;
  return wanted == side->watched || watch(connections, one, name, wanted, EPOLL_CTL_MOD);
}

// After everything that was copied.
static void settle(struct connections *connections, struct connection *one) {
  enum outcome outcome = judge(connections, one);
  if (outcome == HAS_ENDED) return end_connection(connections, one);
  if (outcome == HAS_FAILED) return reset_connection(connections, one);
  if (!watch_side(connections, one, CLIENT) || !watch_side(connections, one, ENDPOINT))
    reset_connection(connections, one);
}

// The endpoint is there: it is told who comes, and both sides are copied from now on.
static void open_connection(struct connections *connections, struct connection *one) {
  size_t size = connections->preface_size;
  int operation = one->sides[ENDPOINT].watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  one->is_connecting = false;
  connections->connecting--;
  bool is_watched = watch(connections, one, CLIENT, EPOLLIN, EPOLL_CTL_ADD) &&
                    watch(connections, one, ENDPOINT, EPOLLIN, operation);
  bool is_told = size == 0 || write_to(one, ENDPOINT, connections->preface, size) == size;
  if (!is_watched || !is_told) return reset_connection(connections, one);
  copy(one, CLIENT); // what it has sent meanwhile
  settle(connections, one);
}

static void try_to_connect(struct connections *connections, struct connection *one) {
  int error = connect_endpoint(one->sides[ENDPOINT].socket, one->route);
  if (error == 0) return open_connection(connections, one);
  if (error == EAGAIN) return;
  if (error != EINPROGRESS || !watch(connections, one, ENDPOINT, EPOLLOUT, EPOLL_CTL_ADD))
    reset_connection(connections, one);
}

int reserve_connections(struct connections *connections, uint32_t wanted) {
  int error = ENOMEM;
  for (uint32_t capacity = wanted; capacity > 0 && error != 0; capacity /= 2) {
    error = reserve_buffers(2 * capacity);
    connections->capacity = capacity;
  }
  if (error != 0) return error;
  connections->all = map_slots(connections->capacity * sizeof *connections->all);
  if (connections->all == NULL) return ENOMEM;
  for (uint32_t i = 0; i < connections->capacity; i++) connections->all[i].next_free = i + 1;
  return 0;
}

void begin_connection(struct connections *connections, int client, int endpoint, const struct route *route,
                      int64_t deadline_ms) {
  int on = 1;
  struct connection *one = &connections->all[connections->first_free];
  connections->first_free = one->next_free;
  connections->count++;
  connections->connecting++;
  *one = (struct connection){.generation = one->generation + 1,
                             .is_connecting = true,
                             .deadline_ms = deadline_ms,
                             .route = route,
                             .sides = {[CLIENT].socket = client, [ENDPOINT].socket = endpoint}};
  (void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // without, it is only slower
  set_reset_at_close(client, true);
  set_reset_at_close(endpoint, true);
  try_to_connect(connections, one);
}

void serve_connection(struct connections *connections, uint64_t key, uint32_t told) {
  struct connection *one = &connections->all[(uint32_t)key >> 1];
  enum side_name name = key & 1;
  if (one->generation != key >> 32) return; // closed since it was told
  if (one->is_connecting) {
    if (connection_error(one->sides[ENDPOINT].socket, one->route) == 0) return open_connection(connections, one);
    return reset_connection(connections, one);
  }
  // Nobody reads it any more, which would show the same.
  if ((told & EPOLLERR) != 0 && one->sides[name].has_ended) break_side(one, name);
  if ((told & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) copy(one, name);
  if ((told & EPOLLOUT) != 0) copy(one, !name);
  settle(connections, one);
}

void check_connections(struct connections *connections, int64_t now_ms) {
  for (uint32_t i = 0; i < connections->capacity; i++) {
    struct connection *one = &connections->all[i];
    if (one->generation % 2 == 0) continue;
    if (!one->is_connecting) {
      if (connections->is_draining) settle(connections, one);
    } else if (now_ms >= one->deadline_ms) {
      reset_connection(connections, one);
    } else if (one->sides[ENDPOINT].watched == 0) {
      try_to_connect(connections, one);
    }
  }
}
