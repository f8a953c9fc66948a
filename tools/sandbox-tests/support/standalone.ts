import { join } from 'node:path'
import { stageDirectory, stagedNode, stagedProgram, type ProgramName } from './scenario.ts'

/** Names what the helper is in tests: a script on Node, unless this is `standalone`. */
const HELPER_VARIABLE = 'SANDBOX_TEST_HELPER'

/** Folders are called as the kernel calls processors. */
const ARCHS: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/** Whether the helper is one static file where a test does not say it. */
export const HELPER_IS_STANDALONE = process.env[HELPER_VARIABLE] === 'standalone'

/** The programs that tests of both are about: with the static helper only that one, as the other is on Node all the same. */
export const TESTED_PROGRAMS: readonly ProgramName[] = HELPER_IS_STANDALONE
  ? ['codex-linux-sandbox']
  : ['linux-sandbox', 'codex-linux-sandbox']

/** The helper as one static file, for every user. It is there where it could be built. */
export function stagedStandalone(): string {
  const folder = join(stageDirectory(), 'node_modules/@linux-sandbox/standalone/dist')
  return join(folder, ARCHS[process.arch] ?? process.arch, 'codex-linux-sandbox')
}

/** The words that start a program of ours. */
export function stagedWords(name: ProgramName): [string, ...string[]] {
  if (name === 'codex-linux-sandbox' && HELPER_IS_STANDALONE) return [stagedStandalone()]
  return [stagedNode(), stagedProgram(name)]
}

/** The same as a program and its arguments, of which `args` are the last. */
export function stagedCall(name: ProgramName, args: readonly string[]): [string, string[]] {
  const [program, ...words] = stagedWords(name)
  return [program, [...words, ...args]]
}
