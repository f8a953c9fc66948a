// SPDX-License-Identifier: Apache-2.0
#ifndef LISTING_H
#define LISTING_H

// The names in an open directory, one after the other. Starts as {0}.
struct listing {
  long size;
  long at;
  _Alignas(8) char entries[4096];
};

// NULL at the end, or with errno when the directory cannot be read; errno is 0 at the end.
const char *next_name(int directory, struct listing *listing);

#endif
