// SPDX-License-Identifier: Apache-2.0
// The broker: starts `supervise` for a caller that is too large to fork. What is said, and by which way, is told
// in docs/native-protocol.md. packages/native/src/protocol/broker-messages.ts repeats the numbers.
#ifndef BROKER_H
#define BROKER_H

#include "protocol.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
  BROKER_REQUESTS = 30,       // the pipe that requests come through, which the caller opens in /proc
  BROKER_REPLIES = 31,        // the one that replies go through
  BROKER_NAME_SIZE = 108,     // of the abstract name that the first reply is: sun_path of unix(7)
  BROKER_CHILDREN_MAX = 4096, // that run, or that the caller has not been told the end of
};

enum broker_kind { BROKER_SPAWN = 1, BROKER_SIGNAL = 2 };

enum broker_slot {
  BROKER_IGNORE = 0, // /dev/null below 3, else closed
  BROKER_SOCKET = 1, // the next connection
};

struct broker_request {
  uint32_t kind;
  uint32_t child;   // the caller's name for it, unlike that of all others that run
  uint32_t value;   // of a spawn 1: in a session of its own; else the signal
  uint32_t granted; // slots that are used
  uint32_t expected;
  uint8_t slots[GRANTED_MAX + 2];
};
_Static_assert(sizeof(struct broker_request) == 272, "no padding");

struct broker_reply {
  uint32_t error; // 0 or errno
  int32_t pid;
};

struct broker_event {
  uint32_t child;
  uint32_t status; // of wait(2)
};

struct broker_service {
  const char *name; // argv[0] of what is started
  pid_t caller;
  int caller_pidfd;
  int program;  // own file
  int listener; // the caller connects to it once for each socket of a child
  int watch;    // what a child has to hang up when this process ends
};

// The whole life of `broker EVENTS CALLER`.
_Noreturn void broker(const char *name, int events, pid_t caller);

// broker-sockets.c
// A socket that can be connected to, by an abstract name of 108 bytes that is not taken and goes to `name`; -1.
int open_broker_listener(char *name);
// Takes exactly `count` connections, all that the caller has made, in their order: 0 or errno. EAGAIN: it has made
// less. ESTALE: some could not be taken, and would be in the way of the next child's. EBADMSG: it has made more.
// What anybody else has made is closed.
int take_connections(const struct broker_service *service, int *sockets, uint32_t count);

// broker-caller.c
// Notes what a child inherits from the caller. False where it cannot be told.
bool note_caller(pid_t caller);
// Whether a child of this process still inherits what one of the caller does.
bool is_as_noted(pid_t caller);

// broker-spawn.c
// Starts supervise for the request, with `sockets` for its slots and for control: 0 or errno.
int spawn_supervise(const struct broker_service *service, const struct broker_request *request, const int *sockets,
                    pid_t *pid);

// broker-children.c
bool has_room_for_child(uint32_t name);
void add_child(uint32_t name, pid_t pid);
// 0 or errno, ESRCH for one that has been reaped: its number can be somebody else's.
int signal_child(uint32_t name, int number);
void reap_children(void);
// Whether the caller has now been told all.
bool report_children(int events);

#endif
