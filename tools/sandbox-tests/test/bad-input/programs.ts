import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import {
  makeDirectory,
  runProgram,
  stagedCall,
  stagedNode,
  stagedProgram,
  stagedWords,
  type ProgramEnd,
  type ProgramName,
  type TestUser,
} from '../../support/index.ts'

/** Everything can be read and nothing written. */
export const READ_ONLY = {
  type: 'managed',
  file_system: {
    type: 'restricted',
    entries: [{ path: { type: 'special', value: { kind: 'root' } }, access: 'read' }],
  },
  network: 'restricted',
} as const

/** Both programs with bwrap under a policy that lets nothing be written, so that one anywhere is trusted. */
export const READ_ONLY_PROGRAMS = [
  {
    name: 'linux-sandbox',
    words: [stagedNode(), stagedProgram('linux-sandbox'), '--backend', 'bwrap', '-P', ':read-only', '--'],
  },
  {
    name: 'codex-linux-sandbox',
    words: [
      ...stagedWords('codex-linux-sandbox'),
      '--backend',
      'bwrap',
      '--sandbox-policy-cwd',
      '/',
      '--permission-profile',
      JSON.stringify(READ_ONLY),
      '--',
    ],
  },
] as const

/** Runs a program of this package with `args` as they are. */
export async function runOurs(
  user: TestUser,
  name: ProgramName,
  args: readonly string[],
  // In a directory of its own: in `/`, placeholders of other tests would be found.
  { cwd = makeDirectory(user), ...options }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<ProgramEnd> {
  return await runProgram(user, ...stagedCall(name, args), { cwd, ...options })
}

/** A directory with an executable `bwrap` of this text in it. */
export function directoryWithBwrap(user: TestUser, text: string | Buffer, name = 'bwrap'): string {
  const directory = `${makeDirectory(user)}/bin`
  mkdirSync(directory)
  writeFileSync(`${directory}/${name}`, text)
  chmodSync(`${directory}/${name}`, 0o755)
  return directory
}

/** `what is wrong` on the first line, what helps on the second, and nothing else anywhere. */
export function expectRefusal(end: ProgramEnd, status: number, message: RegExp): void {
  expect(end).toMatchObject({ exitCode: status, signal: null, stdout: '' })
  const [first = '', second = '', ...rest] = end.stderr.split('\n')
  expect(first).toMatch(/^linux-sandbox: \S/)
  expect(first).toMatch(message)
  expect(second).toMatch(/^hint: \S/)
  expect(rest).toEqual([''])
}
