// SPDX-License-Identifier: Apache-2.0
#ifndef DESCENDANTS_H
#define DESCENDANTS_H

// A descriptor of the list of this process's children, to be opened while nothing forbids it; -1 where there is
// none.
int open_children(void);

// Kills all that this process may signal, in one call, so that nothing can fork faster. Only for a process that
// is known to be kept by Landlock from signalling anything but what it has started itself.
void kill_scope(void);

// Kills and reaps every child, and as this process is a subreaper every descendant. `children` -1: it takes
// longer.
void kill_descendants(int children);

#endif
