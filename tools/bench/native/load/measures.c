// SPDX-License-Identifier: Apache-2.0
// What is measured of one way to the server.
#include "load.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXCHANGE_SIZE = 16 * 1024, RATE_CLIENTS = 8, RATE_CONNECTIONS = 250 };

static char bytes[CHUNK_SIZE];

void measure_exchange(void) {
  static struct samples samples;
  int server = connect_for(ECHO);
  begin_samples(&samples);
  while (wants_more(&samples)) {
    double before = now_us();
    send_all(server, bytes, EXCHANGE_SIZE);
    receive_all(server, bytes, EXCHANGE_SIZE);
    add_sample(&samples, now_us() - before);
  }
  print_quantiles(&samples);
}

// The time until the first byte has been answered.
static double connect_once(void) {
  double before = now_us();
  int server = connect_for(ANSWER);
  receive_all(server, bytes, 1);
  double took = now_us() - before;
  close_at_once(server);
  return took;
}

void measure_connect(void) {
  static struct samples samples;
  begin_samples(&samples);
  while (wants_more(&samples)) add_sample(&samples, connect_once());
  print_quantiles(&samples);
}

static void start_client(void) {
  pid_t client = fork();
  if (client < 0) die("fork");
  if (client > 0) return;
  for (int i = 0; i < RATE_CONNECTIONS; i++) (void)connect_once();
  _exit(0);
}

void measure_rate(void) {
  int status;
  double before = now_us();
  for (int i = 0; i < RATE_CLIENTS; i++) start_client();
  for (int i = 0; i < RATE_CLIENTS; i++)
    if (wait(&status) < 0 || status != 0) die("a client");
  double took = (now_us() - before) / 1e6;
  printf("%.0f\n", RATE_CLIENTS * RATE_CONNECTIONS / took);
}

static void print_speed(double took_us) {
  double gigabits = STREAM_SIZE * 8.0 / 1e9;
  printf("%.3f\n", gigabits / (took_us / 1e6));
}

// All of it has arrived when the server closes.
void measure_send(void) {
  double before = now_us();
  int server = connect_for(DISCARD);
  for (size_t left = STREAM_SIZE; left > 0; left -= sizeof bytes) send_all(server, bytes, sizeof bytes);
  if (shutdown(server, SHUT_WR) != 0 || recv(server, bytes, 1, 0) != 0) die("the end of a stream");
  print_speed(now_us() - before);
}

void measure_receive(void) {
  size_t received = 0;
  ssize_t count;
  double before = now_us();
  int server = connect_for(PRODUCE);
  while ((count = recv(server, bytes, sizeof bytes, 0)) > 0) received += (size_t)count;
  if (count < 0 || received != STREAM_SIZE) die("a stream that is not whole");
  print_speed(now_us() - before);
}
