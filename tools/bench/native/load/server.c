// SPDX-License-Identifier: Apache-2.0
// The server: processes that are there before anybody connects, each with one
// connection at a time, so that a connection costs it next to nothing.
#include "load.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

// More than any measure has connections at a time.
enum { WORKERS = 16 };

static char bytes[CHUNK_SIZE];

// How much was sent: less when the client is gone, which is not for the server
// to judge.
static size_t send_some(int client, size_t size) {
  size_t sent = 0;
  while (sent < size) {
    ssize_t count = send(client, bytes + sent, size - sent, MSG_NOSIGNAL);
    if (count < 0) return sent;
    sent += (size_t)count;
  }
  return sent;
}

static void echo(int client) {
  ssize_t count;
  do count = recv(client, bytes, sizeof bytes, 0);
  while (count > 0 && send_some(client, (size_t)count) == (size_t)count);
}

static void discard(int client) {
  while (recv(client, bytes, sizeof bytes, 0) > 0) continue;
}

static void produce(int client) {
  for (size_t left = STREAM_SIZE; left > 0; left -= sizeof bytes)
    if (send_some(client, sizeof bytes) < sizeof bytes) return;
}

static void serve_one(int client) {
  char request;
  if (recv(client, &request, 1, 0) != 1) return;
  if (request == ECHO)
    echo(client);
  else if (request == ANSWER && send_some(client, 1) == 1)
    discard(client);
  else if (request == DISCARD)
    discard(client);
  else if (request == PRODUCE)
    produce(client);
}

static _Noreturn void work(int listener, pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) die("PR_SET_PDEATHSIG");
  if (getppid() != parent) _exit(1);
  for (;;) {
    int client = accept(listener, NULL, NULL);
    if (client < 0) continue;
    serve_one(client);
    (void)close(client);
  }
}

void serve(void) {
  char byte;
  pid_t self = getpid();
  int listener = listen_anywhere();
  for (int i = 0; i < WORKERS; i++) {
    pid_t worker = fork();
    if (worker < 0) die("fork");
    if (worker == 0) work(listener, self);
  }
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
}
