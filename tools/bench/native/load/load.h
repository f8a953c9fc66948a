// SPDX-License-Identifier: Apache-2.0
// What the two sides of the load agree on, and what both need.
#ifndef LOAD_H
#define LOAD_H

#include <stddef.h>

// The first byte of a connection: what the server does with the rest of it.
// src/node-server.mjs knows them too.
enum request {
  ANSWER = 'a',  // sends one byte, then reads to the end
  ECHO = 'e',    // gives back what comes
  DISCARD = 'd', // reads to the end, then closes
  PRODUCE = 'p', // sends STREAM_SIZE bytes, then closes
};

enum { CHUNK_SIZE = 256 * 1024, STREAM_SIZE = 512 * 1024 * 1024 };

// sockets.c: each ends the program when it fails.
_Noreturn void die(const char *what);
// A listener on a free port of 127.0.0.1, which it prints.
int listen_anywhere(void);
// To the server that HTTP_PROXY names; the request is sent.
int connect_for(enum request request);
void send_all(int socket, const char *bytes, size_t size);
void receive_all(int socket, char *bytes, size_t size);
// Without TIME_WAIT, of which many connections would leave too many.
void close_at_once(int socket);

// server.c
// Serves until stdin ends.
void serve(void);

// measures.c: each prints its figures.
void measure_exchange(void);
void measure_connect(void);
void measure_rate(void);
void measure_send(void);
void measure_receive(void);

// samples.c
enum { SAMPLES_MAX = 2000 };

struct samples {
  double us[SAMPLES_MAX];
  size_t count;
  double until_us;
};

double now_us(void);
void begin_samples(struct samples *samples);
// Not when there are enough, or when it has taken too long.
int wants_more(const struct samples *samples);
void add_sample(struct samples *samples, double us);
// The median and the 99th percentile, without the first ones.
void print_quantiles(struct samples *samples);

#endif
