import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  identityOf,
  LAUNCHERS,
  launcherWords,
  makeDirectory,
  runProgram,
  userEnvironment,
  withLibrary,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'

const INPUT_BYTES = 10 * 1024 * 1024
const OUTPUT_BYTES = 100 * 1024 * 1024

/** Bytes in which a lost or repeated block shows. */
const INPUT = Buffer.from(
  Uint32Array.from({ length: INPUT_BYTES / 4 }, (_, index) => Math.imul(index, 2_654_435_761)).buffer,
)

/** Writes OUTPUT_BYTES of such bytes and their checksum to stderr. */
const WRITER = `
import hashlib, sys
block = bytes(range(256)) * 4096
total, digest, count = 0, hashlib.sha256(), 0
while total < ${OUTPUT_BYTES}:
    piece = count.to_bytes(8, 'little') + block
    piece = piece[:${OUTPUT_BYTES} - total]
    digest.update(piece)
    sys.stdout.buffer.write(piece)
    total += len(piece); count += 1
sys.stdout.buffer.flush()
print(digest.hexdigest(), file=sys.stderr)
`

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Runs a program with bytes in and bytes out. */
async function runBytes(
  user: TestUser,
  [program, args]: readonly [string, readonly string[]],
  input: Uint8Array,
): Promise<{ exitCode: number | null; digest: string; stderr: string }> {
  const child = spawn(program, args, { cwd: '/', env: userEnvironment(), ...identityOf(user) })
  const hash = createHash('sha256')
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => hash.update(chunk))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.end(input)
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { exitCode, digest: hash.digest('hex'), stderr }
}

/** `COMMAND` and the words of a launcher, for a script of the shell that has them as `"$@"`. */
async function runScript(
  user: TestUser,
  script: string,
  words: readonly [string, readonly string[]],
): Promise<ProgramEnd> {
  return await runProgram(user, 'bash', ['--norc', '-c', script, 'bash', words[0], ...words[1]])
}

