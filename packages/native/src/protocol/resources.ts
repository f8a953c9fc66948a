/**
 * Numbers of the resource limits, the same on x86_64 and aarch64.
 * Source: include/uapi/asm-generic/resource.h in Linux 6.12.
 *
 * @see setrlimit(2)
 */
export const RESOURCES = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
} as const

export type ResourceName = keyof typeof RESOURCES
