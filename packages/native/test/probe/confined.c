// SPDX-License-Identifier: Apache-2.0
// usage: confined MASKED_FILE MASKED_DIRECTORY READ_ONLY_DIRECTORY WRITABLE_DIRECTORY
// Prints what of its sandbox is missing, or `confined`.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPEN_FILES = 64, SECCOMP_FILTERED = 2 };

static bool is_all_right = true;

static void check(bool is_right, const char *what) {
  if (is_right) return;
  is_all_right = false;
  printf("not: %s\n", what);
}

static bool has_no_capability(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[2];
  if (syscall(SYS_capget, &header, sets) != 0) return false;
  for (int i = 0; i < 2; i++)
    if ((sets[i].effective | sets[i].permitted | sets[i].inheritable) != 0) return false;
  for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
    if (prctl(PR_CAPBSET_READ, number, 0, 0, 0) != 0) return false;
  return true;
}

static bool cannot_open(const char *path, int flags, int error) {
  errno = 0;
  int file = open(path, flags, 0600);
  return file < 0 && errno == error;
}

static bool can_write(const char *directory) {
  char path[4096];
  snprintf(path, sizeof path, "%s/probe-XXXXXX", directory);
  int file = mkstemp(path);
  return file >= 0 && close(file) == 0 && unlink(path) == 0;
}

static bool is_proc_own(void) {
  char text[32] = "";
  int count = 0;
  if (readlink("/proc/self", text, sizeof text - 1) < 0 || atoi(text) != getpid()) return false;
  DIR *directory = opendir("/proc");
  if (directory == NULL) return false;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) count += atoi(entry->d_name) > 0;
  closedir(directory);
  return count == 2;
}

static bool has_only_loopback(void) {
  struct if_nameindex *all = if_nameindex();
  struct ifreq request = {.ifr_name = "lo"};
  if (all == NULL || all[0].if_name == NULL || strcmp(all[0].if_name, "lo") != 0) return false;
  for (int i = 1; all[i].if_name != NULL; i++) {
    // What the kernel makes in each namespace, of no use: it is not up.
    struct ifreq other = {0};
    int any = socket(AF_INET, SOCK_DGRAM, 0);
    strncpy(other.ifr_name, all[i].if_name, sizeof other.ifr_name - 1);
    bool is_up = ioctl(any, SIOCGIFFLAGS, &other) != 0 || (other.ifr_flags & IFF_UP) != 0;
    close(any);
    if (is_up) return false;
  }
  int any = socket(AF_INET, SOCK_DGRAM, 0);
  bool is_up = ioctl(any, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
  close(any);
  return is_up;
}

static bool has_only_streams(void) {
  for (int i = 3; i < OPEN_FILES; i++)
    if (fcntl(i, F_GETFD) >= 0) return false;
  return fcntl(0, F_GETFD) >= 0 && fcntl(1, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0;
}

int main(int argc, char **argv) {
  struct rlimit files;
  char path[4096];
  if (argc != 5) return 2;
  check(has_only_streams(), "streams only");
  check(getpid() == 2 && getppid() == 1, "a namespace of processes");
  check(has_no_capability(), "no capability");
  check(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "no_new_privs");
  check(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_FILTERED, "a filter");
  check(getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max == OPEN_FILES, "a limit");
  check(cannot_open(argv[1], O_RDONLY, EACCES), "a masked file");
  check(cannot_open(argv[2], O_RDONLY | O_DIRECTORY, EACCES), "a masked directory");
  snprintf(path, sizeof path, "%s/new", argv[3]);
  check(cannot_open(path, O_CREAT | O_WRONLY, EROFS), "a read-only place");
  check(cannot_open("/dev/new", O_CREAT | O_WRONLY, EROFS), "a read-only /dev");
  check(can_write(argv[4]), "a writable place");
  check(is_proc_own(), "a fresh /proc");
  check(has_only_loopback(), "only loopback");
  check(getsid(0) == 1, "a session");
  if (is_all_right) puts("confined");
  return is_all_right ? 0 : 1;
}
