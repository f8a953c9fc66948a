// SPDX-License-Identifier: Apache-2.0
#include "calls.h"
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct call CALLS[CALL_COUNT] = {
    {"stat", call_stat, "tn", SAME, 3},
    {"fstat", call_fstat, "n", SAME, 3},
    {"fact", call_fact, "nn", SAME, 1},
    {"access", call_access, "tn", SAME, 0},
    {"readlink", call_readlink, "t", SAME, 0},
    {"realpath", call_realpath, "t", SAME, 0},
    {"readdir", call_readdir, "t", SAME, 0},
    {"open", call_open, "tn", SAME, 0},
    {"close", call_close, "n", SAME, 0},
    {"read", call_read, "nnn", SAME, 0},
    {"write", call_write, "nt", NEVER, 0},
    {"arguments", call_arguments, "", FOLLOWS, 0},
    {"environment", call_environment, "", FOLLOWS, 0},
    {"directory", call_directory, "", SAME, 0},
    {"identity", call_identity, "", SAME, 0},
    {"spawn", call_spawn, "bnnn", OWN, 0},
    {"execute", call_execute, "btttn", NEVER, 0},
    {"run", call_run, "ttn", SAME, 0},
    {"kill", call_kill, "nn", NEVER, 0},
    {"listen", call_listen, "n", SAME, 0},
    {"ignore", call_ignore, "n", SAME, 0},
    {"wait", call_wait, "", SAME, 2},
    {"send", call_send, "b", SAME, 0},
    {"finish", call_finish, "", NEVER, 0},
    {"exit", call_exit, "n", SAME, 0},
};

uint32_t call_named(const char *name, size_t size) {
  uint32_t index = 0;
  while (index < CALL_COUNT && (strlen(CALLS[index].name) != size || memcmp(CALLS[index].name, name, size) != 0))
    index++;
  return index;
}

void answer_number(struct answer *answer, int64_t number) {
  answer->kind = ANSWER_NUMBER;
  answer->number = number;
}

void answer_outcome(struct answer *answer, long result) { answer_number(answer, result < 0 ? errno : 0); }

static char *room;
static size_t room_size;

char *answer_room(size_t size) {
  if (size < room_size) return room;
  room_size = size + 1;
  room = realloc(room, room_size);
  if (room == NULL) end_as_failed("there is no memory for an answer");
  return room;
}

void answer_written(struct answer *answer, enum answer_kind kind, size_t size) {
  answer->kind = kind;
  answer->bytes = room;
  answer->size = size;
  room[size] = '\0';
}

static void answer_copy(struct answer *answer, enum answer_kind kind, const void *bytes, size_t size) {
  memcpy(answer_room(size), bytes, size);
  answer_written(answer, kind, size);
}

void answer_text(struct answer *answer, const char *text, size_t size) {
  answer_copy(answer, ANSWER_TEXT, text, size);
}

void answer_bytes(struct answer *answer, const void *bytes, size_t size) {
  answer_copy(answer, ANSWER_BYTES, bytes, size);
}
