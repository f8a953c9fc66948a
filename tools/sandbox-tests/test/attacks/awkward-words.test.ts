import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  runProgram,
  runSandboxed,
  stagedNode,
  TESTED_PROGRAMS,
} from '../../support/index.ts'
import { programWords } from './programs.ts'
import { newScene, profileOf } from './scene.ts'

const AWKWARD_WORDS = [
  '',
  ' ',
  'two words',
  '--',
  '-C',
  '--profile=:danger-full-access',
  '$(touch injected)',
  '`touch injected`',
  '; touch injected',
  'it\'s "quoted"',
  'back\\slash\\n',
  'line\nbreak',
  'tab\there',
  '*',
  '~',
  '@enter',
  '@status',
  'ünïcödé 🧨',
  '\u0001\u007f',
]

describeForUsers('awkward words', [], (user) => {
  test('reach the command byte for byte, as arguments and as values', async () => {
    const scene = newScene(user)
    const env = Object.fromEntries([
      ...AWKWARD_WORDS.map((word, i) => [`WORD_${i}`, word]),
      ['PATH', '/usr/bin:/bin'],
    ])
    const print = 'process.stdout.write(JSON.stringify([process.argv.slice(1), process.env]))'
    const { stdout } = await runSandboxed(user, {
      sandbox: { profile: profileOf(scene) },
      command: [stagedNode(), '-e', print, '--', ...AWKWARD_WORDS],
      run: { env, cwd: scene.workspace },
    })
    expect(JSON.parse(stdout)).toEqual([AWKWARD_WORDS, env])
    expect(readdirSync(scene.workspace)).not.toContain('injected')
  })

  test.each(TESTED_PROGRAMS)('reach it byte for byte through %s', async (program) => {
    const scene = newScene(user)
    const [first, ...words] = programWords(program, scene)
    const { stdout } = await runProgram(user, first, [...words, 'printf', '%s\\0', ...AWKWARD_WORDS], {
      cwd: scene.workspace,
    })
    expect(stdout.split('\0')).toEqual([...AWKWARD_WORDS, ''])
    expect(readdirSync(scene.workspace)).not.toContain('injected')
  })

  test.each([
    'two words',
    '$(touch injected)',
    "it's",
    '"',
    '`id`',
    'line\nbreak',
    '--bind',
    ':',
    '\\',
    'ünï',
    '*',
    '@enter',
  ])('can name a workspace: %j', async (name) => {
    const scene = newScene(user)
    const workspace = join(scene.room, name)
    mkdirSync(join(workspace, '.git'), { recursive: true })
    chmodSync(workspace, 0o777)
    chmodSync(join(workspace, '.git'), 0o777)
    const script =
      'echo in > ./file && cat ./file; echo out > ../beside || echo kept; echo x > .git/config || echo kept'
    const run = (root: string, gitWrites: 'none' | 'all') =>
      runSandboxed(user, {
        sandbox: { profile: profileOf({ ...scene, workspace: root }), gitWrites },
        command: ['sh', '-c', script],
        run: { cwd: workspace },
      })
    expect(await run(workspace, 'none')).toMatchObject({ stdout: 'in\nkept\nkept\n' })
    expect(readdirSync(workspace).toSorted()).toEqual(['.git', 'file'])
    expect(await run(scene.workspace, 'all')).toMatchObject({ stdout: 'in\n' })
  })
})
