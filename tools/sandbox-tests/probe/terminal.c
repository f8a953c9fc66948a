// SPDX-License-Identifier: Apache-2.0
// Acts on terminals, and a terminal to act on.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

// TIOCLINUX, subcode 6: asks for the state of the shift keys, and changes
// nothing. Source: linux/tiocl.h.
enum { LINUX_CONSOLE_SHIFT_STATE = 6 };

static int type_into(char **args) {
  for (const char *text = args[1]; *text != '\0'; text++)
    if (ioctl(atoi(args[0]), TIOCSTI, text) != 0) return errno;
  return 0;
}

// With bits that the kernel does not look at, but that a comparison of 64 bits
// would.
static int type_with_high_bits(char **args) {
  return outcome(syscall(SYS_ioctl, (long)atoi(args[0]), 0xabcd00000000ul | TIOCSTI, args[1]));
}

static int ask_console(char **args) {
  char subcode = LINUX_CONSOLE_SHIFT_STATE;
  return outcome(ioctl(atoi(args[0]), TIOCLINUX, &subcode));
}

static int set_line_discipline(char **args) {
  int discipline = 0; // N_TTY, which it has
  return outcome(ioctl(atoi(args[0]), TIOCSETD, &discipline));
}

static int take_terminal(char **args) {
  if (fork() != 0) {
    int status = 0;
    (void)wait(&status);
    return WEXITSTATUS(status);
  }
  if (setsid() < 0) _exit(errno);
  _exit(outcome(ioctl(atoi(args[0]), TIOCSCTTY, 0)));
}

static int open_own_terminal(char **args) {
  (void)args;
  return outcome(open("/dev/tty", O_RDWR | O_CLOEXEC));
}

static int is_terminal(char **args) { return isatty(atoi(args[0])) ? 0 : errno; }

// A new terminal, whose other side is at `name`. -1 with errno.
static int open_terminal(char *name, size_t size) {
  int unlock = 0, number = 0;
  int controller = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (controller < 0) return -1;
  if (ioctl(controller, TIOCSPTLCK, &unlock) != 0) return -1;
  if (ioctl(controller, TIOCGPTN, &number) != 0) return -1;
  (void)snprintf(name, size, "/dev/pts/%d", number);
  return controller;
}

static _Noreturn void become_session_of(const char *name, char **args) {
  if (setsid() < 0) _exit(errno);
  int terminal = open(name, O_RDWR);
  if (terminal < 0 || ioctl(terminal, TIOCSCTTY, 0) != 0) _exit(errno);
  for (int fd = 0; fd < 3; fd++) (void)dup2(terminal, fd);
  if (terminal > 2) (void)close(terminal);
  (void)setenv("PROBE_TERMINAL", name, 1);
  (void)execvp(args[0], args);
  _exit(127);
}

static void relay_until_end(int controller, int child) {
  struct pollfd poll_for = {.fd = controller, .events = POLLIN};
  char bytes[4096];
  for (;;) {
    int status, has_ended = waitpid(child, &status, WNOHANG) != 0;
    while (poll(&poll_for, 1, has_ended ? 0 : 20) > 0 && (poll_for.revents & POLLIN) != 0) {
      ssize_t count = read(controller, bytes, sizeof bytes);
      if (count <= 0) break;
      (void)fwrite(bytes, 1, (size_t)count, stdout);
    }
    if (has_ended) return;
  }
}

// Runs `args` in a session of its own on a new terminal, relays what it prints,
// and then tells how much waits to be read by whoever reads the terminal next.
static int on_terminal(char **args) {
  char name[64];
  int waiting = 0;
  struct termios modes;
  int controller = open_terminal(name, sizeof name);
  if (controller < 0) return errno;
  int other = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC); // keeps what was typed
  if (other < 0 || tcgetattr(other, &modes) != 0) return errno;
  modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  modes.c_oflag &= ~(tcflag_t)OPOST;
  if (tcsetattr(other, TCSANOW, &modes) != 0) return errno;
  pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) become_session_of(name, args);
  relay_until_end(controller, child);
  if (ioctl(other, FIONREAD, &waiting) != 0) return errno;
  printf("typed %d\n", waiting);
  return 0;
}

const struct attempt TERMINAL_ATTEMPTS[] = {
    {"on-terminal", 1, on_terminal},
    {"tiocsti", 2, type_into},
    {"tiocsti-high-bits", 2, type_with_high_bits},
    {"tioclinux", 1, ask_console},
    {"tiocsetd", 1, set_line_discipline},
    {"tiocsctty", 1, take_terminal},
    {"open-tty", 0, open_own_terminal},
    {"is-terminal", 1, is_terminal},
    {0},
};
