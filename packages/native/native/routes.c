// SPDX-License-Identifier: Apache-2.0
#include "routes.h"
#include "clock.h"
#include "descriptors.h"
#include "relay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  ANSWER_MS = 30 * 1000, // for a listener that was passed on to be accepted
  DRAIN_MS = 500,        // for the relay to forward what is left at the end
};

void check_listeners(struct run *run) {
  uint32_t count = count_listeners(run->plan.enter, run->plan.enter_size);
  if (count != run->plan.route_count) fail(run, STEP_LISTENERS, EBADMSG);
}

// Whether there is something to read before `deadline`. False when the run is over by then.
static bool await_answer(struct run *run, int descriptor, int64_t deadline) {
  for (;;) {
    struct pollfd ready[] = {{descriptor, POLLIN, 0},
                             {run->signals, POLLIN, 0},
                             {run->caller, POLLIN, 0},
                             {run->enter_pidfd, POLLIN, 0}};
    int64_t left = deadline - now_ms();
    if (left <= 0) fail(run, STEP_ROUTES, ETIMEDOUT);
    if (poll(ready, sizeof ready / sizeof *ready, (int)left) < 0 && errno != EINTR) fail(run, STEP_ROUTES, errno);
    if (ready[2].revents != 0 || ready[3].revents != 0) return false;
    if (ready[1].revents != 0 && is_interrupted(run)) fail(run, STEP_INTERRUPTED, run->interrupted_by);
    if (ready[0].revents != 0) return true;
  }
}

// Gives the listener to the other end, and waits until that has said that it has it.
static bool pass_on(struct run *run, const struct route *route, int listener) {
  char answer[ANSWER_SIZE_MAX];
  uint32_t wanted = route->size.answer_size;
  int64_t deadline = now_ms() + ANSWER_MS;
  if (send_with_descriptors(route->descriptor, (void *)route->offer, route->size.size, &listener, 1) != 0)
    fail(run, STEP_ROUTES, errno);
  for (uint32_t length = 0; length < wanted;) {
    if (!await_answer(run, route->descriptor, deadline)) return false;
    ssize_t count = recv(route->descriptor, answer + length, wanted - length, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count <= 0) fail(run, STEP_ROUTES, ECONNREFUSED);
    length += (uint32_t)count;
  }
  if (memcmp(answer, route->offer + route->size.size, wanted) != 0) fail(run, STEP_ROUTES, ECONNREFUSED);
  return true;
}

static void start_relay(struct run *run, const struct relay_listener *listeners, uint32_t count) {
  int pair[2];
  uint32_t error;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) fail(run, STEP_ROUTES, errno);
  struct relay_plan plan = {.link = pair[1], .listeners = listeners, .count = count, .request = &run->plan};
  pid_t supervisor = getpid();
  run->relay = fork();
  if (run->relay < 0) {
    run->relay = 0;
    fail(run, STEP_ROUTES, errno);
  }
  if (run->relay == 0) relay(&plan, supervisor);
  run->link = pair[0];
  (void)close(pair[1]);
  ssize_t length;
  do length = recv(run->link, &error, sizeof error, 0);
  while (length < 0 && errno == EINTR);
  if (length != (ssize_t)sizeof error) fail(run, STEP_ROUTES, ECHILD); // killed before it could say anything
  if (error != 0) fail(run, STEP_ROUTES, (int)error);
}

// Several routes may have the same one.
static void close_route_descriptors(struct run *run) {
  for (uint32_t i = 0; i < run->plan.route_count; i++) {
    int descriptor = run->plan.routes[i].descriptor;
    for (uint32_t j = i; descriptor >= 0 && j < run->plan.route_count; j++)
      if (run->plan.routes[j].descriptor == descriptor) run->plan.routes[j].descriptor = -1;
    if (descriptor >= 0) (void)close(descriptor);
  }
}

bool connect_routes(struct run *run, const int *listeners) {
  struct relay_listener relayed[ROUTES_MAX];
  uint32_t count = 0;
  for (uint32_t i = 0; i < run->plan.route_count; i++) {
    const struct route *route = &run->plan.routes[i];
    if (is_relayed(route))
      relayed[count++] = (struct relay_listener){listeners[i], route};
    else if (!pass_on(run, route, listeners[i]))
      return false;
  }
  close_route_descriptors(run);
  if (count > 0) start_relay(run, relayed, count);
  return true;
}

void drain_relay(struct run *run) {
  int64_t deadline = now_ms() + DRAIN_MS;
  if (run->relay == 0) return;
  (void)send(run->link, "", 1, MSG_NOSIGNAL); // it fails when the relay has ended
  while (!run->caller_is_gone) {
    struct pollfd ready[] = {{run->link, POLLIN, 0}, {run->caller, POLLIN, 0}};
    int64_t left = deadline - now_ms();
    if (left <= 0) break;
    if (poll(ready, 2, (int)left) < 0 && errno != EINTR) break;
    if (ready[1].revents != 0 || ready[0].revents != 0) break; // the relay has ended, or has to
  }
  kill_relay(run);
}

void kill_relay(struct run *run) {
  if (run->relay == 0) return;
  (void)kill(run->relay, SIGKILL); // its number is its own until it is reaped
  (void)close(run->link);
  pid_t ended;
  do ended = waitpid(run->relay, NULL, 0);
  while (ended < 0 && errno == EINTR);
  run->relay = 0;
  run->link = -1;
}