describeForUsers('the streams of a command', ['python3'], (user) => {
  test.each(LAUNCHERS)('10 MB of input pass through $name', async (launcher) => {
    const words = launcherWords(launcher, makeDirectory(user), ['sha256sum'])
    const end = await runProgram(user, 'sh', ['-c', '"$@"', 'sh', words[0], ...words[1]], { input: INPUT })
    expect(end).toEqual({ exitCode: 0, signal: null, stdout: `${digestOf(INPUT)}  -\n`, stderr: '' })
  })

  test.each(LAUNCHERS)('100 MB of output pass through $name', { timeout: 60_000 }, async (launcher) => {
    const words = launcherWords(launcher, makeDirectory(user), ['/usr/bin/python3', '-c', WRITER])
    const end = await runBytes(user, words, new Uint8Array())
    expect(end).toEqual({ exitCode: 0, digest: end.stderr.trim(), stderr: end.stderr })
    expect(end.stderr).toMatch(/^[0-9a-f]{64}\n$/)
  })

  test(
    '10 MB of input and 100 MB of output pass through run of the library',
    { timeout: 60_000 },
    async () => {
      const answer = await withLibrary(
        user,
        { profile: readOnly(), writer: WRITER, bytes: INPUT_BYTES },
        async ({ lib }, { profile, writer, bytes }) => {
          const { createHash: hash } = process.getBuiltinModule('node:crypto')
          const sandbox = await lib.Sandbox.create({ profile })
          const input = Buffer.from(
            Uint32Array.from({ length: bytes / 4 }, (_, index) => Math.imul(index, 2_654_435_761)).buffer,
          )
          const counted = await sandbox.run('sha256sum', [], { input })
          const written = await sandbox.run('/usr/bin/python3', ['-c', writer], { encoding: 'buffer' })
          return {
            input: counted.stdout.slice(0, 64),
            length: written.stdout.length,
            isSame: hash('sha256').update(written.stdout).digest('hex') === written.stderr.toString().trim(),
          }
        },
      )
      expect(answer).toEqual({ input: digestOf(INPUT), length: OUTPUT_BYTES, isSame: true })
    },
  )

  test.each(LAUNCHERS)(
    'a reader of $name sees the end when the command closes its stdout early',
    async (launcher) => {
      const workspace = makeDirectory(user)
      const command = [
        'sh',
        '-c',
        `echo line; exec 1>&-; while ! test -e ${workspace}/seen; do sleep 0.02; done; exit 5`,
      ]
      const words = launcherWords(launcher, workspace, command)
      // Were the stream held open by somebody, `cat` would wait for the command, and the command for the file.
      const script = `set -o pipefail; "$@" | { cat; echo end; touch ${workspace}/seen; }`
      expect(await runScript(user, script, words)).toEqual({
        exitCode: 5,
        signal: null,
        stdout: 'line\nend\n',
        stderr: '',
      })
    },
  )

  test.each(LAUNCHERS)(
    'a writer into $name gets SIGPIPE when the command closes its stdin early',
    async (launcher) => {
      const workspace = makeDirectory(user)
      const command = [
        'sh',
        '-c',
        `exec 0<&-; while ! test -e ${workspace}/seen; do sleep 0.02; done; exit 5`,
      ]
      const words = launcherWords(launcher, workspace, command)
      const script = `{ yes; touch ${workspace}/seen; } | "$@"`
      expect(await runScript(user, script, words)).toEqual({
        exitCode: 5,
        signal: null,
        stdout: '',
        stderr: '',
      })
    },
  )

  test('a reader of the library sees the end when the command closes its stdout early', async () => {
    const workspace = makeDirectory(user)
    const seen = await withLibrary(
      user,
      { profile: readOnly(), mark: `${workspace}/seen` },
      async ({ lib, fs, endOf }, { profile, mark }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const child = sandbox.spawn('sh', [
          '-c',
          `exec 1>&-; while ! test -e ${mark}; do sleep 0.02; done; exit 5`,
        ])
        const end = endOf(child)
        await new Promise((resolve) => child.stdout?.once('end', resolve))
        const ranOn = child.exitCode === null
        fs.writeFileSync(mark, '')
        return { ranOn, exitCode: (await end).exitCode }
      },
    )
    expect(seen).toEqual({ ranOn: true, exitCode: 5 })
  })

  test.each(LAUNCHERS)('a writer into $name gets SIGPIPE when the command has ended', async (launcher) => {
    const words = launcherWords(launcher, makeDirectory(user), ['head', '-1'])
    const end = await runScript(user, 'yes | "$@"; echo "${PIPESTATUS[*]}"', words)
    expect(end).toEqual({ exitCode: 0, signal: null, stdout: 'y\n141 0\n', stderr: '' })
    const twin = await runScript(user, 'yes | "$@"; echo "${PIPESTATUS[*]}"', ['head', ['-1']])
    expect(twin).toEqual(end)
  })

  test.each(LAUNCHERS)('the command gets SIGPIPE when the reader of $name has ended', async (launcher) => {
    const words = launcherWords(launcher, makeDirectory(user), ['yes'])
    const end = await runScript(user, '"$@" | head -1; echo "${PIPESTATUS[*]}"', words)
    expect(end).toEqual({ exitCode: 0, signal: null, stdout: 'y\n141 0\n', stderr: '' })
    expect(await runScript(user, '"$@" | head -1; echo "${PIPESTATUS[*]}"', ['yes', []])).toEqual(end)
  })

  test.each(
    LAUNCHERS.flatMap((launcher) =>
      [
        { closed: '0<&-', stdin: 'closed', stdout: 'open', stderr: 'open' },
        { closed: '1>&-', stdin: 'open', stdout: 'closed', stderr: 'open' },
        { closed: '2>&-', stdin: 'open', stdout: 'open', stderr: 'closed' },
        { closed: '0<&- 1>&- 2>&-', stdin: 'closed', stdout: 'closed', stderr: 'closed' },
      ].map((row) => ({ launcher, name: launcher.name, ...row })),
    ),
  )(
    '$name runs with $closed: the command has /dev/null there',
    async ({ launcher, closed, stdin, stdout, stderr }) => {
      const workspace = makeDirectory(user)
      const report = `${workspace}/report`
      const look = `import os; seen = [os.readlink(f'/proc/self/fd/{fd}') for fd in (0, 1, 2)]; open('${report}', 'w').write('\\n'.join(seen)); os._exit(6)`
      const words = launcherWords(launcher, workspace, ['/usr/bin/python3', '-c', look])
      const end = await runScript(user, `"$@" ${closed}`, words)
      expect(end).toMatchObject({ exitCode: 6, signal: null })
      const { stdout: text } = await runProgram(user, 'cat', [report])
      const seen = text.split('\n').map((target) => (target === '/dev/null' ? 'closed' : 'open'))
      expect(seen).toEqual([stdin, stdout, stderr])
    },
  )

  test.each(LAUNCHERS)(
    'other descriptors of the caller do not reach the command of $name',
    async (launcher) => {
      const command = ['sh', '-c', 'ls /proc/self/fd | tr "\\n" " "']
      const words = launcherWords(launcher, makeDirectory(user), command)
      const script = 'exec 3</etc/passwd 7</etc/group 20>/dev/null; "$@" 2>/dev/null'
      const outside = await runScript(user, script, [command[0] ?? '', command.slice(1)])
      expect(outside.stdout).toContain('3 ')
      expect(outside.stdout).toContain('20 ')
      // 3 is the directory that ls reads.
      expect(await runScript(user, script, words)).toMatchObject({ exitCode: 0, stdout: '0 1 2 3 ' })
    },
  )
})
