import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Builds `test/probe/<name>.c` in `directory`; its path. */
export function buildProbe(directory: string, name: string): string {
  const source = fileURLToPath(new URL(`../probe/${name}.c`, import.meta.url))
  const program = join(directory, name)
  const args = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Werror', '-O1', '-static', '-o', program, source]
  const { status, stderr } = spawnSync('cc', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} cannot be built: ${stderr}`)
  return program
}
