// SPDX-License-Identifier: Apache-2.0
// What a start is given: two starts with the same key ask the host the same first question.
#ifndef KEY_H
#define KEY_H

#include "sha256.h"

#include <stdbool.h>

// The digest of this program's file, of its arguments up to and including `--`, and of its environment. False when
// this start is like no other: there is no `--`, or what follows is no command that every start would pass on as
// it is.
bool find_key(uint8_t key[SHA256_SIZE]);

// The words of the command, which begin behind `--`; NULL when there is none.
char **command_words(void);

#endif
