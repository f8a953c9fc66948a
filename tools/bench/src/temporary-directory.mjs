import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made = []

process.once('exit', () => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

/** A new directory that goes away with this process. */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'linux-sandbox-bench-'))
  made.push(directory)
  return directory
}
