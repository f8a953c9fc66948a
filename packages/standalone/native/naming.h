// SPDX-License-Identifier: Apache-2.0
#ifndef NAMING_H
#define NAMING_H

// The words of main(), before anything changes the environment.
void note_words(char **argv);

// From now on everybody sees `words`, which end with NULL, for the name and the
// arguments of this process, as far as there is room, and no environment.
void show_words(char **words);

#endif
