// SPDX-License-Identifier: Apache-2.0
// Who a process is in a user namespace that it has made.
#ifndef IDS_H
#define IDS_H

struct ids {
  unsigned user, group;
};

// Of this process, outside the namespace when called before it is made.
struct ids own_ids(void);

// May fail: root without capabilities may not map its own id, and has those of
// the new namespace all the same.
void map_ids(struct ids inside, struct ids outside);

#endif
