// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <signal.h>
#include <stdbool.h>
#include <termios.h>
#include <unistd.h>

static struct termios modes;
static bool is_terminal;

void note_modes(void) { is_terminal = tcgetattr(STDERR_FILENO, &modes) == 0; }

void restore_modes(void) {
  sigset_t set;
  if (!is_terminal) return;
  sigemptyset(&set);
  sigaddset(&set, SIGTTOU); // or a process in the background would be stopped: tcsetattr(3)
  (void)sigprocmask(SIG_BLOCK, &set, NULL);
  (void)tcsetattr(STDERR_FILENO, TCSANOW, &modes);
}
