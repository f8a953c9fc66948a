import { chmodSync, copyFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  describeOnHost,
  makeDirectory,
  runProgram,
  stagedProbe,
  stagedStandalone,
  workspaceProfileJson,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'
import { expectRefusal, READ_ONLY } from '../bad-input/programs.ts'
import { makeFiles } from '../cli/places.ts'

/** Two programs that need nothing, and directories: no shell, no library, no Node, no bwrap. All of it can be written by `user`. */
function makeRoot(user: TestUser, directories: readonly string[]): string {
  const root = makeDirectory(user)
  makeFiles(user, root, Object.fromEntries(directories.map((name) => [`${name}/`, ''])))
  for (const [name, source] of [
    ['helper', stagedStandalone()],
    ['probe', stagedProbe()],
  ] as const) {
    copyFileSync(source, join(root, name))
    chmodSync(join(root, name), 0o755)
  }
  return root
}

/** Runs a program of `root`, with nothing in its environment but what is given. */
async function runIn(
  root: string,
  user: TestUser,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<ProgramEnd> {
  return await runProgram(user, stagedProbe(), ['in-root', root, ...words], { env })
}

const helper = (profile: string, ...words: readonly string[]): string[] => [
  ...['/helper', '--sandbox-policy-cwd', '/work', '--permission-profile', profile, '--', ...words],
]

async function startListening(): Promise<number> {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const MACHINE = ['proc', 'dev', 'work', 'etc']

/** What a command tries that may only write its workspace, and what it gets. */
const ATTEMPTS = [
  { attempt: ['create', '/work/new'], gets: 'ok' },
  { attempt: ['create', '/new'], gets: 'EROFS' },
  { attempt: ['create', '/etc/new'], gets: 'EROFS' },
  { attempt: ['unlink', '/helper'], gets: 'EROFS' },
  { attempt: ['connect-tcp', '127.0.0.1', 'PORT'], gets: 'ECONNREFUSED' },
]

describeOnHost(
  'on a machine that has only the static helper',
  ['standalone', 'nativeLaunch', 'cc'],
  (user) => {
    describe.each([
      { where: 'with /tmp', directories: [...MACHINE, 'tmp'], env: {} },
      {
        where: 'with a directory for the registry',
        directories: [...MACHINE, 'run'],
        env: { XDG_RUNTIME_DIR: '/run' },
      },
    ])('$where', ({ directories, env }) => {
      test.each(ATTEMPTS)('a command gets $gets for $attempt', async ({ attempt, gets }) => {
        const port = await startListening()
        const words = ['/probe', ...attempt.map((word) => word.replace('PORT', String(port)))]
        const run = async (command: string[], status: number, said: string): Promise<void> =>
          expect(await runIn(makeRoot(user, directories), user, command, env)).toEqual({
            exitCode: status,
            signal: null,
            stdout: `${said}\n`,
            stderr: '',
          })
        await run(helper(workspaceProfileJson('/work'), ...words), gets === 'ok' ? 0 : 1, gets)
        await run(words, 0, 'ok')
      })
    })

    test('a workspace with names to protect needs a place for the registry, and says so', async () => {
      const command = helper(workspaceProfileJson('/work'), '/probe', 'list', '/')
      expectRefusal(await runIn(makeRoot(user, MACHINE), user, command), 125, /there is no private directory/)
    })

    test('a command that may write nothing needs nothing more', async () => {
      const root = makeRoot(user, MACHINE)
      const command = (attempt: string, path: string): string[] =>
        helper(JSON.stringify(READ_ONLY), '/probe', attempt, path)
      expect((await runIn(root, user, command('list', '/work/..'))).stdout).toBe('ok\n')
      expect((await runIn(root, user, command('create', '/work/new'))).stdout).toBe('EROFS\n')
    })

    test('the helper tells its version and what was wrong', async () => {
      const root = makeRoot(user, MACHINE)
      const version = await runIn(root, user, ['/helper', '--version'])
      expect(version).toMatchObject({ exitCode: 0, stderr: '' })
      expect(version.stdout).toMatch(/^codex-linux-sandbox \S+\nbundle sha256:[0-9a-f]{64}\n$/)
      expectRefusal(await runIn(root, user, ['/helper', '--nope', '/probe']), 2, /--nope/)
      expectRefusal(await runIn(root, user, helper(JSON.stringify(READ_ONLY), '/missing')), 127, /\/missing/)
      const bwrap = ['--backend', 'bwrap', ...helper(JSON.stringify(READ_ONLY), '/probe').slice(1)]
      expectRefusal(await runIn(root, user, ['/helper', ...bwrap]), 125, /bwrap/)
    })
  },
)
