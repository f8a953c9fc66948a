// SPDX-License-Identifier: Apache-2.0
// usage: linux-sandbox-native supervise FD GRANTED CALLER [WATCH|- [EXPECTED]] | broker FD CALLER | enter FD |
// version | landlock-abi | launch-check
// Who talks to whom, and how, is told in docs/native-protocol.md.
#include "arguments.h"
#include "broker.h"
#include "enter.h"
#include "launch.h"
#include "protocol.h"
#include "status.h"
#include "supervise.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#ifndef LANDLOCK_CREATE_RULESET_VERSION
#define LANDLOCK_CREATE_RULESET_VERSION (1U << 0) // linux/landlock.h
#endif

static const char NAME[] = "linux-sandbox-native ";
static const char USAGE[] =
    "usage: linux-sandbox-native supervise FD GRANTED CALLER [WATCH|- [EXPECTED]] | broker FD CALLER | enter FD | "
    "version | landlock-abi | launch-check\n";

// write(2) and not stdio, which would make the program twice as large.
static bool print(int descriptor, const char *text, size_t size) {
  return write(descriptor, text, size) == (ssize_t)size;
}

// A decimal number without sign or blanks.
static bool parse_number(const char *text, int *number) {
  char *end;
  if (*text < '0' || *text > '9') return false;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno != 0 || *end != '\0' || value > INT_MAX) return false;
  *number = (int)value;
  return true;
}

static bool is_socket_of(int descriptor, int wanted) {
  int type;
  socklen_t size = sizeof type;
  return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == wanted;
}

struct supervise_arguments {
  int control, granted, caller;
  int watch;    // -1: none
  int expected; // 0: nothing
};

static bool parse_supervise(int argc, char **argv, struct supervise_arguments *found) {
  *found = (struct supervise_arguments){.watch = -1};
  if (argc < 5 || argc > 7) return false;
  if (argc > 5 && strcmp(argv[5], "-") != 0 && !parse_number(argv[5], &found->watch)) return false;
  if (argc > 6 && !parse_number(argv[6], &found->expected)) return false;
  return parse_number(argv[2], &found->control) && parse_number(argv[3], &found->granted) &&
         parse_number(argv[4], &found->caller) && is_socket_of(found->control, SOCK_STREAM);
}

// The version of the Landlock ABI, which Node cannot ask for; 0 where the kernel has none or it is off.
static int print_landlock_abi(void) {
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0) abi = 0;
  const char line[] = {(char)('0' + abi / 10 % 10), (char)('0' + abi % 10), '\n'};
  return print(STDOUT_FILENO, line, sizeof line) ? 0 : STATUS_SETUP;
}

int main(int argc, char **argv) {
  struct supervise_arguments of;
  int descriptor, caller;
  const char *program = argc < 2 ? "" : argv[1];
  note_arguments(argc, argv);
  if (strcmp(program, "supervise") == 0 && parse_supervise(argc, argv, &of))
    supervise(of.control, (uint32_t)of.granted, of.caller, of.watch, (uint32_t)of.expected);
  if (strcmp(program, "broker") == 0 && argc == 4 && parse_number(argv[2], &descriptor) &&
      parse_number(argv[3], &caller) && is_socket_of(descriptor, SOCK_STREAM))
    broker(argv[0], descriptor, caller);
  if (strcmp(program, "enter") == 0 && argc == 3 && parse_number(argv[2], &descriptor) &&
      is_socket_of(descriptor, SOCK_SEQPACKET))
    enter(descriptor);
  if (strcmp(program, "landlock-abi") == 0 && argc == 2) return print_landlock_abi();
  if (strcmp(program, "launch-check") == 0 && argc == 2) return check_launch();
  if (strcmp(program, "version") == 0 && argc == 2) {
    const char line[] = {'0' + PROTOCOL_VERSION, '\n'};
    return print(STDOUT_FILENO, NAME, sizeof NAME - 1) && print(STDOUT_FILENO, line, sizeof line) ? 0
                                                                                                  : STATUS_SETUP;
  }
  (void)print(STDERR_FILENO, USAGE, sizeof USAGE - 1); // the status tells as much
  return STATUS_USAGE;
}
