// SPDX-License-Identifier: Apache-2.0
#ifndef SELF_H
#define SELF_H

// Those of main.
void remember_arguments(char **argv);

// All but the program's name.
char **own_words(void);

#endif
