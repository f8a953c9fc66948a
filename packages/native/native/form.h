// SPDX-License-Identifier: Apache-2.0
// What a placeholder is: an empty directory, or a file with the content that was asked for.
#ifndef FORM_H
#define FORM_H

#include <stdbool.h>
#include <stdint.h>

enum kind { KIND_DIRECTORY = 1, KIND_FILE = 2 };

struct form {
  enum kind kind;
  uint32_t length; // of the content
  const char *content;
};

// Makes `name` where nothing has that name, with all of its content: a descriptor; -1 and errno.
int make_form(int parent, const char *name, const struct form *form);

// Opens what has that name already. -1 and errno: ENOTDIR when it is no directory, EISDIR when it is no file.
int open_form(int parent, const char *name, const struct form *form);

// 0, or -1 and errno.
int unlink_form(int parent, const char *name, const struct form *form);

// Whether a file has the content. Of a directory rmdir(2) tells as much.
bool is_intact(int object, const struct form *form);
// Whether a file has the content or its beginning, as one that was just being written.
bool is_unfinished(int object, const struct form *form);

#endif
