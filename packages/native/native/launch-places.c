// SPDX-License-Identifier: Apache-2.0
// What is in a minimal /dev and in a fresh /proc: the same as bwrap's --dev and --proc, see bwrap(1).
#include "identity.h"
#include "launch.h"
#include "mount-calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIRECTORY_MODE = 0755, HIDDEN_MODE = 0 };

static const char *const DEVICES[] = {"null", "zero", "full", "random", "urandom", "tty"};

static const struct {
  const char *name, *text;
} LINKS[] = {
    {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"},
    {"fd", "/proc/self/fd"},      {"core", "/proc/kcore"},       {"ptmx", "pts/ptmx"},
};

static const char *const DIRECTORIES[] = {"shm", "pts"};

// Each function gives 0, or -1 and errno.
static int bind_device(int host, int dev, const char *name) {
  if (mknodat(dev, name, S_IFREG | HIDDEN_MODE, 0) != 0) return -1;
  int device = copy_mount(host, name, false);
  if (device < 0) return -1;
  bool is_bound = restrict_mount(device, MOUNT_ATTR_NOSUID, false) == 0 && attach_mount(device, dev, name) == 0;
  close_quietly(device);
  return is_bound ? 0 : -1;
}

static int bind_devices(int dev) {
  int result = 0;
  int host = open_without_links(AT_FDCWD, "/dev", O_DIRECTORY);
  if (host < 0) return -1;
  for (size_t i = 0; i < sizeof DEVICES / sizeof *DEVICES && result == 0; i++)
    result = bind_device(host, dev, DEVICES[i]);
  close_quietly(host);
  return result;
}

static int make_entries(int dev) {
  for (size_t i = 0; i < sizeof LINKS / sizeof *LINKS; i++)
    if (symlinkat(LINKS[i].text, dev, LINKS[i].name) != 0) return -1;
  for (size_t i = 0; i < sizeof DIRECTORIES / sizeof *DIRECTORIES; i++)
    if (mkdirat(dev, DIRECTORIES[i], DIRECTORY_MODE) != 0) return -1;
  return 0;
}

static int mount_terminals(int dev) {
  static const char *const OPTIONS[] = {"ptmxmode", "0666", "mode", "0620", NULL};
  int terminals = make_file_system("devpts", OPTIONS, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  if (terminals < 0) return -1;
  int result = attach_mount(terminals, dev, "pts");
  close_quietly(terminals);
  return result;
}

// A descriptor of the mount; -1 and errno.
static int mount_over(int root, const char *path, int mount) {
  if (mount < 0) return -1;
  int target = open_target(root, path, TARGET_DIRECTORY, DIRECTORY_MODE);
  int result = target < 0 ? -1 : attach_mount(mount, target, "");
  if (target >= 0) close_quietly(target);
  if (result == 0) return mount;
  close_quietly(mount);
  return -1;
}

int mount_dev(int root) {
  static const char *const OPTIONS[] = {"mode", "0755", NULL};
  int dev = mount_over(root, "/dev", make_file_system("tmpfs", OPTIONS, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
  if (dev < 0) return -1;
  bool is_filled =
      note_made(dev) == 0 && bind_devices(dev) == 0 && make_entries(dev) == 0 && mount_terminals(dev) == 0;
  close_quietly(dev);
  return is_filled ? 0 : -1;
}

// What changes the host, for whom the kernel would let write there: uid 0, even without a capability.
static int cover(int proc, const char *name) {
  if (faccessat(proc, name, W_OK, 0) != 0) return errno == EACCES || errno == ENOENT || errno == EROFS ? 0 : -1;
  int copy = copy_mount(proc, name, true);
  if (copy < 0) return -1;
  bool is_covered = restrict_mount(copy, MOUNT_ATTR_RDONLY, true) == 0 && attach_mount(copy, proc, name) == 0;
  close_quietly(copy);
  return is_covered ? 0 : -1;
}

int mount_proc(int root) {
  static const char *const COVERED[] = {"sys", "sysrq-trigger", "irq", "bus"};
  static const char *const OPTIONS[] = {NULL};
  uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  int proc = mount_over(root, "/proc", make_file_system("proc", OPTIONS, attributes));
  int result = proc < 0 ? -1 : 0;
  for (size_t i = 0; i < sizeof COVERED / sizeof *COVERED && result == 0; i++) result = cover(proc, COVERED[i]);
  if (proc >= 0) close_quietly(proc);
  return result;
}
