// SPDX-License-Identifier: Apache-2.0
// Parts of the kernel that a command has no need of. Every call is one that
// changes nothing when it succeeds.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fanotify.h>
#include <linux/perf_event.h>
#include <linux/random.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int make_bpf_map(char **args) {
  union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
  (void)args;
  return outcome(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}

static int count_events(char **args) {
  struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE,
                                  .size = sizeof event,
                                  .config = PERF_COUNT_SW_TASK_CLOCK,
                                  .exclude_kernel = 1,
                                  .exclude_hv = 1};
  (void)args;
  return outcome(syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
}

static int set_up_io_uring(char **args) {
  static unsigned char parameters[120];
  (void)args;
  return outcome(syscall(SYS_io_uring_setup, 1, parameters));
}

static int watch_page_faults(char **args) {
  (void)args;
  return outcome(syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY));
}

static int watch_files(char **args) {
  (void)args;
  return outcome(syscall(SYS_fanotify_init, FAN_CLASS_NOTIF | FAN_REPORT_FID, 0));
}

static int choose_personality(char **args) {
  return outcome(syscall(SYS_personality, strtoul(args[0], NULL, 16)));
}

static int read_kernel_log(char **args) {
  enum { SIZE_OF_BUFFER = 10 };
  (void)args;
  return outcome(syscall(SYS_syslog, SIZE_OF_BUFFER, NULL, 0));
}

static int load_module(char **args) {
  // Linux 6.1 looks at the length before the address.
  enum { LONGER_THAN_A_HEADER = 4096 };
  (void)args;
  return outcome(syscall(SYS_init_module, NULL, LONGER_THAN_A_HEADER, NULL));
}

static int load_module_file(char **args) {
  (void)args;
  return outcome(syscall(SYS_finit_module, -1, "", 0));
}

static int load_kernel(char **args) {
  (void)args;
  return outcome(syscall(SYS_kexec_load, 0, 0, NULL, ~0ul));
}

static int reboot_with_wrong_magic(char **args) {
  (void)args;
  return outcome(syscall(SYS_reboot, 0, 0, 0, NULL));
}

static int set_no_time(char **args) {
  (void)args;
  return outcome(syscall(SYS_settimeofday, NULL, NULL));
}

static int add_no_swap(char **args) {
  (void)args;
  return outcome(syscall(SYS_swapon, NULL, 0));
}

#if defined(__x86_64__)
enum { X32_BIT = 0x40000000, I386_GETPID = 20, I386_SOCKET = 359 };

static int call_x32(char **args) {
  (void)args;
  return outcome(syscall(X32_BIT | SYS_getpid));
}

static int make_x32_socket(char **args) {
  (void)args;
  return outcome(syscall(X32_BIT | SYS_socket, 1, 1, 0));
}

static int call_i386(long number, long first, long second, long third) {
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"(first), "c"(second), "d"(third)
                   : "memory", "r8", "r9", "r10", "r11");
  if ((int)result >= 0) return 0;
  return -(int)result;
}

static int get_pid_by_i386(char **args) {
  (void)args;
  return call_i386(I386_GETPID, 0, 0, 0);
}

static int make_i386_socket(char **args) {
  (void)args;
  return call_i386(I386_SOCKET, 1, 1, 0);
}

// Closes a port that was never opened.
static int take_port(char **args) {
  (void)args;
  return outcome(syscall(SYS_ioperm, 0x80, 1, 0));
}
#endif

// An operation on a device that everybody may do.
static int ask_entropy(char **args) {
  int bits = 0;
  int fd = open(args[0], O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  return outcome(ioctl(fd, RNDGETENTCNT, &bits));
}

const struct attempt KERNEL_ATTEMPTS[] = {
    {"ask-entropy", 1, ask_entropy},
    {"bpf", 0, make_bpf_map},
    {"perf-event-open", 0, count_events},
    {"io-uring-setup", 0, set_up_io_uring},
    {"userfaultfd", 0, watch_page_faults},
    {"fanotify-init", 0, watch_files},
    {"personality", 1, choose_personality},
    {"syslog", 0, read_kernel_log},
    {"init-module", 0, load_module},
    {"finit-module", 0, load_module_file},
    {"kexec-load", 0, load_kernel},
    {"reboot", 0, reboot_with_wrong_magic},
    {"settimeofday", 0, set_no_time},
    {"swapon", 0, add_no_swap},
#if defined(__x86_64__)
    {"x32-getpid", 0, call_x32},
    {"x32-socket", 0, make_x32_socket},
    {"i386-getpid", 0, get_pid_by_i386},
    {"i386-socket", 0, make_i386_socket},
    {"ioperm", 0, take_port},
#endif
    {0},
};
