import type { SandboxOptions } from 'linux-sandbox'
import { runProgram, runSandboxed, stagedProbe, type TestUser } from '../../support/index.ts'

/** The words of one attempt of the probe. */
export type Attempt = readonly string[]

/**
 * Makes every attempt, one after the other, in one sandbox. Each result is `ok`, the name of an errno, the name of a signal that
 * ended the probe, or what else it printed.
 */
export async function attemptInside(
  user: TestUser,
  attempts: readonly Attempt[],
  { sandbox, cwd }: { readonly sandbox: SandboxOptions; readonly cwd: string },
): Promise<string[]> {
  const { stdout, stderr } = await runSandboxed(user, {
    sandbox,
    command: ['sh', '-c', scriptOf(attempts)],
    run: { cwd },
  })
  return resultsIn(stdout, { count: attempts.length, stderr })
}

/** The same without a sandbox. */
export async function attemptOutside(user: TestUser, attempts: readonly Attempt[]): Promise<string[]> {
  const { stdout, stderr } = await runProgram(user, 'sh', ['-c', scriptOf(attempts)])
  return resultsIn(stdout, { count: attempts.length, stderr })
}

/** A shell script that makes the attempts. */
export function scriptOf(attempts: readonly Attempt[]): string {
  return attempts
    .map((words) => `${[stagedProbe(), ...words].map(quoted).join(' ')}; echo "${END}$?"`)
    .join('\n')
}

/** What the script printed, attempt by attempt. */
export function resultsIn(
  output: string,
  { count, stderr = '' }: { readonly count: number; readonly stderr?: string },
): string[] {
  const results = [...output.matchAll(/([\s\S]*?)=end of attempt (\d+)\r?\n/g)].map(
    ([, text = '', status]) =>
      text === ''
        ? (SIGNAL_OF_STATUS[Number(status)] ?? `status ${status}`)
        : text.trim().replaceAll('\r', ''),
  )
  if (results.length !== count)
    throw new Error(`${count} attempts gave ${results.length} results: ${output}${stderr}`)
  return results
}

const END = '=end of attempt '

const SIGNAL_OF_STATUS: Readonly<Record<number, string>> = {
  137: 'SIGKILL',
  139: 'SIGSEGV',
  152: 'SIGXCPU',
  159: 'SIGSYS',
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
