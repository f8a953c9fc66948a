import { expect, test } from 'vitest'
import {
  CTRL_BACKSLASH,
  CTRL_C,
  CTRL_D,
  CTRL_Z,
  describeForUsers,
  LAUNCHERS,
  launcherWords,
  makeDirectory,
  processesWith,
  runOnTerminal,
  runProgram,
  uniqueSeconds,
  type Launcher,
  type TestUser,
} from '../../support/index.ts'

/** Counts the signals it gets and tells at the end of its input. */
const COUNTER = `
import os, signal, sys
counts = {}
def say(*words): os.write(1, (' '.join(map(str, words)) + '\\n').encode())
def note(number, _frame):
    name = signal.Signals(number).name
    counts[name] = counts.get(name, 0) + 1
    say('now', counts)
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGWINCH, signal.SIGTERM, signal.SIGHUP): signal.signal(number, note)
say('ready')
for line in sys.stdin:
    if line.strip() == 'end': break
say('counts', counts)
`

function wordsOf(launcher: Launcher, user: TestUser, command: readonly string[]): string[] {
  const [program, args] = launcherWords(launcher, makeDirectory(user), command)
  return [program, ...args]
}

/** One line for a shell, with every word quoted. */
function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
}

describeForUsers('a command on a terminal', ['python3'], (user) => {
  test.each(LAUNCHERS)('sees one there, its size and its type, as without $name', async (launcher) => {
    const look = [
      'sh',
      '-c',
      'for fd in 0 1 2; do test -t $fd && echo tty $fd; done; stty size; echo TERM=$TERM; ls --color=auto -d /',
    ]
    const end = await runOnTerminal(user, wordsOf(launcher, user, look), [])
    expect(end.status).toBe(0)
    expect(end.transcript).toBe((await runOnTerminal(user, look, [])).transcript)
    expect(end.transcript).toContain('tty 0\r\ntty 1\r\ntty 2\r\n24 80\r\nTERM=xterm\r\n')
    expect(end.modesAfter).toEqual(end.modesBefore)
    const noTerminal = await runProgram(user, ...launcherWords(launcher, makeDirectory(user), look))
    expect(noTerminal.stdout).not.toContain('tty')
  })

  test.each(LAUNCHERS)('gets a typed Ctrl-C exactly once under $name, and a Ctrl-\\', async (launcher) => {
    const end = await runOnTerminal(user, wordsOf(launcher, user, ['/usr/bin/python3', '-c', COUNTER]), [
      { expect: 'ready' },
      { type: CTRL_C },
      { expect: `now \\{'SIGINT': 1\\}` },
      { type: CTRL_BACKSLASH },
      { expect: `now \\{'SIGINT': 1, 'SIGQUIT': 1\\}` },
      { type: CTRL_C },
      { expect: `'SIGINT': 2` },
      { type: 'end\n' },
      { expect: `counts \\{'SIGINT': 2, 'SIGQUIT': 1\\}` },
    ])
    expect(end.status).toBe(0)
    expect(end.modesAfter).toEqual(end.modesBefore)
  })

  test.each(LAUNCHERS)('is ended by Ctrl-C, and $name with it', async (launcher) => {
    const seconds = uniqueSeconds()
    // With exec: dash loses a SIGINT that comes while it starts a program, without a sandbox too.
    const words = wordsOf(launcher, user, ['sh', '-c', `echo ready; exec sleep ${seconds}`])
    const end = await runOnTerminal(user, words, [{ expect: 'ready' }, { type: CTRL_C }])
    expect(end.status).toBe(-2)
    expect(end.modesAfter).toEqual(end.modesBefore)
    expect(processesWith(seconds)).toEqual([])
  })

  test.each(LAUNCHERS)('hears that the window was resized, under $name', async (launcher) => {
    // Blocked and waited for, so that it cannot come before the wait.
    const script = `import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
print('ready', os.get_terminal_size(), flush=True)
signal.sigwait([signal.SIGWINCH])
print('then', os.get_terminal_size())`
    const end = await runOnTerminal(user, wordsOf(launcher, user, ['/usr/bin/python3', '-c', script]), [
      { expect: 'ready .*columns=80, lines=24' },
      { resize: [50, 132] },
      { expect: 'then .*columns=132, lines=50' },
    ])
    expect(end.status).toBe(0)
  })

  test.each(LAUNCHERS)('reads what is typed, up to Ctrl-D, under $name', async (launcher) => {
    const end = await runOnTerminal(
      user,
      wordsOf(launcher, user, [
        'sh',
        '-c',
        'echo ready; while read line; do echo "got $line"; done; echo end',
      ]),
      [{ expect: 'ready' }, { type: 'one\n' }, { expect: 'got one' }, { type: CTRL_D }, { expect: 'end' }],
    )
    expect(end.status).toBe(0)
  })

  test.each(LAUNCHERS)(
    'that changes the modes and is killed leaves them as they were under $name, and changed without it',
    async (launcher) => {
      const command = ['sh', '-c', 'stty raw -echo; echo ready; kill -KILL $$']
      const end = await runOnTerminal(user, wordsOf(launcher, user, command), [{ expect: 'ready' }])
      expect(end.status).toBe(137)
      expect(end.modesAfter).toEqual(end.modesBefore)
      const twin = await runOnTerminal(user, command, [{ expect: 'ready' }])
      expect(twin.status).toBe(-9)
      expect(twin.modesAfter).not.toEqual(twin.modesBefore)
    },
  )

  test.each(LAUNCHERS)('is stopped by Ctrl-Z and goes on with fg and bg, under $name', async (launcher) => {
    const ticker = `i=0; while test $i -lt 100000; do i=$((i+1)); echo tick $i; sleep 0.05; done`
    const end = await runOnTerminal(
      user,
      ['bash', '--norc', '--noprofile', '-i'],
      [
        { type: `PS1='prompt> '\n` },
        { expect: 'prompt> ' },
        { type: `${quoted(wordsOf(launcher, user, ['sh', '-c', ticker]))}\n` },
        { expect: 'tick 3\r' },
        { type: CTRL_Z },
        { expect: 'Stopped' },
        { expect: 'prompt> ' },
        { type: 'echo $((6*7)) is the answer\n' },
        { expect: '42 is the answer' },
        { type: 'jobs\n' },
        { expect: 'Stopped' },
        { type: 'fg\n' },
        { expect: 'tick \\d+\r\n(.|\n)*tick \\d+\r' },
        { type: CTRL_Z },
        { expect: 'Stopped' },
        { type: 'bg\n' },
        { expect: 'tick \\d+\r\n(.|\n)*tick \\d+\r' },
        { type: 'fg\n' },
        { expect: 'tick \\d+\r\n(.|\n)*tick \\d+\r' },
        { type: CTRL_C },
        { expect: 'prompt> ' },
        { type: 'echo status $?; exit 0\n' },
        { expect: 'status 130' },
      ],
      { cwd: makeDirectory(user) },
    )
    expect(end.status).toBe(0)
  })

  test.each(LAUNCHERS)('is ended when the terminal hangs up, under $name', async (launcher) => {
    const seconds = uniqueSeconds()
    const words = wordsOf(launcher, user, ['sleep', seconds])
    // script(1) closes its terminal when its own input ends; that is the hang-up.
    const end = await runOnTerminal(
      user,
      ['bash', '--norc', '-i'],
      [
        { type: `PS1='prompt> '\n` },
        { expect: 'prompt> ' },
        { type: `${quoted(words)} &\n` },
        { expect: 'prompt> ' },
        { type: `until pgrep -f 'sleep ${seconds}$' >/dev/null; do :; done; kill -HUP $$\n` },
      ],
    )
    expect(end.status).toBe(-1)
    expect(processesWith(`sleep ${seconds}`)).toEqual([])
  })
})
