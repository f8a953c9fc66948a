// SPDX-License-Identifier: Apache-2.0
// The children that the caller has not been told the end of.
#include "broker.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct child {
  uint32_t name;
  pid_t pid; // 0: reaped, with `status`
  int status;
};

static struct child children[BROKER_CHILDREN_MAX];
static size_t count;

static struct child *find_child(uint32_t name) {
  for (size_t i = 0; i < count; i++)
    if (children[i].name == name) return &children[i];
  return NULL;
}

bool has_room_for_child(uint32_t name) { return count < BROKER_CHILDREN_MAX && find_child(name) == NULL; }

void add_child(uint32_t name, pid_t pid) { children[count++] = (struct child){.name = name, .pid = pid}; }

int signal_child(uint32_t name, int number) {
  const struct child *child = find_child(name);
  if (child == NULL || child->pid == 0) return ESRCH;
  return kill(child->pid, number) == 0 ? 0 : errno;
}

void reap_children(void) {
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
    for (size_t i = 0; i < count; i++)
      if (children[i].pid == pid) {
        children[i].pid = 0;
        children[i].status = status;
      }
}

bool report_children(int events) {
  for (size_t i = 0; i < count;) {
    if (children[i].pid != 0) {
      i++;
      continue;
    }
    struct broker_event event = {children[i].name, (uint32_t)children[i].status};
    // Never waits: the caller may wait for a reply at this moment.
    if (send(events, &event, sizeof event, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)sizeof event) return false;
    children[i] = children[--count];
  }
  return true;
}
