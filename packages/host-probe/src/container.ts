import { nodeFiles, type HostFiles } from './host-files.js'
import type { Mount } from './mounts.js'

export interface Container {
  readonly kind: 'docker' | 'podman' | 'kubernetes' | 'lxc' | 'systemd-nspawn' | 'other'
  /** The file that tells, and what of it. */
  readonly evidence: string
}

/** The variable by which the first process of a container knows: systemd's container interface. Only root can read that of another. */
const KINDS: ReadonlyMap<string, Container['kind']> = new Map([
  ['docker', 'docker'],
  ['podman', 'podman'],
  ['oci', 'other'],
  ['lxc', 'lxc'],
  ['lxc-libvirt', 'lxc'],
  ['systemd-nspawn', 'systemd-nspawn'],
])

const CGROUPS: readonly { readonly pattern: RegExp; readonly kind: Container['kind'] }[] = [
  { pattern: /\/kubepods|kubepods[-.]/, kind: 'kubernetes' },
  { pattern: /\/docker[/-]|docker-[0-9a-f]{12}/, kind: 'docker' },
  { pattern: /libpod[-_]/, kind: 'podman' },
  { pattern: /\/lxc[./]|lxc\.payload/, kind: 'lxc' },
]

/** The container that this process is in, as far as the files in it tell. They tell nothing about what it forbids. */
export function describeContainer(
  mounts: readonly Mount[],
  files: HostFiles = nodeFiles,
): Container | undefined {
  // A pod is made by one of the others, so it is asked for first.
  if (files.isDirectory('/var/run/secrets/kubernetes.io/serviceaccount')) {
    return { kind: 'kubernetes', evidence: '/var/run/secrets/kubernetes.io exists' }
  }
  const cgroup = files.text('/proc/1/cgroup') ?? ''
  const byCgroup = CGROUPS.find(({ pattern }) => pattern.test(cgroup))
  if (byCgroup?.kind === 'kubernetes')
    return { kind: 'kubernetes', evidence: '/proc/1/cgroup names kubepods' }
  if (files.identity('/run/.containerenv') !== undefined) {
    return { kind: 'podman', evidence: '/run/.containerenv exists' }
  }
  if (files.identity('/.dockerenv') !== undefined) return { kind: 'docker', evidence: '/.dockerenv exists' }
  if (byCgroup !== undefined)
    return { kind: byCgroup.kind, evidence: `/proc/1/cgroup names ${byCgroup.kind}` }
  return byManager(files) ?? byMounts(mounts)
}

function byManager(files: HostFiles): Container | undefined {
  const name = files.text('/run/systemd/container')?.trim()
  if (name === undefined || name === '') return undefined
  return { kind: KINDS.get(name) ?? 'other', evidence: `/run/systemd/container is ${name}` }
}

function byMounts(mounts: readonly Mount[]): Container | undefined {
  if (mounts.some(({ type, point }) => type === 'fuse.lxcfs' && point.startsWith('/proc/'))) {
    return { kind: 'lxc', evidence: '/proc/self/mountinfo has lxcfs in /proc' }
  }
  const root = mounts.find(({ point }) => point === '/')
  if (root?.type !== 'overlay') return undefined
  const kind = /\/docker\//.test(root.options) ? 'docker' : undefined
  const other = /\/containers\/storage\//.test(root.options) ? 'podman' : undefined
  const found = kind ?? other
  return found && { kind: found, evidence: `/proc/self/mountinfo has a root of ${found}'s` }
}
