import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { LaunchOperation } from '../../src/index.js'
import { openWorkshop, type User } from './host.js'
import { NATIVE, run, withParts, type Outcome } from './run.js'

export const READ: LaunchOperation = { type: 'root', access: 'read', devices: false }
export const WRITE: LaunchOperation = { type: 'root', access: 'write', devices: false }
export const EMPTY: LaunchOperation = { type: 'mask-directory', target: '/', traversable: true }
export const DEV: LaunchOperation = { type: 'dev' }
export const PROC: LaunchOperation = { type: 'proc' }

/** What a shell needs in an empty root. */
export const SYSTEM: readonly LaunchOperation[] = [
  { type: 'bind', source: '/usr', target: '/usr', access: 'read' },
  { type: 'symlink', target: '/bin', to: 'usr/bin' },
  { type: 'symlink', target: '/lib', to: 'usr/lib' },
  { type: 'symlink', target: '/lib64', to: 'usr/lib64' },
]

export const bindOf = (target: string, access: 'read' | 'write', source = target): LaunchOperation => ({
  type: 'bind',
  source,
  target,
  access,
})

export interface Scene {
  readonly program: string
  /** What has that name in the directory of the test. */
  readonly place: (name: string) => string
  /** Runs a script of the shell natively. */
  readonly runNative: (user: User, operations: readonly LaunchOperation[], script: string) => Promise<Outcome>
  /** What a script that runs prints to both streams, and its status. */
  readonly shell: (
    user: User,
    operations: readonly LaunchOperation[],
    script: string,
  ) => Promise<{ output: string; exitCode: number | null }>
  readonly remove: () => void
}

/** `work` and `other`, writable for everybody, each with a directory `inner` and a `file`; and `link`, to `other`. */
export function openScene(): Scene {
  const { program, directory, remove } = openWorkshop()
  const place = (name: string): string => join(directory, name)
  for (const name of ['work', 'work/inner', 'other', 'other/inner']) {
    mkdirSync(place(name))
    chmodSync(place(name), 0o777)
  }
  for (const name of ['work/file', 'other/file']) {
    writeFileSync(place(name), `${name}\n`)
    chmodSync(place(name), 0o666)
  }
  symlinkSync('other', place('link'))
  const runNative: Scene['runNative'] = (user, operations, script) =>
    run({ program, user }, ['sh', '-c', script], withParts(NATIVE, { operations }))
  const shell: Scene['shell'] = async (user, operations, script) => {
    const { stdout, exitCode, reports } = await runNative(user, operations, `{ ${script}; } 2>&1`)
    expect(reports[0]).toMatchObject({ kind: 'started' })
    return { output: stdout.toString().trim(), exitCode }
  }
  return { program, place, runNative, shell, remove }
}
