import type { HostFiles } from '../src/index.ts'

/** A host that has these files, a directory for each key that ends with a slash, and nothing else. */
export function fakeFiles(files: Readonly<Record<string, string>>): HostFiles {
  const paths = Object.keys(files)
  const isDirectory = (path: string): boolean => paths.some((one) => one.startsWith(`${path}/`))
  return {
    text: (path) => files[path],
    names: (path) =>
      paths
        .filter((one) => one.startsWith(`${path}/`))
        .map((one) => one.slice(path.length + 1).split('/')[0] ?? ''),
    identity: (path) => (paths.includes(path) || isDirectory(path) ? `1:${path}` : undefined),
    isDirectory,
  }
}

/** What an ordinary process of an ordinary host sees of itself. */
export const ORDINARY = {
  '/proc/self/status': [
    'Name:\tnode',
    'Uid:\t1000\t1000\t1000\t1000',
    'Gid:\t1000\t1000\t1000\t1000',
    'CapEff:\t0000000000000000',
    'CapBnd:\t000001ffffffffff',
    'CapAmb:\t0000000000000000',
    'Seccomp:\t0',
  ].join('\n'),
  '/proc/self/uid_map': '         0          0 4294967295\n',
  '/proc/self/gid_map': '         0          0 4294967295\n',
  '/proc/self/mountinfo': '27 1 254:0 / / rw - ext4 /dev/vda rw\n',
  '/proc/sys/kernel/osrelease': '6.12.1\n',
  '/proc/version': 'Linux version 6.12.1 (builder@host) #1 SMP\n',
} as const

export const AS_ROOT = {
  ...ORDINARY,
  '/proc/self/status': ORDINARY['/proc/self/status']
    .replace('Uid:\t1000\t1000', 'Uid:\t0\t0')
    .replace('CapEff:\t0000000000000000', 'CapEff:\t000001ffffffffff'),
} as const
