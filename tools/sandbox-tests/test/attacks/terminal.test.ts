import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeForUsers, runProgram, stagedNode, stagedProbe, stagedProgram } from '../../support/index.ts'
import { resultsIn, scriptOf, type Attempt } from './attempts.ts'
import { makeScene, type Scene } from './scene.ts'

interface Row {
  readonly act: string
  readonly attempt: Attempt
  readonly inside: string
  readonly outside: string
}

/** On the terminal that the command has as its streams. */
const ATTEMPTS: readonly Row[] = [
  { act: 'sees that it has a terminal', attempt: ['is-terminal', '0'], inside: 'ok', outside: 'ok' },
  { act: 'types into it', attempt: ['tiocsti', '0', 'touch x'], inside: 'EPERM', outside: 'ok' },
  {
    act: 'types into it by its output',
    attempt: ['tiocsti', '1', 'touch x'],
    inside: 'EPERM',
    outside: 'ok',
  },
  {
    act: 'types with high bits in the request',
    attempt: ['tiocsti-high-bits', '0', 'x'],
    inside: 'EPERM',
    outside: 'ok',
  },
  { act: 'pastes like a console', attempt: ['tioclinux', '0'], inside: 'EPERM', outside: 'ENOTTY' },
  { act: 'chooses a line discipline', attempt: ['tiocsetd', '0'], inside: 'EPERM', outside: 'ok' },
  { act: 'opens it by /dev/tty', attempt: ['open-tty'], inside: 'ENXIO', outside: 'ok' },
  {
    act: 'takes it for a session of its own',
    attempt: ['tiocsctty', '0'],
    inside: 'EPERM',
    outside: 'EPERM',
  },
]

/** Whether whoever has the terminal may type into it. Without the setting (before Linux 6.2) he may. Source: tty_ioctl(2), TIOCSTI. */
const LEGACY_TIOCSTI = '/proc/sys/dev/tty/legacy_tiocsti'
const MAY_TYPE = !existsSync(LEGACY_TIOCSTI) || readFileSync(LEGACY_TIOCSTI, 'utf8').trim() === '1'

/** What `outside` cannot show of the last row: nobody else's session may be robbed. The terminal itself was taken like that. */
const TYPED_OUTSIDE = 'touch x'.length * 2 + 1

/** What the multitool says on a terminal while planning takes more than a second, and erases then. */
const PROGRESS = /linux-sandbox: looking through [^\r]*\r.\[K/

describeForUsers('the terminal that a sandbox was started from', ['cc'], (user) => {
  const mayType = MAY_TYPE || user.uid === 0
  let scene: Scene
  let inside: TerminalEnd
  let outside: TerminalEnd
  beforeAll(async () => {
    scene = makeScene(user)
    const script = ['/bin/sh', '-c', scriptOf(ATTEMPTS.map(({ attempt }) => attempt))]
    inside = await onTerminal([
      stagedNode(),
      stagedProgram('linux-sandbox'),
      'run',
      '-C',
      scene.workspace,
      '--',
      ...script,
    ])
    outside = await onTerminal(script)
  })
  afterAll(() => scene.remove())

  test.each(ATTEMPTS.map((row, index) => ({ ...row, index })))(
    'a command that $act gets $inside; outside $outside',
    ({ index, attempt, ...row }) => {
      const isTyped = attempt[0]?.startsWith('tiocsti') === true
      expect(inside.results[index]).toBe(row.inside)
      expect(outside.results[index]).toBe(isTyped && !mayType ? 'EIO' : row.outside)
    },
  )

  test('has nothing that was typed into it', () => {
    expect(inside.typed).toBe(0)
    expect(outside.typed).toBe(mayType ? TYPED_OUTSIDE : 0)
  })

  test('has no name in the sandbox', async () => {
    const write = `${stagedProbe()} write "$PROBE_TERMINAL"`
    const cli = [stagedNode(), stagedProgram('linux-sandbox'), 'run', '-C', scene.workspace, '--']
    expect(await linesOn([...cli, '/bin/sh', '-c', write])).toContain('ENOENT')
    expect(await linesOn(['/bin/sh', '-c', write])).toContain('xok')
  })

  /** What a command on a terminal got, and how many bytes wait there as if a person had typed them. */
  interface TerminalEnd {
    readonly results: readonly string[]
    readonly typed: number
  }

  async function linesOn(command: readonly string[]): Promise<string[]> {
    const { stdout, stderr } = await runProgram(user, stagedProbe(), ['on-terminal', ...command])
    expect(stderr).toBe('')
    return stdout.replace(PROGRESS, '').trim().split(/\r?\n/)
  }

  async function onTerminal(command: readonly string[]): Promise<TerminalEnd> {
    const lines = await linesOn(command)
    const typed = /^typed (\d+)$/.exec(lines.at(-2) ?? '')?.[1]
    if (typed === undefined) throw new Error(`the terminal ended with ${lines.join('|')}`)
    return {
      results: resultsIn(`${lines.slice(0, -2).join('\n')}\n`, { count: ATTEMPTS.length }),
      typed: Number(typed),
    }
  }
})
