// SPDX-License-Identifier: Apache-2.0
// The last steps of the child that becomes the command.
#include "enter.h"
#include "signals.h"
#include "status.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static const char DEFAULT_PATH[] = "/usr/local/bin:/usr/bin:/bin";

static _Noreturn void give_up(int result, enum step step, int error) {
  struct start_failure failure = {step, error};
  ssize_t count = write(result, &failure, sizeof failure);
  _exit(count < 0 ? STATUS_SETUP : STATUS_CANNOT_EXECUTE); // the parent ends with the status that fits
}

static const char *search_path(char *const *env) {
  for (; *env != NULL; env++)
    if (strncmp(*env, "PATH=", 5) == 0) return *env + 5;
  return DEFAULT_PATH;
}

// Returns with errno, only if it failed. A text file without `#!` is a script of the shell, as for execvp(3).
static void execute(const char *file, const struct enter_request *request) {
  execve(file, request->argv, request->env);
  if (errno != ENOEXEC) return;
  char **shell_argv = request->argv - 1;
  char *name = request->argv[0];
  shell_argv[0] = (char *)"/bin/sh";
  shell_argv[1] = (char *)file;
  execve(shell_argv[0], shell_argv, request->env);
  request->argv[0] = name;
  errno = ENOEXEC;
}

// Whether the next directory of the path may hold what this one does not.
static bool is_missing(int error) {
  return error == ENOENT || error == ENOTDIR || error == EACCES || error == ENAMETOOLONG || error == ELOOP ||
         error == ESTALE || error == ENODEV || error == ETIMEDOUT;
}

// `file` is `directory`/`name`; an empty directory is the current one. False when it does not fit.
static bool join_path(char file[PATH_MAX], const char *directory, size_t length, const char *name) {
  size_t name_size = strlen(name) + 1;
  if (length == 0) {
    directory = ".";
    length = 1;
  }
  if (length + 1 > PATH_MAX || name_size > PATH_MAX - length - 1) return false;
  memcpy(file, directory, length);
  file[length] = '/';
  memcpy(file + length + 1, name, name_size);
  return true;
}

// Returns only the errno of its failure.
static int execute_from_path(const struct enter_request *request) {
  const char *name = request->argv[0];
  const char *directory = search_path(request->env);
  int error = ENOENT;
  if (*name == '\0') return ENOENT;
  for (;;) {
    char file[PATH_MAX];
    size_t length = strcspn(directory, ":");
    if (join_path(file, directory, length, name)) {
      execute(file, request);
      if (!is_missing(errno)) return errno;
      if (errno == EACCES) error = EACCES; // a later one may still do, but this is what is told
    }
    if (directory[length] == '\0') return error;
    directory += length + 1;
  }
}

int execute_command(const struct enter_request *request) {
  if (strchr(request->argv[0], '/') == NULL) return execute_from_path(request);
  execute(request->argv[0], request);
  return errno;
}

_Noreturn void become_command(const struct enter_request *request, int scope, int result) {
  if (setpgid(0, 0) != 0) give_up(result, STEP_FORK, errno);
  reset_signals();
  if (!enter_scope(scope)) give_up(result, STEP_LANDLOCK, errno);
  if (chdir(request->cwd) != 0) give_up(result, STEP_CWD, errno);
  give_up(result, STEP_EXEC, execute_command(request));
}
