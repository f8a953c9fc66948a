import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { TestUser } from '../../support/index.ts'

/** A directory of `user` that no profile grants: not in /tmp. Removed after the test. */
export function makeOutside(user: TestUser): string {
  const directory = mkdtempSync('/var/tmp/linux-sandbox-test-')
  chmodSync(directory, 0o755)
  chownSync(directory, user.uid, user.gid)
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Writes files of `user` below `top`, with the directories that they need; a name that ends in a slash is a directory. */
export function makeFiles(user: TestUser, top: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(top, name).replace(/\/$/, '')
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true })
    if (!name.endsWith('/')) writeFileSync(path, text)
    for (let at = path; at.length > top.length; at = dirname(at)) chownSync(at, user.uid, user.gid)
  }
}
