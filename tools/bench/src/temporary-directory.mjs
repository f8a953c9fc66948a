import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new directory that goes away with this process. */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'linux-sandbox-bench-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  return directory
}
