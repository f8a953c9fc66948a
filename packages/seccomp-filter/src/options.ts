import type { Arch } from './arch.js'

/**
 * Which sockets a command can make.
 *
 * - `private-network`: the command has its own network namespace, in which only loopback exists. TCP and UDP, and
 *   NETLINK_ROUTE, which shows that namespace's interfaces (Node's `os.networkInterfaces()`, glibc's `getifaddrs`
 *   fail without it). No `socket(AF_UNIX)`: paths of the host would lead out. Connected AF_UNIX pairs, stream and
 *   seqpacket only: an end of a datagram pair can be connected to a socket of the host instead.
 * - `no-network`: there is no network namespace. AF_UNIX pairs as above and nothing else.
 * - `host-network`: the network of the host. Internet and AF_UNIX sockets of any type, NETLINK_ROUTE.
 *
 * A filter cannot see the address that sendmsg(2) takes from memory. In the first two modes it cannot lead anywhere
 * as long as the launcher hands no datagram socket to the command.
 */
export type NetworkMode = 'private-network' | 'no-network' | 'host-network'

export interface FilterOptions {
  readonly arch: Arch
  readonly network: NetworkMode
  /**
   * Allows new namespaces (unshare(2), clone(2), clone3(2), setns(2)) and mounts, for a command that is itself a
   * sandbox. This gives up what these calls put out of reach: inside its own user namespace the command has all
   * capabilities, and with them every part of the kernel that asks for one (mounts, network devices, with
   * `host-network` raw sockets and packet filters). What the policy hides stays hidden, since the kernel locks inherited mounts. False
   * unless given.
   */
  readonly nestedSandbox?: boolean
  /**
   * Allows AF_UNIX sockets of every type in a `private-network`. Those of the host whose paths the command can reach then lead out of the network
   * namespace. Means nothing in the other modes. False unless given.
   */
  readonly unixSockets?: boolean
  /** The command is in the PID namespace of the host, so that others than its own processes have numbers. False unless given. */
  readonly seesHostProcesses?: boolean
}
