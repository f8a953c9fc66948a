import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { descendantsOf } from '../../support/index.ts'

/** The process below `caller` that is called `name`. */
export function pidNamed(caller: number, name: string): number {
  const found = pidsNamed(caller, name)[0]
  if (found === undefined) throw new Error(`no ${name} below ${caller}`)
  return found
}

export function pidsNamed(caller: number, name: string): number[] {
  return descendantsOf(caller)
    .map(({ pid }) => pid)
    .filter((pid) => read(`/proc/${pid}/comm`).trim() === name)
}

/** One line of /proc/PID/status. */
export function statusOf(pid: number, key: string): string {
  const [, value = 'missing'] = new RegExp(`^${key}:\\s+(.*)$`, 'm').exec(read(`/proc/${pid}/status`)) ?? []
  return value
}

/** What the descriptors of a process refer to, in the order of their numbers. Takes root: none of ours is dumpable. */
export function descriptorsOf(pid: number): string[] {
  const names = readdirSync(`/proc/${pid}/fd`).toSorted((one, other) => Number(one) - Number(other))
  return names.map((name) => readlinkSync(`/proc/${pid}/fd/${name}`))
}

/** The sockets of TCP that a process holds. `namespaceOf` is a process in the network that is meant. */
export function tcpSocketsOf(pid: number, namespaceOf: number): string[] {
  const table = read(`/proc/${namespaceOf}/net/tcp`).split('\n').slice(1)
  // proc_pid_net(5): the tenth column is the inode.
  const inodes = new Set(table.map((line) => `socket:[${line.trim().split(/\s+/)[9]}]`))
  return descriptorsOf(pid).filter((target) => inodes.has(target))
}

/** The session that a process is in. @see proc_pid_stat(5) */
export function sessionOf(pid: number): number {
  return Number(read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ')[3])
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it has ended
  }
}
