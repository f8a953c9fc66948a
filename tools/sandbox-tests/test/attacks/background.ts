import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { identityOf, userEnvironment, type TestUser } from '../../support/index.ts'

/** A program that runs until its stdin ends. */
export interface Background {
  readonly pid: number
  /** What it printed first. */
  readonly firstLine: string
  /** Ends its stdin and waits until it is gone. */
  readonly stop: () => Promise<void>
}

/** Starts `program` as `user` and waits for its first line. */
export async function startBackground(
  user: TestUser,
  program: string,
  args: readonly string[],
  { cwd = '/', env = userEnvironment() }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Background> {
  const child = spawn(program, args, { cwd, env, stdio: ['pipe', 'pipe', 'inherit'], ...identityOf(user) })
  const ended = once(child, 'close')
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line'), ended])
  if (typeof first[0] !== 'string')
    throw new Error(`${program} ${args.join(' ')} ended before it printed a line`)
  return {
    pid: child.pid!,
    firstLine: first[0],
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}
