// SPDX-License-Identifier: Apache-2.0
// Other processes: the supervisor, which is this program, and programs that are
// asked something.
#include "calls.h"
#include "engine.h"
#include "enter.h"
#include "events.h"
#include "naming.h"
#include "native.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum {
  SLOTS_MAX = 512,  // protocol.h of packages/native has fewer
  NUMBER_SIZE = 12, // of an int, with its sign and the null byte
  OUTPUT_MAX = 65536,
};

// As a program is started: with no handler, no mask and no environment.
static void become_new(void) {
  for (int number = 1; number < 32; number++) (void)signal(number, SIG_DFL); // those that are no real-time signals
  sigset_t none;
  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, NULL);
  static char *nothing[] = {NULL};
  environ = nothing;
  (void)!chdir("/");
}

// What `slots` name becomes descriptor 0, 1, ...; a slot below 0 is closed.
static bool arrange(int *slots, int count) {
  for (int i = 0; i < count; i++)
    if (slots[i] >= 0 && (slots[i] = fcntl(slots[i], F_DUPFD_CLOEXEC, count)) < 0) return false;
  for (int i = 0; i < count; i++) {
    if (slots[i] < 0)
      close(i);
    else if (dup2(slots[i], i) < 0)
      return false;
  }
  return true;
}

static _Noreturn void become_supervisor(int *slots, int count, const struct input *inputs) {
  int control = (int)inputs[1].number;
  bool has_session = inputs[2].number != 0;
  become_new();
  char slot[NUMBER_SIZE], caller[NUMBER_SIZE], expected[NUMBER_SIZE];
  (void)snprintf(slot, sizeof slot, "%d", control);
  (void)snprintf(caller, sizeof caller, "%d", getppid());
  (void)snprintf(expected, sizeof expected, "%d", (int)inputs[3].number);
  if (has_session) (void)setsid();
  release_engine();
  if (!arrange(slots, count)) _exit(STATUS_SETUP);
  char *argv[] = {"linux-sandbox-native", "supervise", slot, slot, caller, "-", expected, NULL};
  show_words(argv);
  _exit(native_main(7, argv));
}

static bool read_slots(const struct input *input, int *slots, int *count) {
  *count = (int)(input->size / sizeof(int32_t));
  if (*count > SLOTS_MAX) return false;
  memcpy(slots, input->bytes, input->size);
  return true;
}

// The process number of a supervisor that has the descriptors named, or an
// error number below 0. Its control socket is at the given place.
void call_spawn(const struct input *inputs, struct answer *answer) {
  int slots[SLOTS_MAX], count, ends[2];
  int control = (int)inputs[1].number;
  if (!read_slots(&inputs[0], slots, &count) || control >= count) return answer_number(answer, -EINVAL);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return answer_number(answer, -errno);
  slots[control] = ends[1];
  watch_child_signals();
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    become_supervisor(slots, count, inputs);
  }
  int error = errno;
  close(ends[1]);
  if (child > 0)
    watch_child(child, ends[0]);
  else
    close(ends[0]);
  answer_number(answer, child > 0 ? child : -error);
}

// Words that each end with a null byte, as a list that ends with NULL. The
// first place of the list is free.
static char **list_of(const struct input *words) {
  size_t count = 0;
  for (size_t i = 0; i < words->size; i++) count += words->bytes[i] == '\0';
  char **list = calloc(count + 2, sizeof *list);
  if (list == NULL) _exit(STATUS_SETUP);
  const char *word = words->bytes;
  for (size_t i = 1; i <= count; i++, word += strlen(word) + 1) list[i] = (char *)word;
  return list;
}

static _Noreturn void become_command_at(const struct input *inputs, int *slots, int count, int result) {
  const struct enter_request request = {.argv = list_of(&inputs[1]) + 1, .env = list_of(&inputs[2]) + 1};
  become_new();
  if (inputs[4].number != 0) (void)setsid();
  result = fcntl(result, F_DUPFD_CLOEXEC, count); // or a slot would take its place
  int error = 0;
  if (!arrange(slots, count) || chdir(inputs[3].bytes) != 0) error = errno;
  if (error == 0) error = execute_command(&request);
  (void)!write(result, &error, sizeof error);
  _exit(STATUS_SETUP);
}

// The process number of a command that nothing confines, or an error number
// below 0.
void call_execute(const struct input *inputs, struct answer *answer) {
  int slots[SLOTS_MAX], count, ends[2], error = 0;
  if (!read_slots(&inputs[0], slots, &count)) return answer_number(answer, -EINVAL);
  if (pipe2(ends, O_CLOEXEC) != 0) return answer_number(answer, -errno);
  watch_child_signals();
  pid_t child = fork();
  if (child == 0) become_command_at(inputs, slots, count, ends[1]);
  if (child < 0) error = errno;
  close(ends[1]);
  // Nothing comes when it was executed, which closes the other end.
  if (child > 0 && read(ends[0], &error, sizeof error) > 0) (void)waitpid(child, NULL, 0);
  close(ends[0]);
  if (error != 0) return answer_number(answer, -error);
  note_started();
  watch_child(child, -1);
  answer_number(answer, child);
}

// Milliseconds that are left until `end`.
static int left_until(const struct timespec *end) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  long left = (end->tv_sec - now.tv_sec) * 1000 + (end->tv_nsec - now.tv_nsec) / 1000000;
  return left < 0 ? 0 : (int)left;
}

static size_t read_output(int descriptor, char *output, int timeout) {
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += timeout / 1000;
  size_t size = 0;
  struct pollfd readable = {.fd = descriptor, .events = POLLIN};
  while (size < OUTPUT_MAX && poll(&readable, 1, left_until(&end)) > 0) {
    ssize_t count = read(descriptor, output + size, OUTPUT_MAX - size);
    if (count <= 0) break;
    size += (size_t)count;
  }
  return size;
}

static _Noreturn void become_program(const char *path, const char *word, int output, bool is_native) {
  int slots[] = {open("/dev/null", O_RDONLY | O_CLOEXEC), output, output};
  become_new();
  if (!arrange(slots, 3)) _exit(127);
  char *argv[] = {(char *)path, (char *)word, NULL};
  if (is_native) _exit(native_main(2, argv));
  execv(path, argv);
  _exit(127);
}

// What a program says, with one word as its argument and nothing in its
// environment. A path that is empty is the native program.
void call_run(const struct input *inputs, struct answer *answer) {
  static char output[OUTPUT_MAX];
  int ends[2], timeout = (int)inputs[2].number;
  if (pipe2(ends, O_CLOEXEC) != 0) return answer_number(answer, errno);
  pid_t child = fork();
  if (child == 0) become_program(inputs[0].bytes, inputs[1].bytes, ends[1], inputs[0].size == 0);
  int error = errno;
  close(ends[1]);
  size_t size = child < 0 ? 0 : read_output(ends[0], output, timeout);
  close(ends[0]);
  if (child < 0) return answer_number(answer, error);
  kill(child, SIGKILL); // one that has ended is not reached, and not yet gone
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
  answer_text(answer, output, size);
}

// Process 0 is this one.
void call_kill(const struct input *inputs, struct answer *answer) {
  pid_t process = (pid_t)inputs[0].number;
  answer_outcome(answer, kill(process == 0 ? getpid() : process, (int)inputs[1].number));
}
