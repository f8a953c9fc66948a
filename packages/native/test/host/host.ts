import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nativeProgramPath } from '../../src/index.js'

export const BWRAP = '/usr/bin/bwrap'

/** Why sandboxes cannot be started here. With `SANDBOX_TEST_REQUIRE=bwrap` that is an error. */
export function reasonToSkip(): string | undefined {
  const { status, error, stderr } = spawnSync(BWRAP, ['--unshare-all', '--ro-bind', '/', '/', 'true'], {
    encoding: 'utf8',
  })
  if (status === 0) return undefined
  const reason = `bwrap cannot start a sandbox: ${error?.message ?? stderr}`
  return refuseIfRequired('bwrap', reason)
}

/** Why nothing can be launched natively here. With `SANDBOX_TEST_REQUIRE=nativeLaunch` that is an error. */
export function reasonToSkipNative(): string | undefined {
  const { stdout } = spawnSync(nativeProgramPath(), ['launch-check'], { encoding: 'utf8' })
  return stdout === 'ok\n' ? undefined : refuseIfRequired('nativeLaunch', `launch-check says ${stdout}`)
}

function refuseIfRequired(what: 'bwrap' | 'nativeLaunch', reason: string): string {
  if (process.env['SANDBOX_TEST_REQUIRE']?.split(/[\s,]+/).includes(what)) throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return reason
}

export interface User {
  readonly name: string
  /** Undefined: whoever runs the tests. */
  readonly uid: number | undefined
}

/** Root runs every test a second time as an ordinary user. */
export const USERS: readonly User[] =
  process.getuid?.() === 0
    ? [
        { name: 'root', uid: undefined },
        { name: 'uid 1000', uid: 1000 },
      ]
    : [{ name: 'an ordinary user', uid: undefined }]

export interface Workshop {
  /** A copy of the native program that every user can execute. */
  readonly program: string
  /** An empty directory that every user can write to. */
  readonly directory: string
  readonly remove: () => void
}

export function openWorkshop(program: string = nativeProgramPath()): Workshop {
  const root = mkdtempSync(join(tmpdir(), 'native-host-'))
  const copy = join(root, 'linux-sandbox-native')
  copyFileSync(program, copy)
  chmodSync(copy, 0o755)
  chmodSync(root, 0o1777)
  return { program: copy, directory: root, remove: () => rmSync(root, { recursive: true, force: true }) }
}
