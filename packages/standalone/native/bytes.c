// SPDX-License-Identifier: Apache-2.0
// What is in files, and texts as bytes.
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

value_t call_open(struct arguments arguments) {
  struct text path = text_argument(arguments, 0);
  int descriptor = strlen(path.bytes) == path.size ? open(path.bytes, int_argument(arguments, 1) | O_CLOEXEC)
                                                   : (errno = EINVAL, -1);
  int error = errno;
  release_text(path);
  return number_value(descriptor < 0 ? -error : descriptor);
}

value_t call_close(struct arguments arguments) { return outcome(close(int_argument(arguments, 0))); }

// How many bytes were read into the array, or an error number below 0. A
// position below 0 is where the file is.
value_t call_read(struct arguments arguments) {
  struct bytes bytes = bytes_argument(arguments, 1);
  int descriptor = int_argument(arguments, 0);
  off_t position = (off_t)number_argument(arguments, 2);
  ssize_t count = position < 0 ? read(descriptor, bytes.start, bytes.size)
                               : pread(descriptor, bytes.start, bytes.size, position);
  return number_value(count < 0 ? -errno : (double)count);
}

// All of a text, however often it takes. Whoever does not read it misses it.
value_t call_write(struct arguments arguments) {
  struct text text = text_argument(arguments, 1);
  int descriptor = int_argument(arguments, 0);
  for (size_t done = 0; done < text.size;) {
    ssize_t count = write(descriptor, text.bytes + done, text.size - done);
    if (count < 0 && errno != EINTR) break;
    if (count > 0) done += (size_t)count;
  }
  release_text(text);
  return undefined_value();
}

value_t call_decode(struct arguments arguments) {
  struct bytes bytes = bytes_argument(arguments, 0);
  return text_value((const char *)bytes.start, bytes.size);
}

value_t call_encode(struct arguments arguments) {
  struct text text = text_argument(arguments, 0);
  value_t value = bytes_value(text.bytes, text.size);
  release_text(text);
  return value;
}

// Where a text first is in an array, from a place on; -1 where it is not.
value_t call_find(struct arguments arguments) {
  struct text wanted = text_argument(arguments, 1);
  struct bytes bytes = bytes_argument(arguments, 0);
  size_t from = (size_t)int_argument(arguments, 2);
  const uint8_t *found =
      from < bytes.size ? memmem(bytes.start + from, bytes.size - from, wanted.bytes, wanted.size) : NULL;
  release_text(wanted);
  return number_value(found == NULL ? -1 : (double)(found - bytes.start));
}
