// SPDX-License-Identifier: Apache-2.0
// The functions of the host, as src/host.ts declares them. Each is a question with an answer, and knows nothing of
// the engine.
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  INPUTS_MAX = 5,
  FACTS_MAX = 10,
};

// A number, or a text or bytes. A null byte follows a text.
struct input {
  int64_t number;
  const char *bytes;
  size_t size;
};

enum answer_kind { ANSWER_NOTHING, ANSWER_NUMBER, ANSWER_TEXT, ANSWER_BYTES, ANSWER_TEXTS, ANSWER_NUMBERS };

struct answer {
  enum answer_kind kind;
  uint32_t fact_count;
  int64_t number;
  int64_t facts[FACTS_MAX];
  // They hold until the next question. Of ANSWER_TEXTS, each ends with a null byte; of ANSWER_NUMBERS, each is an
  // int64_t.
  const char *bytes;
  size_t size;
};

typedef void call_t(const struct input *inputs, struct answer *answer);

// Whether a start can be followed that has had the answer.
enum repetition {
  SAME,    // by one that has the same answer
  FOLLOWS, // by all that were given the same: the answer is not kept
  OWN,     // by all that succeed: the answer is something new each time
  NEVER,
};

struct call {
  const char *name;
  call_t *call;
  const char *inputs; // for each a letter: number, text, bytes
  enum repetition repetition;
  uint32_t told; // how many facts are a part of the answer; for the others call_fact has to be asked
};

enum { CALL_COUNT = 25 };
extern const struct call CALLS[CALL_COUNT];

// The call of that name; CALL_COUNT when there is none.
uint32_t call_named(const char *name, size_t size);

call_t call_stat, call_fstat, call_access, call_readlink, call_realpath, call_readdir; // looking.c
call_t call_fact;                                                                      // facts.c
call_t call_open, call_close, call_read, call_write;                                   // files.c
call_t call_arguments, call_environment, call_directory, call_identity;                // self.c
call_t call_spawn, call_execute, call_run, call_kill;                                  // spawning.c
call_t call_listen, call_ignore, call_wait, call_send, call_finish, call_exit;         // events.c

// Where the bytes of the next answer can be written, and a null byte behind them.
char *answer_room(size_t size);

void answer_number(struct answer *answer, int64_t number);
// 0, or the error number, from what a system call gave back.
void answer_outcome(struct answer *answer, long result);
void answer_text(struct answer *answer, const char *text, size_t size);
void answer_bytes(struct answer *answer, const void *bytes, size_t size);
// The same with what is in the room already.
void answer_written(struct answer *answer, enum answer_kind kind, size_t size);

#endif
