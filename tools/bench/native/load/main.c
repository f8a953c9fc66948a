// SPDX-License-Identifier: Apache-2.0
// usage: load serve | exchange | connect | rate | send | receive
//
// `serve` prints its port, and serves until its stdin ends. Each of the others
// measures one way to such a server, whose URL is in HTTP_PROXY, and prints
//   exchange  µs of 16 KiB there and back on one connection: median, 99 %
//   connect   µs until the first byte of a connection is answered: median, 99 %
//   rate      such connections each second, made by eight processes
//   send      Gbit/s of one stream to the server
//   receive   Gbit/s of one stream from it
#include "load.h"

#include <stdio.h>
#include <string.h>

static const struct {
  const char *name;
  void (*run)(void);
} MODES[] = {
    {"serve", serve},       {"exchange", measure_exchange}, {"rate", measure_rate}, {"connect", measure_connect},
    {"send", measure_send}, {"receive", measure_receive},
};

int main(int argc, char **argv) {
  for (size_t i = 0; argc == 2 && i < sizeof MODES / sizeof *MODES; i++) {
    if (strcmp(MODES[i].name, argv[1]) != 0) continue;
    MODES[i].run();
    return 0;
  }
  fputs("usage: load serve|exchange|connect|rate|send|receive\n", stderr);
  return 2;
}
