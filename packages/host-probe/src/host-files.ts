import { readdirSync, readFileSync, statSync } from 'node:fs'

/** The files by which a host tells about itself. What is not there or cannot be read is `undefined` or empty. */
export interface HostFiles {
  readonly text: (path: string) => string | undefined
  readonly names: (path: string) => readonly string[]
  /** Device and inode of what a path leads to, as one word: equal for the same object only. */
  readonly identity: (path: string) => string | undefined
  readonly isDirectory: (path: string) => boolean
}

/** Those of this host, as they are at the time of the call. */
export const nodeFiles: HostFiles = {
  text: (path) => attempt(() => readFileSync(path, 'utf8')),
  names: (path) => attempt(() => readdirSync(path)) ?? [],
  identity: (path) =>
    attempt(() => {
      const { dev, ino } = statSync(path)
      return `${dev}:${ino}`
    }),
  isDirectory: (path) => attempt(() => statSync(path).isDirectory()) ?? false,
}

function attempt<Seen>(look: () => Seen): Seen | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
