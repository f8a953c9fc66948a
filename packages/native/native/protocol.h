// SPDX-License-Identifier: Apache-2.0
// Every number of docs/native-protocol.md. src/protocol.ts repeats them; test/constants.test.ts compares the two.
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdint.h>

enum {
  PROTOCOL_VERSION = 9,
  REQUEST_MAGIC = 0x5842534c, // "LSBX"
  REQUEST_SIZE_MAX = 16 * 1024 * 1024,
  REPORT_TEXT_MAX = 64 * 1024,
  FILTER_LENGTH_MAX = 4096,
  PLACEHOLDERS_MAX = 4096,
  PLACEHOLDER_CONTENT_MAX = 4096,
  MOUNTS_MAX = 4096,
  OPERATIONS_MAX = 32768,
  LANDLOCK_RULES_MAX = 4096,
  ROUTES_MAX = 16,
  PREFACE_SIZE_MAX = 1024,
  OFFER_SIZE_MAX = 4096,
  ANSWER_SIZE_MAX = 256,
  LISTENER_PORT_MIN = 1024, // what needs no capability, see ip_unprivileged_port_start in ip(7)
  GRANTED_MAX = 250,        // with the request itself under SCM_MAX_FD (253), include/net/scm.h in Linux 6.12
};

enum request_kind { REQUEST_SUPERVISE = 1, REQUEST_ENTER = 2 };

enum tag {
  TAG_LAUNCHER = 1,
  TAG_LAUNCHER_ARG = 2,
  TAG_FALLBACK_ARG = 3,
  TAG_ENTER_REQUEST = 4,
  TAG_RERAISE = 5,
  TAG_REGISTRY = 6,
  TAG_PLACEHOLDER = 7,
  TAG_PLACEHOLDER_FILE = 8,
  TAG_MOUNT = 9,
  TAG_LAUNCHER_DESCRIPTOR = 10,
  TAG_SETUP_TIMEOUT = 11,
  TAG_ROUTE = 12,
  TAG_PREFACE = 13,
  TAG_RELAY_FILTER = 14,
  TAG_ARG = 16,
  TAG_ENV = 17,
  TAG_CWD = 18,
  TAG_FILTER = 19,
  TAG_LIMIT = 20,
  TAG_LIFETIME = 21,
  TAG_DROP_CAPABILITIES = 22,
  TAG_LANDLOCK = 23,
  TAG_LANDLOCK_RULE = 24,
  TAG_LISTENER = 25,
  TAG_NAMESPACES = 32,
  TAG_OPERATION = 33,
  TAG_FALLBACK_OPERATION = 34,
};

// What ends together with the command.
enum lifetime {
  LIFETIME_PID_NAMESPACE = 1, // the PID namespace, of which enter is pid 1
  LIFETIME_SUBREAPER = 2,     // every descendant of enter
};

enum report_kind { REPORT_STARTED = 1, REPORT_FAILED = 2, REPORT_ENDED = 3, REPORT_VIOLATION = 4 };

// What was found at the end where a placeholder had been made.
enum violation {
  VIOLATION_NONE = 0,
  VIOLATION_REMOVED = 1,  // nothing
  VIOLATION_REPLACED = 2, // something else, which was moved aside unless errno says why not
  VIOLATION_FILLED = 3,   // it, and something was put into it or written to it from outside
  VIOLATION_LEFT = 4,     // it, and it could not be removed
};

enum step {
  STEP_REQUEST = 1,
  STEP_LAUNCHER = 2,
  STEP_INTERRUPTED = 3,
  STEP_ENTERED = 4,
  STEP_CAPABILITIES = 5,
  STEP_DESCRIPTORS = 6,
  STEP_KEYRING = 7,
  STEP_DUMPABLE = 8,
  STEP_PARENT_DEATH = 9,
  STEP_LIMITS = 10,
  STEP_NO_NEW_PRIVS = 11,
  STEP_SECCOMP = 12,
  STEP_FORK = 13,
  STEP_CWD = 14,
  STEP_EXEC = 15,
  STEP_REGISTRY = 16,
  STEP_PLACEHOLDER = 17,
  STEP_MOUNTS = 18,
  STEP_LANDLOCK = 19,
  STEP_SUBREAPER = 20,
  STEP_LISTENERS = 21,
  STEP_ROUTES = 22,
  STEP_NAMESPACES = 23,
  STEP_ID_MAPS = 24,
  STEP_LOOPBACK = 25,
  STEP_ROOT = 26,
};

// What a native launch makes beside a user and a mount namespace.
enum namespace {
  NAMESPACE_PID = 1,
  NAMESPACE_NETWORK = 2,
  NAMESPACE_IPC = 4,
  NAMESPACE_UTS = 8,
  NAMESPACE_CGROUP = 16, // where the kernel has it
  ALL_NAMESPACES = 31,
  EXPECTS_NATIVE = 32, // of what is expected before the request: a native launch, with those that are named
};

