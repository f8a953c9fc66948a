import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isBuilt, ON_NODE, PROGRAM, readOnlyWords } from '../support/program.ts'

const HELPERS = [
  { name: 'on Node', words: [process.execPath, ON_NODE] },
  { name: 'as one file', words: [PROGRAM] },
]

const ENV = { PATH: '/usr/bin:/bin', WORD: 'a b' }

function words(
  helper: readonly string[],
  script: string,
  options: readonly string[] = [],
): [string, string[]] {
  const [program = '', ...rest] = helper
  return [program, [...rest, ...options, ...readOnlyWords('/bin/sh', '-c', script)]]
}

/** Shell scripts whose output says what a command is given. */
const SCRIPTS = [
  { title: 'the environment', script: 'env | sort' },
  { title: 'what signals do', script: 'grep ^Sig /proc/self/status' },
  { title: 'descriptors', script: 'ls /proc/self/fd' },
  {
    title: 'the directory and the session',
    script: 'pwd; test "$(cut -d" " -f6 /proc/self/stat)" -gt 0 && echo session',
  },
  { title: 'capabilities and filters', script: 'grep -E "^(Cap|Seccomp|NoNewPrivs)" /proc/self/status' },
  { title: 'input', script: 'cat; echo; cat' },
  { title: 'a status', script: 'exit 77' },
  { title: 'an end by a signal', script: 'kill -USR1 $$' },
  { title: 'mounts', script: 'cut -d" " -f2-4 /proc/mounts' },
]

/** How a caller can have it: closed streams, signals that are ignored, descriptors that are open. */
const CALLERS = [
  'exec "$@"',
  'exec "$@" <&-',
  'trap "" HUP INT CHLD; exec "$@"',
  'exec "$@" 7</dev/null 9>/dev/null',
]

describe.runIf(isBuilt)('a command has the same by both', () => {
  test.each(SCRIPTS.flatMap((one) => CALLERS.map((caller) => ({ ...one, caller }))))(
    '$title, called by $caller',
    ({ script, caller }) => {
      const [first, second] = HELPERS.map((helper) => {
        const [program, args] = words(helper.words, script, ['--backend', 'native'])
        const options = { encoding: 'utf8', env: ENV, cwd: '/', input: 'some input' } as const
        const { status, signal, stdout, stderr } = spawnSync(
          '/bin/sh',
          ['-c', caller, 'sh', program, ...args],
          options,
        )
        return { status, signal, stdout, stderr }
      })
      expect(second).toEqual(first)
      expect(first?.stderr).toBe('')
    },
  )
})

async function line(child: ChildProcess): Promise<string> {
  const [text] = (await once(child.stdout!, 'data')) as [Buffer]
  return text.toString().trim()
}

/** The state of its process, a letter as in proc_pid_stat(5). */
function stateOf({ pid }: ChildProcess): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0]
}

const STOP_LIMIT_MS = 20_000

describe.runIf(isBuilt).each(HELPERS)('$name', ({ words: helper }) => {
  const start = (script: string): ChildProcess => {
    const [program, args] = words(helper, script)
    return spawn(program, args, { env: ENV, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] })
  }

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGQUIT'] as const)(
    '%s reaches the command',
    async (signal) => {
      const child = start(
        `trap 'echo got; exit 4' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`,
      )
      expect(await line(child)).toBe('ready')
      child.kill(signal)
      expect(await once(child, 'exit')).toEqual([4, null])
    },
  )

  test('it ends by the signal that it has passed on and that ended the command', async () => {
    const child = start('echo ready; exec sleep 60')
    expect(await line(child)).toBe('ready')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM'])
  })

  test('the command ends with it', async () => {
    const child = start('echo ready; while :; do echo x; sleep 0.05; done')
    await line(child)
    child.kill('SIGKILL')
    // The output ends when nobody has it open any more.
    child.stdout?.resume()
    await once(child.stdout!, 'close')
  })

  test('its output ends when the command closes it', async () => {
    const child = start('exec >&-; read word; exit 3')
    child.stdout?.resume()
    await once(child.stdout!, 'end')
    child.stdin?.write('word\n')
    expect(await once(child, 'exit')).toEqual([3, null])
  })

  test('it stops with the command and goes on with it', async () => {
    const child = start('echo ready; read word; echo $word')
    expect(await line(child)).toBe('ready')
    child.kill('SIGTSTP')
    // As a shell does: before it has stopped there is nothing to go on with.
    await vi.waitUntil(() => stateOf(child) === 'T', { timeout: STOP_LIMIT_MS })
    child.kill('SIGCONT')
    child.stdin?.end('word\n')
    expect(await line(child)).toBe('word')
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

describe.runIf(isBuilt && process.getuid?.() === 0)('an ordinary user', () => {
  const NOBODY = 65_534
  let directory: string
  let program: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'standalone-user-'))
    chmodSync(directory, 0o755)
    program = join(directory, 'codex-linux-sandbox')
    copyFileSync(PROGRAM, program)
    chmodSync(program, 0o755)
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  test.each(['native', 'bwrap'])('runs a command under %s, which is confined', (backend) => {
    const script = `id -u; touch ${directory}/x 2>&1 | grep -o 'Read-only.*'; exit 5`
    const [, args] = words([program], script, ['--backend', backend])
    const options = { encoding: 'utf8', env: ENV, cwd: '/', uid: NOBODY, gid: NOBODY } as const
    const { status, stdout, stderr } = spawnSync(program, args, options)
    expect({ status, stdout, stderr }).toEqual({
      status: 5,
      stdout: `${NOBODY}\nRead-only file system\n`,
      stderr: '',
    })
  })
})
