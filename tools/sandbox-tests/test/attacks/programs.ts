import { stagedProgram } from '../../support/index.ts'
import { profileOf, type Scene } from './scene.ts'

export const PROGRAMS = ['linux-sandbox', 'codex-linux-sandbox'] as const

export type Program = (typeof PROGRAMS)[number]

/** The words that confine the command behind them to the workspace of `scene`. */
export function programWords(program: Program, scene: Scene): string[] {
  const profile = JSON.stringify(profileOf(scene))
  const options =
    program === 'linux-sandbox'
      ? ['run', '-C', scene.workspace]
      : ['--sandbox-policy-cwd', scene.workspace, '--permission-profile', profile]
  return [stagedProgram(program), ...options, '--']
}
