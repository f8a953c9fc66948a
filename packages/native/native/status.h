// SPDX-License-Identifier: Apache-2.0
// Exit statuses. @linux-sandbox/errors repeats them as EXIT_STATUS; test/constants.test.ts compares the two.
#ifndef STATUS_H
#define STATUS_H

enum {
  STATUS_USAGE = 2,
  STATUS_SETUP = 125,
  STATUS_CANNOT_EXECUTE = 126,
  STATUS_NOT_FOUND = 127,
  STATUS_SIGNAL_BASE = 128,
};

#endif
