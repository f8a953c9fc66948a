// SPDX-License-Identifier: Apache-2.0
// What is in files.
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void call_open(const struct input *inputs, struct answer *answer) {
  errno = EINVAL;
  bool is_path = strlen(inputs[0].bytes) == inputs[0].size;
  int descriptor = is_path ? open(inputs[0].bytes, (int)inputs[1].number | O_CLOEXEC) : -1;
  answer_number(answer, descriptor < 0 ? -errno : descriptor);
}

void call_close(const struct input *inputs, struct answer *answer) {
  answer_outcome(answer, close((int)inputs[0].number));
}

// At most so many bytes, or an error number. A position below 0 is where the file is.
void call_read(const struct input *inputs, struct answer *answer) {
  int descriptor = (int)inputs[0].number;
  size_t size = (size_t)inputs[1].number;
  off_t position = (off_t)inputs[2].number;
  char *bytes = answer_room(size);
  ssize_t count = position < 0 ? read(descriptor, bytes, size) : pread(descriptor, bytes, size, position);
  if (count < 0) return answer_number(answer, errno);
  answer_written(answer, ANSWER_BYTES, (size_t)count);
}

// All of a text, however often it takes. Whoever does not read it misses it.
void call_write(const struct input *inputs, struct answer *answer) {
  (void)answer;
  for (size_t done = 0; done < inputs[1].size;) {
    ssize_t count = write((int)inputs[0].number, inputs[1].bytes + done, inputs[1].size - done);
    if (count < 0 && errno != EINTR) break;
    if (count > 0) done += (size_t)count;
  }
}
