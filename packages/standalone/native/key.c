// SPDX-License-Identifier: Apache-2.0
#include "key.h"
#include "self.h"

#include <fcntl.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

enum { WORDS_SIZE_MAX = 64 * 1024 }; // of a command; longer ones have limits of their own in execve(2)

char **command_words(void) {
  char **word = own_words();
  while (*word != NULL && strcmp(*word, "--") != 0) word++;
  return *word == NULL ? NULL : word + 1;
}

// How many bytes the character at `at` has; 0 when it is none. Source: RFC 3629.
static size_t character_size(const unsigned char *at) {
  if (at[0] < 0x80) return 1;
  size_t size = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
  unsigned char low = 0x80, high = 0xbf;
  if (at[0] < 0xc2 || at[0] > 0xf4) return 0;
  if (at[0] == 0xe0) low = 0xa0;
  if (at[0] == 0xed) high = 0x9f;
  if (at[0] == 0xf0) low = 0x90;
  if (at[0] == 0xf4) high = 0x8f;
  for (size_t i = 1; i < size; i++, low = 0x80, high = 0xbf)
    if (at[i] < low || at[i] > high) return 0;
  return size;
}

static bool is_utf8(const char *text) {
  const unsigned char *at = (const unsigned char *)text;
  for (size_t size; *at != '\0'; at += size)
    if ((size = character_size(at)) == 0) return false;
  return true;
}

static bool is_passed_on(char **words) {
  if (words == NULL || words[0] == NULL || words[0][0] == '\0') return false;
  size_t size = 0;
  for (char **word = words; *word != NULL; word++) {
    size += strlen(*word) + 1;
    if (size > WORDS_SIZE_MAX || !is_utf8(*word)) return false;
  }
  return true;
}

// A program that was installed anew is another one, whatever it is called.
static bool add_program(struct sha256 *sum) {
  struct statx file;
  if (syscall(SYS_statx, AT_FDCWD, "/proc/self/exe", 0, STATX_BASIC_STATS, &file) != 0) return false;
  const uint64_t numbers[] = {file.stx_dev_major,
                              file.stx_dev_minor,
                              file.stx_ino,
                              file.stx_size,
                              (uint64_t)file.stx_mtime.tv_sec,
                              file.stx_mtime.tv_nsec,
                              (uint64_t)file.stx_ctime.tv_sec,
                              file.stx_ctime.tv_nsec};
  sha256_add(sum, numbers, sizeof numbers);
  return true;
}

// With the null byte of each, and one more behind the last.
static void add_texts(struct sha256 *sum, char **first, char **end) {
  for (; first != end && *first != NULL; first++) sha256_add(sum, *first, strlen(*first) + 1);
  sha256_add(sum, "", 1);
}

bool find_key(uint8_t key[SHA256_SIZE]) {
  char **words = command_words();
  struct sha256 sum;
  sha256_start(&sum);
  if (!is_passed_on(words) || !add_program(&sum)) return false;
  add_texts(&sum, own_words(), words);
  add_texts(&sum, environ, NULL);
  sha256_end(&sum, key);
  return true;
}
