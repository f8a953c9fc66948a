import { join } from 'node:path'
import type { Decision } from '@linux-sandbox/egress-proxy'
import { workspaceWrite, type RunResult } from 'linux-sandbox'
import { runProgram, stageDirectory, stagedNode, type TestUser } from '../../support/index.ts'

/**
 * How a command is led to the proxy: `handlers` in the process that started it, for HTTP and SOCKS; `relay` to its port, which the
 * environment names; `socks` in that process, for SOCKS alone.
 */
export type Way = 'handlers' | 'relay' | 'socks'

export interface ManagedCommand {
  readonly way: Way
  /** Hosts that the proxy allows. Every name has the address 127.0.0.1. */
  readonly allow: readonly string[]
  readonly workspace: string
  readonly command: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
}

export interface ManagedEnd extends Pick<RunResult, 'exitCode' | 'stdout' | 'stderr' | 'enforced'> {
  readonly decisions: readonly Decision[]
}

/** Runs a command in a writable workspace, which is its home, with nothing but the proxy of a process of `user` to reach. */
export async function runManaged(
  user: TestUser,
  { workspace, env, ...rest }: ManagedCommand,
): Promise<ManagedEnd> {
  const input = JSON.stringify({
    ...rest,
    profile: workspaceWrite({ root: workspace }),
    cwd: workspace,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', HOME: workspace, ...env },
  })
  const driver = join(stageDirectory(), 'proxied-driver.mjs')
  const { exitCode, stdout, stderr } = await runProgram(user, stagedNode(), [driver], { input })
  if (exitCode !== 0) throw new Error(`the driver ended with ${exitCode}: ${stderr}`)
  return JSON.parse(stdout) as ManagedEnd
}
