// SPDX-License-Identifier: Apache-2.0
// The registry: a private directory of the user in which every supervise tells which placeholders it relies on.
//
//   lock                 locked while anything is looked at or changed
//   unlisted             what is mounted on placeholders: its .gitignore keeps it out of git's lists
//   owner-<16 hex>       of one supervise, locked as long as it lives: a header, then records, children first
#ifndef REGISTRY_H
#define REGISTRY_H

#include "form.h"
#include "identity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OWNER_NAME_SIZE = 24, REGISTRY_MAGIC = 0x5242534c /* "LSBR" */, REGISTRY_VERSION = 2 };

enum record_state {
  RECORD_INTENDED = 1, // nothing at `path` is ours; what has the temporary name is
  RECORD_MADE = 2,     // the directory or file with `identity`
  RECORD_FOREIGN = 3,  // nothing is ours
};

struct owner_header {
  uint32_t magic;
  uint32_t version;
};

struct record {
  uint32_t size; // with the path, its NUL, the content and the padding to a multiple of 8
  uint32_t state;
  uint32_t index;       // of the temporary name
  uint32_t path_length; // without its NUL
  uint32_t kind;
  uint32_t content_length;
  struct identity identity;
};
_Static_assert(sizeof(struct record) == 56, "record");

// All owners but one, read at once.
struct owner {
  uint32_t size; // of the records, which follow
  uint32_t is_alive;
  char name[OWNER_NAME_SIZE];
};
_Static_assert(sizeof(struct owner) % 8 == 0, "records are aligned");

struct owners {
  const char *bytes; // NULL: none were read
  size_t size;
  size_t room; // that is mapped
};

// Opens the registry, which is made if `create`. -1 and errno: ELOOP or ENOTDIR for a symlink, EPERM for another
// user's, EACCES for one that others may use.
int open_registry(const char *path, bool create);
// A descriptor that holds the lock until it is closed; -1 and errno, EWOULDBLOCK when somebody else holds it.
int try_lock(int registry);

// Makes the directory `unlisted` if it is not there; 0, or -1 and errno.
int make_unlisted(int registry);

// A new owner file with its lock, and its name; -1 and errno.
int create_owner(int registry, char name[OWNER_NAME_SIZE]);

// Reads all owners but `own`; 0, or -1 and errno. What is left of them stays mapped until `forget_owners`.
int read_owners(int registry, const char *own, struct owners *owners);
void forget_owners(struct owners *owners);

// NULL at the end.
const struct owner *next_owner(const struct owners *owners, const struct owner *before);
const struct record *next_record(const struct owner *owner, const struct record *before);
const char *path_of(const struct record *record);
struct form form_of(const struct record *record);

// The name under which placeholder `index` of an owner is made.
enum { TEMPORARY_NAME_SIZE = 48 };
void temporary_name(char name[TEMPORARY_NAME_SIZE], const char *owner, uint32_t index);

// Removes what owners have left that live no more, and those owners.
void sweep(int registry, const struct owners *owners);
// Whether an owner that lives has the placeholder in its list.
bool is_owned(const struct owners *owners, const struct identity *identity);

#endif
