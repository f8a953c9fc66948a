// SPDX-License-Identifier: Apache-2.0
// The end of everything that a subreaper's children have started. Those of a killed child become its own.
#include "descendants.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

// Source: PID_MAX_LIMIT, include/linux/threads.h in Linux 6.12.
enum { PID_LIMIT = 4 * 1024 * 1024 };

// Since Linux 4.2, with CONFIG_PROC_CHILDREN, see proc_pid_task(5).
int open_children(void) { return open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC); }

// Whether it is a child that lives. A number of a child is its own until it is reaped, and one of anybody else is
// not touched: the list may be of another PID namespace, and then has other numbers.
static bool kill_child(pid_t pid) {
  if (waitpid(pid, NULL, WNOHANG) != 0) return false;
  (void)kill(pid, SIGKILL); // fails for nobody but another user's, whose end is then waited for
  return true;
}

// Whether one at least was killed. What is passed over because the list changes is found the next time.
static bool kill_listed(int children) {
  char text[4096];
  off_t at = 0;
  ssize_t count;
  pid_t number = 0;
  bool is_any_killed = false;
  while ((count = pread(children, text, sizeof text, at)) > 0) {
    at += count;
    for (ssize_t i = 0; i < count; i++) {
      if (text[i] >= '0' && text[i] <= '9') {
        number = number * 10 + (text[i] - '0');
        continue;
      }
      if (number > 0 && kill_child(number)) is_any_killed = true;
      number = 0;
    }
  }
  return is_any_killed;
}

static bool kill_numbered(void) {
  bool is_any_killed = false;
  for (pid_t pid = 1; pid < PID_LIMIT; pid++)
    if (kill_child(pid)) is_any_killed = true;
  return is_any_killed;
}

void kill_scope(void) { (void)kill(-1, SIGKILL); }

void kill_descendants(int children) {
  for (;;) {
    pid_t ended = waitpid(-1, NULL, WNOHANG);
    if (ended < 0 && errno == ECHILD) return;
    if (ended != 0) continue;
    // Only who has killed one may wait: what lives may have come after the list was read.
    if (kill_listed(children) || kill_numbered()) (void)waitpid(-1, NULL, 0);
  }
}
