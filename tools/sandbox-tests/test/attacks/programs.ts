import { stagedWords, type ProgramName } from '../../support/index.ts'
import { profileOf, type Scene } from './scene.ts'

/** The words that start `program` and confine the command behind them to the workspace of `scene`. */
export function programWords(program: ProgramName, scene: Scene): [string, ...string[]] {
  const profile = JSON.stringify(profileOf(scene))
  const options =
    program === 'linux-sandbox'
      ? ['run', '-C', scene.workspace]
      : ['--sandbox-policy-cwd', scene.workspace, '--permission-profile', profile]
  return [...stagedWords(program), ...options, '--']
}
