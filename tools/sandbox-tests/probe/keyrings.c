// SPDX-License-Identifier: Apache-2.0
// Keys of the caller.
#include "probe.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long add_user_key(const char *description, const char *payload) {
  return syscall(SYS_add_key, "user", description, payload, strlen(payload), KEY_SPEC_SESSION_KEYRING);
}

// Executes a program with a key in its own new session keyring: `with-key
// DESCRIPTION PROGRAM [ARG...]`.
static int execute_with_key(char **args) {
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0) return errno;
  if (add_user_key(args[0], "secret") < 0) return errno;
  (void)execv(args[1], args + 1);
  return errno;
}

static int read_key(char **args) {
  char payload[64];
  long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", args[0], 0);
  if (key < 0) return errno;
  return outcome(syscall(SYS_keyctl, KEYCTL_READ, key, payload, sizeof payload));
}

static int request_key(char **args) { return outcome(syscall(SYS_request_key, "user", args[0], NULL, 0)); }

static int add_key(char **args) { return outcome(add_user_key(args[0], "probe")); }

// Whether the list of visible keys names it.
static int list_key(char **args) {
  char line[512];
  FILE *file = fopen("/proc/keys", "re");
  if (file == NULL) return errno;
  int error = ENOKEY;
  while (fgets(line, sizeof line, file) != NULL)
    if (strstr(line, args[0]) != NULL) error = 0;
  (void)fclose(file);
  return error;
}

const struct attempt KEYRING_ATTEMPTS[] = {
    {"with-key", 2, execute_with_key}, {"read-key", 1, read_key}, {"request-key", 1, request_key},
    {"add-key", 1, add_key},           {"list-key", 1, list_key}, {0},
};
