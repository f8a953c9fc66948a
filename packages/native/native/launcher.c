// SPDX-License-Identifier: Apache-2.0
// Starts the launcher (bwrap), or enter without one, with nothing of the caller's: no environment, no stream, no
// signal setting.
#include "launcher.h"
#include "descriptors.h"
#include "signals.h"
#include "status.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { OPTIONS = 5, EXECUTABLE, FIRST_CLOSED };

// Ends the child. supervise shows to the caller what was written to descriptor 2.
static _Noreturn void refuse(int errors, const char *what, const char *path) {
  const char *parts[] = {"linux-sandbox-native: ", what, path, "\n"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (write(errors, parts[i], strlen(parts[i])) < 0) break;
  _exit(STATUS_NOT_FOUND);
}

static bool place_all(const struct launch *launch) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return false;
  // Every source first leaves the numbers that are about to be overwritten.
  int executable = launch->executable >= 0 ? launch->executable : launch->program;
  int options = launch->options >= 0 ? launch->options : null;
  int sources[] = {null, null, launch->errors, launch->program, launch->status, options, executable};
  for (int i = 0; i < FIRST_CLOSED; i++) {
    sources[i] = fcntl(sources[i], F_DUPFD_CLOEXEC, FIRST_CLOSED);
    if (sources[i] < 0) return false;
  }
  for (int i = 0; i < FIRST_CLOSED; i++)
    if (dup2(sources[i], i) != i) return false; // also clears close-on-exec
  if (fcntl(EXECUTABLE, F_SETFD, FD_CLOEXEC) != 0) return false;
  if (launch->options < 0) (void)close(OPTIONS);
  return close_descriptors(FIRST_CLOSED, ~0u) == 0;
}

static _Noreturn void become_launcher(const struct launch *launch, pid_t supervisor) {
  static const char *const ENTER[] = {"linux-sandbox-native", "enter", LAUNCHER_STATUS_WORD, NULL};
  char *environment[] = {NULL};
  bool is_direct = launch->path == NULL;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) refuse(launch->errors, "parent-death signal", "");
  if (getppid() != supervisor) _exit(STATUS_SETUP); // supervise died before the line above
  // bwrap can make a session itself; without it, the command has to be kept from the caller's terminal here.
  if ((is_direct ? setsid() : setpgid(0, 0)) < 0) refuse(launch->errors, "own process group", "");
  if (chdir("/") != 0) refuse(launch->errors, "cannot change to ", "/");
  if (!place_all(launch)) refuse(launch->errors, "cannot arrange descriptors", "");
  reset_signals();
  if (is_direct) {
    fexecve(EXECUTABLE, (char *const *)ENTER, environment);
    refuse(STDERR_FILENO, "cannot execute ", "itself");
  }
  if (launch->executable >= 0)
    fexecve(EXECUTABLE, launch->argv, environment);
  else
    execve(launch->path, launch->argv, environment);
  refuse(STDERR_FILENO, "cannot execute ", launch->path);
}

pid_t start_launcher(const struct launch *launch) {
  pid_t supervisor = getpid();
  pid_t pid = fork();
  if (pid < 0) return -1;
  if (pid == 0) become_launcher(launch, supervisor);
  // Both sides do it, so that the group exists before either goes on. EACCES: it has executed already. The leader
  // of a group could make no session.
  if (launch->path != NULL) (void)setpgid(pid, pid);
  return pid;
}
