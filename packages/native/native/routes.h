// SPDX-License-Identifier: Apache-2.0
// Where the listeners of the sandbox lead to, seen from supervise.
#ifndef ROUTES_H
#define ROUTES_H

#include "run.h"

#include <stdbool.h>

// Fails unless there is a listener for each route.
void check_listeners(struct run *run);

// Passes listeners on and starts the relay for the others. Afterwards a client is answered, and this process needs
// no descriptor of a route any more. False when the run is over; fails when an end of a route does not take its
// listener.
bool connect_routes(struct run *run, const int *listeners);

// Ends the relay when it has forwarded what clients had sent, or some time later. Does nothing the second time.
void drain_relay(struct run *run);
// Ends the relay and its connections at once.
void kill_relay(struct run *run);

#endif
