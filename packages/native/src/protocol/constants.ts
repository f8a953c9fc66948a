/** Every number of `docs/native-protocol.md`. `native/protocol.h` repeats them; a test compares the two. */

export const PROTOCOL_VERSION = 9

/** `LSBX`, as a little-endian number. */
export const REQUEST_MAGIC = 0x58_42_53_4c

/** The largest request, in bytes. */
export const REQUEST_SIZE_MAX = 16 * 1024 * 1024

/** The longest text of a report, in bytes. */
export const REPORT_TEXT_MAX = 64 * 1024

/** The longest seccomp program, in instructions. Source: BPF_MAXINSNS in linux/bpf_common.h. */
export const FILTER_LENGTH_MAX = 4096

/** How many descriptors a command can be granted, those of its three streams included. */
export const GRANTED_DESCRIPTORS_MAX = 250

/** How many placeholders a run can have. */
export const PLACEHOLDERS_MAX = 4096

/** The longest content of a placeholder that is a file, in bytes. */
export const PLACEHOLDER_CONTENT_MAX = 4096

/** How many mounts a run can have verified. */
export const MOUNTS_MAX = 4096

/** How many operations each attempt of a native launch can have. */
export const OPERATIONS_MAX = 32_768

/** How many rules a Landlock ruleset can have. */
export const LANDLOCK_RULES_MAX = 4096

/** How many routes, and with them listeners, a run can have. */
export const ROUTES_MAX = 16

/** The lowest port of a listener: what needs no capability. See `ip_unprivileged_port_start` in ip(7). */
export const LISTENER_PORT_MIN = 1024

/** What the relay can say to an endpoint first, in bytes. */
export const PREFACE_SIZE_MAX = 1024

/** What can be sent along with a listener, in bytes. */
export const OFFER_SIZE_MAX = 4096

/** The longest answer that accepts a listener, in bytes. */
export const ANSWER_SIZE_MAX = 256

/** As a word of a launcher's arguments: the path of the native program itself. */
export const ENTER_PROGRAM = '@enter'

/** As a word of a launcher's arguments: the number of the status socket. */
export const STATUS_SOCKET = '@status'

/**
 * As a word of a launcher's arguments: the number of a socket. What stands between this word and the last `--` is no argument, but comes from
 * there when the placeholders exist, a NUL behind each word, as bwrap reads it by `--args`.
 */
export const LAUNCHER_OPTIONS = '@options'

export const REQUEST_KIND = { supervise: 1, enter: 2 } as const

export const TAG = {
  launcher: 1,
  launcherArg: 2,
  fallbackArg: 3,
  enterRequest: 4,
  reraise: 5,
  registry: 6,
  placeholder: 7,
  placeholderFile: 8,
  mount: 9,
  launcherDescriptor: 10,
  setupTimeout: 11,
  route: 12,
  preface: 13,
  relayFilter: 14,
  arg: 16,
  env: 17,
  cwd: 18,
  filter: 19,
  limit: 20,
  lifetime: 21,
  dropCapabilities: 22,
  landlock: 23,
  landlockRule: 24,
  listener: 25,
  namespaces: 32,
  operation: 33,
  fallbackOperation: 34,
} as const

export const REPORT_KIND = { started: 1, failed: 2, ended: 3, violation: 4 } as const

/** What was found at the end where a placeholder had been made. */
export const VIOLATIONS = { removed: 1, replaced: 2, filled: 3, left: 4 } as const

export type PlaceholderViolation = keyof typeof VIOLATIONS

/** What a mount is expected to be. */
export const EXPECTATIONS = {
  bound: 1,
  'bound-read-only': 2,
  'masked-file': 3,
  'masked-directory': 4,
  'fresh-directory': 5,
} as const

/** What ends together with the command. */
export const LIFETIMES = { 'pid-namespace': 1, subreaper: 2 } as const

/** What a native launch makes beside a user and a mount namespace. `cgroup` only where the kernel has it. */
export const NAMESPACES = { pid: 1, network: 2, ipc: 4, uts: 8, cgroup: 16 } as const

export type NamespaceName = keyof typeof NAMESPACES

/** What `supervise` is told beside the namespaces of a native launch that it is to expect. */
export const EXPECTS_NATIVE = 32

/** One step that builds the file system of a native launch. */
export const OPERATION_TYPES = {
  root: 1,
  dev: 2,
  proc: 3,
  bind: 4,
  'mask-directory': 5,
  'mask-file': 6,
  directory: 7,
  symlink: 8,
  tmpfs: 9,
  'remount-read-only': 10,
} as const

/** How something is bound. */
export const BIND_FLAGS = { write: 1, devices: 2 } as const

/** Where the connections of a listener go. */
export const ROUTE_KINDS = { tcp4: 1, tcp6: 2, unix: 3, descriptor: 4 } as const

/** What can fail, by the names that errors carry. */
export const STEPS = {
  request: 1,
  launcher: 2,
  interrupted: 3,
  entered: 4,
  capabilities: 5,
  descriptors: 6,
  keyring: 7,
  dumpable: 8,
  'parent-death': 9,
  limits: 10,
  'no-new-privs': 11,
  seccomp: 12,
  fork: 13,
  cwd: 14,
  exec: 15,
  registry: 16,
  placeholder: 17,
  mounts: 18,
  landlock: 19,
  subreaper: 20,
  listeners: 21,
  routes: 22,
  namespaces: 23,
  'id-maps': 24,
  loopback: 25,
  root: 26,
} as const

export type Step = keyof typeof STEPS
