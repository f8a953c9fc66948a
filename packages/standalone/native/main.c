// SPDX-License-Identifier: Apache-2.0
// codex-linux-sandbox in one file. What is executed inside a sandbox never
// comes near the engine.
#include "arguments.h"
#include "engine.h"
#include "following.h"
#include "naming.h"
#include "native.h"
#include "self.h"
#include "status.h"
#include "terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_socket(const char *word, int wanted) {
  int type;
  socklen_t size = sizeof type;
  return getsockopt(atoi(word), SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == wanted;
}

// Whether these are the arguments of the native program, with the socket that
// whoever executes it has made. What the helper is given begins with an option.
static bool is_native(int argc, char **argv) {
  return argc == 3 && strcmp(argv[1], "enter") == 0 && is_socket(argv[2], SOCK_SEQPACKET);
}

// As Node starts: no signal is blocked, and the standard streams are open.
static void make_ready(void) {
  sigset_t none;
  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, NULL);
  (void)signal(SIGPIPE, SIG_IGN);
  for (int stream = 0; stream <= 2; stream++)
    if (fcntl(stream, F_GETFD) < 0) (void)!open("/dev/null", O_RDWR);
}

int main(int argc, char **argv) {
  if (is_native(argc, argv)) return native_main(argc, argv);
  if (argc == 0) return STATUS_USAGE;
  make_ready();
  note_modes();
  note_words(argv);
  note_arguments(argc, argv);
  remember_arguments(argv);
  catch_faults();
  follow_earlier_start();
  start_engine();
  run_engine();
}
