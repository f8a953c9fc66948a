import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { User } from './host.js'

/** A directory of that user's in `parent`, with nothing in it but a `registry`. */
export function emptyDirectory(parent: string, { uid }: User): string {
  const directory = mkdtempSync(join(parent, 'placeholders-'))
  mkdirSync(join(directory, 'registry'), { mode: 0o700 })
  for (const path of uid === undefined ? [] : [directory, join(directory, 'registry')]) {
    chownSync(path, uid ?? 0, uid ?? 0)
  }
  return directory
}

/** Holds the lock of the registry in `directory` until what is returned is called. */
export async function holdLock({ uid }: User, directory: string): Promise<() => void> {
  const lock = join(directory, 'registry/lock')
  const holder = spawn('flock', [lock, 'sh', '-c', 'echo; read -r line'], uid === undefined ? {} : { uid })
  await once(holder.stdout, 'data')
  return () => holder.stdin.end()
}
