import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PermissionProfile, SandboxRunOptions } from 'linux-sandbox'
import {
  describeForUsers,
  runProgram,
  stagedDriver,
  stagedNode,
  stagedProbe,
  stagedWords,
  type Outcome,
} from '../../support/index.ts'
import { newScene, profileOf, type Scene } from './scene.ts'

/** Prints what is open beside the three streams, and `EBADF` when there is nothing. */
const LOOK = (): [string, ...string[]] => [stagedProbe(), 'more-descriptors']

/** Numbers under which `with-descriptors` leaves them open for what it executes. */
const DIRECTORY = 40
const FILE = 41

describeForUsers('descriptors that the caller did not close', ['cc'], (user) => {
  test('do not reach a command of the library', async () => {
    const scene = newScene(user)
    const { stdout } = await runByLibrary(scene, { profile: profileOf(scene), command: LOOK() })
    expect(stdout).toBe('EBADF\n')
  })

  test('reach a program that Node starts without a sandbox', async () => {
    const scene = newScene(user)
    const start = `require('node:child_process').spawnSync(process.argv[1], process.argv.slice(2), { stdio: 'inherit' })`
    const { stdout } = await withDescriptors(scene, [stagedNode(), '-e', start, ...LOOK()])
    expect(stdout).toMatch(everythingFrom(scene))
  })

  test.each([
    { program: 'linux-sandbox', argv: (scene: Scene) => ['run', '-C', scene.workspace, '--'] },
    {
      program: 'codex-linux-sandbox',
      argv: (scene: Scene) => [
        '--sandbox-policy-cwd',
        scene.workspace,
        '--permission-profile',
        JSON.stringify(profileOf(scene)),
        '--',
      ],
    },
  ] as const)('do not reach a command of $program', async ({ program, argv }) => {
    const scene = newScene(user)
    const sandboxed = await withDescriptors(scene, [...stagedWords(program), ...argv(scene), ...LOOK()])
    expect(sandboxed).toMatchObject({ exitCode: 1, stdout: 'EBADF\n', stderr: '' })
    const twin = await withDescriptors(scene, LOOK())
    expect(twin.stdout).toMatch(everythingFrom(scene))
  })

  test('reach it under the numbers at which they were granted', async () => {
    const scene = newScene(user)
    const stdio = ['pipe', 'pipe', 'pipe', DIRECTORY, FILE] as const
    const script = `${stagedProbe()} read-below-descriptor 3 key; ${stagedProbe()} write-descriptor 4 x; ${stagedProbe()} has-descriptor 5`
    const { stdout } = await runByLibrary(scene, {
      profile: profileOf(scene),
      command: ['sh', '-c', script],
      run: { stdio: [...stdio] },
    })
    expect(stdout).toBe('ok\nok\nEBADF\n')
  })

  /** Runs `program` with a denied directory, a file outside for writing and a socket with a peer open. */
  function withDescriptors(scene: Scene, program: readonly string[], input = '') {
    const words = ['with-descriptors', scene.secrets, join(scene.outside, 'file'), ...program]
    return runProgram(user, stagedProbe(), words, { input })
  }

  async function runByLibrary(
    scene: Scene,
    scenario: {
      readonly profile: PermissionProfile
      readonly command: readonly string[]
      readonly run?: Pick<SandboxRunOptions, 'stdio'>
    },
  ) {
    const { profile, command, run } = scenario
    const input = JSON.stringify({ sandbox: { profile }, command, run })
    const { stdout } = await withDescriptors(scene, [stagedNode(), stagedDriver()], input)
    const { result, error } = JSON.parse(stdout) as Outcome
    if (result === undefined) throw new Error(error.message)
    return result
  }
})

/** The lines of the four, among those of what else this process inherited. */
function everythingFrom({ secrets, outside }: Scene): RegExp {
  return new RegExp(`^${DIRECTORY} ${secrets}\n${FILE} ${outside}/file\n42 socket:.*\n43 socket:.*\n`, 'm')
}
