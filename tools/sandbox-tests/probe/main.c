// SPDX-License-Identifier: Apache-2.0
// usage: probe ATTEMPT [ARG...]
//
// Makes one attempt and prints `ok` or the name of the errno. Ends with 0 when
// it worked, 1 when it was refused, 2 for wrong usage.
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct attempt *const TABLES[] = {
    FILE_ATTEMPTS,      DESCRIPTOR_ATTEMPTS, MOUNT_ATTEMPTS,  PROCESS_ATTEMPTS,     KEYRING_ATTEMPTS,
    NAMESPACE_ATTEMPTS, TERMINAL_ATTEMPTS,   SOCKET_ATTEMPTS, UNIX_SOCKET_ATTEMPTS, KERNEL_ATTEMPTS,
    LIMIT_ATTEMPTS,     MODE_ATTEMPTS,       ROOT_ATTEMPTS,
};

int run_attempt(char **args) {
  int given = 0;
  while (args[given] != NULL) given++;
  for (size_t table = 0; given > 0 && table < sizeof TABLES / sizeof *TABLES; table++)
    for (const struct attempt *one = TABLES[table]; one->name != NULL; one++)
      if (strcmp(one->name, args[0]) == 0 && given > one->argument_count) return one->run(args + 1);
  fprintf(stderr, "probe: no such attempt, or too few arguments: %s\n", given == 0 ? "" : args[0]);
  exit(2);
}

int main(int argc, char **argv) {
  (void)argc;
  int error = run_attempt(argv + 1);
  print_outcome(error);
  return error == 0 ? 0 : 1;
}
