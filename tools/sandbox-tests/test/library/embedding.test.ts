import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  runProgram,
  stageDirectory,
  stagedNode,
  startProgram,
  workspaceProfileJson,
} from '../../support/index.ts'

/** Runs an ES module that can import the library, as a consumer's program. */
function consumer(directory: string, source: string): string {
  const program = `${directory}/program.mjs`
  writeFileSync(
    program,
    `import { createRequire } from 'node:module'\nconst require = createRequire(${JSON.stringify(`${stageDirectory()}/x.mjs`)})\n${source}`,
  )
  return program
}

/** What the consumer's program takes for a call of the helper, up to the command. */
function helperWords(directory: string): string[] {
  const profile = workspaceProfileJson(directory)
  return ['helper', '--sandbox-policy-cwd', directory, '--permission-profile', profile, '--']
}

describeForUsers('two copies of the library in one process', [], (user) => {
  test("know each other's errors, profiles and what was learned of the host", async () => {
    const directory = makeDirectory(user)
    const program = consumer(
      directory,
      `
      const cjs = require('linux-sandbox')
      const { pathToFileURL } = await import('node:url')
      const path = require.resolve('linux-sandbox')
      const esm = await import(pathToFileURL(path.replace(/\\.cjs$/, '.js')))
      const seen = { differ: cjs.Sandbox !== esm.Sandbox && cjs.SandboxError !== esm.SandboxError, copies: [] }
      for (const [one, other] of [[cjs, esm], [esm, cjs]]) {
        const sandbox = await one.Sandbox.create({ profile: other.readOnly() })
        const { stdout } = await sandbox.run('echo', ['hi'])
        const error = await sandbox.run('no-such-program').catch((caught) => caught)
        const invalid = await one.Sandbox.create({ profile: { type: 'nope' } }).catch((caught) => caught)
        seen.copies.push({
          stdout,
          own: one.isSandboxError(error) && error instanceof one.SandboxError,
          other: other.isSandboxError(error) && other.isSandboxError(invalid),
          instance: error instanceof other.SandboxError,
          code: error.code,
        })
      }
      seen.strangers = [null, undefined, 5, new Error('x'), { code: 'POLICY_INVALID' }].map((value) => cjs.isSandboxError(value) || esm.isSandboxError(value))
      console.log(JSON.stringify(seen))
    `,
    )
    const end = await runProgram(user, stagedNode(), [program])
    expect(end).toMatchObject({ exitCode: 0, stderr: '' })
    const copy = { stdout: 'hi\n', own: true, other: true, instance: false, code: 'COMMAND_NOT_FOUND' }
    expect(JSON.parse(end.stdout)).toEqual({
      differ: true,
      copies: [copy, copy],
      strangers: [false, false, false, false, false],
    })
  })
})

describeForUsers('two installations of the library in one process', [], (user) => {
  test('each start their own native program', async () => {
    const directory = makeDirectory(user)
    cpSync(`${stageDirectory()}/node_modules`, `${directory}/node_modules`, { recursive: true })
    const program = consumer(
      directory,
      `
      import { pathToFileURL } from 'node:url'
      const said = []
      for (const order of [[0, 1], [1, 0]]) for (const index of order) {
        const path = process.argv[2 + index] + '/node_modules/linux-sandbox/dist/index.js'
        const { readOnly, Sandbox } = await import(pathToFileURL(path))
        try {
          const sandbox = await Sandbox.create({ profile: readOnly() })
          for (let count = 0; count < 3; count++) said.push((await sandbox.run('true')).exitCode)
        } catch ({ message }) {
          said.push(message)
        }
      }
      console.log(JSON.stringify(said))
    `,
    )
    const both = async (): Promise<unknown> => {
      const end = await runProgram(user, stagedNode(), [program, stageDirectory(), directory])
      expect(end).toMatchObject({ exitCode: 0, stderr: '' })
      return JSON.parse(end.stdout)
    }
    expect(await both()).toEqual(Array.from({ length: 12 }, () => 0))
    rmSync(`${directory}/node_modules/@linux-sandbox/native/bin`, { recursive: true })
    const missing = expect.stringContaining(`${directory}/node_modules`) as string
    expect(await both()).toEqual([0, 0, 0, missing, missing, 0, 0, 0])
  })
})

describeForUsers('runMain in the program of a consumer', [], (user) => {
  const source = `
    const { runMain } = require('linux-sandbox')
    if (process.argv[2] === 'helper') await runMain(process.argv.slice(3))
    else console.log('the consumer itself')
  `

  test.each([
    {
      why: 'its status',
      command: ['sh', '-c', 'cat; echo err >&2; exit 9'],
      expected: { exitCode: 9, signal: null, stdout: 'text', stderr: 'err\n' },
    },
    {
      why: 'a signal',
      command: ['sh', '-c', 'kill -USR1 $$'],
      expected: { exitCode: 138, signal: null, stdout: '', stderr: '' },
    },
  ])('is the helper: $why', async ({ command, expected }) => {
    const directory = makeDirectory(user)
    const program = consumer(directory, source)
    expect(
      await runProgram(user, stagedNode(), [program, ...helperWords(directory), ...command], {
        input: 'text',
      }),
    ).toEqual(expected)
    expect(await runProgram(user, stagedNode(), [program])).toMatchObject({
      exitCode: 0,
      stdout: 'the consumer itself\n',
    })
  })

  test('tells what is wrong as the helper does', async () => {
    const program = consumer(makeDirectory(user), source)
    const end = await runProgram(user, stagedNode(), [program, 'helper', '--nope'])
    expect(end).toMatchObject({ exitCode: 2, stdout: '' })
    expect(end.stderr).toMatch(/^linux-sandbox: Unknown option '--nope'\nhint: .+\n$/)
  })

  test('passes signals on and ends as the command does', async () => {
    const directory = makeDirectory(user)
    const program = consumer(directory, source)
    const script = `trap 'echo got it; exit 6' TERM; echo ready; while :; do sleep 0.02; done`
    const started = startProgram(user, stagedNode(), [program, ...helperWords(directory), 'sh', '-c', script])
    await started.wrote('ready')
    started.child.kill('SIGTERM')
    expect(await started.ended).toMatchObject({ exitCode: 6, stdout: 'ready\ngot it\n' })
  })
})
