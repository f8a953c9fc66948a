// SPDX-License-Identifier: Apache-2.0
// What a process inherits from the caller, but not from a broker that the caller has started before it changed.
#include "broker.h"
#include "entry.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

// Room for 4096 groups, of which each takes at most 11 bytes.
enum { FACTS_SIZE_MAX = 64 * 1024 };

struct facts {
  size_t size;
  int nice;
  char text[FACTS_SIZE_MAX];
};

// Of proc_pid_status(5): who the process is, what it may do, where it may run.
static const char *const STATUS_LINES[] = {"Umask:",      "Uid:",    "Gid:",          "Groups:",      "Cap",
                                           "NoNewPrivs:", "Seccomp", "Cpus_allowed:", "Mems_allowed:"};

static struct facts noted, found;

static bool is_wanted(const char *line) {
  for (size_t i = 0; i < sizeof STATUS_LINES / sizeof *STATUS_LINES; i++)
    if (strncmp(line, STATUS_LINES[i], strlen(STATUS_LINES[i])) == 0) return true;
  return false;
}

// Appends a file and a NUL. False when it cannot be read or does not fit.
static bool append_file(struct facts *facts, int directory, const char *name) {
  int file = openat(directory, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t count = -1;
  while (facts->size < FACTS_SIZE_MAX) {
    count = read(file, facts->text + facts->size, FACTS_SIZE_MAX - facts->size);
    if (count <= 0) break;
    facts->size += (size_t)count;
  }
  (void)close(file);
  if (count != 0 || facts->size == FACTS_SIZE_MAX) return false;
  facts->text[facts->size++] = '\0';
  return true;
}

// Drops the lines from `start` on that say what changes by itself.
static void keep_wanted(struct facts *facts, size_t start) {
  size_t kept = start;
  for (size_t at = start; at < facts->size;) {
    const char *end = strchr(facts->text + at, '\n');
    size_t next = end == NULL ? facts->size : (size_t)(end - facts->text) + 1;
    if (is_wanted(facts->text + at)) {
      memmove(facts->text + kept, facts->text + at, next - at);
      kept += next - at;
    }
    at = next;
  }
  facts->size = kept;
}

static bool read_facts(pid_t caller, struct facts *facts) {
  char path[sizeof "/proc/" + 10] = "/proc/";
  append_number(path, (uint32_t)caller);
  int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return false;
  facts->size = 0;
  bool is_read = append_file(facts, directory, "status");
  if (is_read) keep_wanted(facts, 0);
  is_read = is_read && append_file(facts, directory, "limits") && append_file(facts, directory, "cgroup");
  (void)close(directory);
  errno = 0;
  facts->nice = getpriority(PRIO_PROCESS, (id_t)caller);
  return is_read && errno == 0;
}

bool note_caller(pid_t caller) { return read_facts(caller, &noted); }

bool is_as_noted(pid_t caller) {
  return read_facts(caller, &found) && found.nice == noted.nice && found.size == noted.size &&
         memcmp(found.text, noted.text, noted.size) == 0;
}
