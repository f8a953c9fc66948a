// SPDX-License-Identifier: Apache-2.0
// Programs of which each is run to its end, as a shell would: what the timer has in common.
#ifndef TIMER_H
#define TIMER_H

enum { COMMANDS_MAX = 64 };

// One program with its arguments, as for execve(2).
struct command {
  char **words;
};

// What one run took.
struct run {
  double us;
  long peak_kib; // of the largest process that was waited for
};

double now_us(void);
_Noreturn void die(const char *what);
long number_of(const char *text);
// Runs it with /dev/null as its streams, but for stderr. Ends the timer if it does not end with status 0.
struct run run(struct command command);

// rotation.c: all commands once, then all again. Prints a line for each round: microseconds and KiB of each
// command.
void rotate(struct command *commands, int count, long rounds, long warm_ups);
// parallel.c: as many at a time as there are workers. Prints how many ended in the time, each second.
void run_in_parallel(struct command command, long workers, long milliseconds);

#endif
