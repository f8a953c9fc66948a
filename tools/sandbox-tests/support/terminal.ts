import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { runProgram, userEnvironment } from './scenario.ts'
import type { TestUser } from './users.ts'

/** What a person at a terminal does. Waiting is for text that has not been waited for yet. */
export type TerminalStep =
  | { readonly expect: string }
  | { readonly type: string }
  | { readonly resize: readonly [rows: number, columns: number] }

export interface TerminalEnd {
  readonly transcript: string
  /** As `os.waitstatus_to_exitcode` of Python: -N for signal N. */
  readonly status: number | null
  readonly modesBefore: unknown
  readonly modesAfter: unknown
}

export const CTRL_C = '\u0003'
export const CTRL_D = '\u0004'
export const CTRL_Z = '\u001A'
export const CTRL_BACKSLASH = '\u001C'

/**
 * Runs a program on a terminal of its own: 24 rows, 80 columns.
 *
 * @throws {Error} when a step waits in vain or the program does not end.
 */
export async function runOnTerminal(
  user: TestUser,
  words: readonly string[],
  steps: readonly TerminalStep[],
  { cwd = '/', env = {} }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<TerminalEnd> {
  const script = readFileSync(join(import.meta.dirname, 'terminal.py'), 'utf8')
  const { stdout, stderr } = await runProgram(user, '/usr/bin/python3', ['-c', script], {
    cwd,
    env: { ...userEnvironment(), TERM: 'xterm', ...env },
    input: JSON.stringify({ words, steps }),
  })
  if (stdout === '') throw new Error(stderr)
  const { problem, ...end } = JSON.parse(stdout) as TerminalEnd & { problem: string | null }
  if (problem !== null) throw new Error(`${problem}\n${end.transcript}`)
  return end
}
