// SPDX-License-Identifier: Apache-2.0
// One attempt of the command in a sandbox to do what it may not.
#ifndef PROBE_H
#define PROBE_H

// Each is 0 when the act worked, and else the errno of what refused it.
typedef int (*attempt_function)(char **args);

struct attempt {
  const char *name;
  int argument_count; // at least so many
  attempt_function run;
};

// Tables end with a NULL name. A file per class has one.
extern const struct attempt FILE_ATTEMPTS[];
extern const struct attempt DESCRIPTOR_ATTEMPTS[];
extern const struct attempt MOUNT_ATTEMPTS[];
extern const struct attempt PROCESS_ATTEMPTS[];
extern const struct attempt KEYRING_ATTEMPTS[];
extern const struct attempt NAMESPACE_ATTEMPTS[];
extern const struct attempt TERMINAL_ATTEMPTS[];
extern const struct attempt SOCKET_ATTEMPTS[];
extern const struct attempt UNIX_SOCKET_ATTEMPTS[];
extern const struct attempt KERNEL_ATTEMPTS[];
extern const struct attempt LIMIT_ATTEMPTS[];
extern const struct attempt MODE_ATTEMPTS[];
extern const struct attempt ROOT_ATTEMPTS[];

// The attempt that `args` names, made in this process.
int run_attempt(char **args);

// errno when `result` says that a call failed, else 0.
int outcome(long result);

// Prints the name of `error`, its number when it has none here.
void print_outcome(int error);

#endif