// One step that builds the file system of a native launch.
enum operation_type {
  OPERATION_ROOT = 1,
  OPERATION_DEV = 2,
  OPERATION_PROC = 3,
  OPERATION_BIND = 4,
  OPERATION_MASK_DIRECTORY = 5,
  OPERATION_MASK_FILE = 6,
  OPERATION_DIRECTORY = 7,
  OPERATION_SYMLINK = 8,
  OPERATION_TMPFS = 9,
  OPERATION_REMOUNT_READ_ONLY = 10,
};

// Of what is bound. The flags of an empty directory are its mode.
enum bind_flag { BIND_WRITE = 1, BIND_DEVICES = 2 };

// Where the connections of a listener go.
enum route_kind {
  ROUTE_TCP4 = 1,       // by the relay, to a TCP port
  ROUTE_TCP6 = 2,       // by the relay, to a TCP port
  ROUTE_UNIX = 3,       // by the relay, to a Unix stream socket
  ROUTE_DESCRIPTOR = 4, // the listener itself goes to whoever is at the other end of a descriptor
};

// What has to be mounted at a path of the sandbox.
enum expectation {
  EXPECTATION_BOUND = 1,            // the source
  EXPECTATION_BOUND_READ_ONLY = 2,  // the source
  EXPECTATION_MASKED_FILE = 3,      // the null device, which cannot be opened there
  EXPECTATION_MASKED_DIRECTORY = 4, // an empty one in memory that can be neither listed nor written
  EXPECTATION_FRESH_DIRECTORY = 5,  // an empty one in memory
};

struct request_header {
  uint32_t magic;
  uint32_t version;
  uint32_t kind;
  uint32_t size; // of the whole request, this header included
};
_Static_assert(sizeof(struct request_header) == 16, "request header");

struct field_header {
  uint32_t tag;
  uint32_t length; // without the padding to a multiple of 8
};
_Static_assert(sizeof(struct field_header) == 8, "field header");

struct limit {
  uint32_t resource;
  uint32_t zero;
  uint64_t soft;
  uint64_t hard;
};
_Static_assert(sizeof(struct limit) == 24, "limit");

// Behind it the target, NUL, and for what is bound the source, NUL.
struct mount_header {
  uint32_t expectation;
  uint32_t flags; // none so far: zero
};
_Static_assert(sizeof(struct mount_header) == 8, "mount header");

// Behind it the target, NUL, and for a bind the source, for a symlink its text, NUL.
struct operation_header {
  uint32_t type;
  uint32_t flags;
};
_Static_assert(sizeof(struct operation_header) == 8, "operation header");

// What Landlock denies unless a rule allows it. Source of each: linux/landlock.h, the same order.
struct ruleset {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;
  uint64_t scoped;
};
_Static_assert(sizeof(struct ruleset) == 24, "ruleset");

// Behind it the path, NUL.
struct rule_header {
  uint64_t access;
};
_Static_assert(sizeof(struct rule_header) == 8, "rule header");

struct listener {
  uint32_t port; // on 127.0.0.1
  uint32_t zero;
};
_Static_assert(sizeof(struct listener) == 8, "listener");

// Behind it 4 or 16 bytes of an address; or a path, NUL; or an offer_header.
struct route_header {
  uint32_t kind;
  uint32_t number; // port, or descriptor
};
_Static_assert(sizeof(struct route_header) == 8, "route header");

// Behind it what is sent with the listener, and then the answer that accepts it.
struct offer_header {
  uint32_t size;        // of what is sent
  uint32_t answer_size; // of the answer
};
_Static_assert(sizeof(struct offer_header) == 8, "offer header");

struct report {
  uint32_t text_length;
  uint32_t kind;
  uint32_t attempt;
  uint32_t step;  // or violation
  uint32_t value; // errno, signal or wait status
  uint32_t error; // of STEP_LAUNCHER: why supervise ended the launcher, or could not start it
};
_Static_assert(sizeof(struct report) == 24, "report");

// From supervise to enter, with a memfd and the granted descriptors as SCM_RIGHTS. In it is the enter request, or
// the whole request where enter is to build the sandbox first.
struct handover {
  uint32_t version;
  uint32_t granted;
  uint32_t attempt;
  uint8_t closed[32]; // bit I: descriptor I was closed and is not among those that were sent
};
_Static_assert(sizeof(struct handover) == 44, "handover");
_Static_assert(GRANTED_MAX <= 8 * sizeof(((struct handover *)0)->closed), "a bit for each descriptor");

enum message_kind {
  MESSAGE_ENTERED = 1,
  MESSAGE_STARTED = 2,
  MESSAGE_FAILED = 3,
  MESSAGE_ENDED = 4,
  MESSAGE_LISTENING = 5,
  MESSAGE_LAUNCH_FAILED = 6, // before `entered`, of a native launch
};

// From enter to supervise. With `entered` a descriptor of the root of the sandbox as SCM_RIGHTS, with `listening`
// the listeners in their order.
struct message {
  uint32_t kind;
  uint32_t step;
  uint32_t value; // errno or wait status
  uint32_t rule;  // of STEP_LANDLOCK: 1 + index of the rule; of STEP_MOUNTS: of the operation; 0: none
};
_Static_assert(sizeof(struct message) == 16, "message");

#endif
