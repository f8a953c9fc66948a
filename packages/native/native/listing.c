// SPDX-License-Identifier: Apache-2.0
// By the system call: the libc's functions use the heap.
#include "listing.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// struct linux_dirent64 of getdents64(2), up to the name.
enum { ENTRY_LENGTH_AT = 16, ENTRY_NAME_AT = 19 };

const char *next_name(int directory, struct listing *listing) {
  if (listing->at == listing->size) {
    errno = 0;
    listing->at = 0;
    listing->size = syscall(SYS_getdents64, directory, listing->entries, sizeof listing->entries);
    if (listing->size <= 0) {
      listing->size = 0;
      return NULL;
    }
  }
  const char *entry = listing->entries + listing->at;
  unsigned short length;
  memcpy(&length, entry + ENTRY_LENGTH_AT, sizeof length);
  listing->at += length;
  return entry + ENTRY_NAME_AT;
}
