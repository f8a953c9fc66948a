import { readFileSync } from 'node:fs'
import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, runProgram, type ProgramEnd, type TestUser } from '../../support/index.ts'
import { directoryWithBwrap, expectRefusal } from '../bad-input/programs.ts'
import {
  alteredByOneByte,
  bundle,
  makeInstallation,
  makeWritable,
  sha256,
  withInstallation,
  type Installation,
} from './bundle.ts'
import { REAL_BWRAP } from './fakes.ts'

const READ_ONLY = JSON.stringify(readOnly())
const PROGRAM = readFileSync(REAL_BWRAP)
const ALTERED = alteredByOneByte(PROGRAM)
const RAN: ProgramEnd = { exitCode: 0, signal: null, stdout: 'ran\n', stderr: '' }

/** How both programs end with this `PATH`, which has to be the same. */
async function endsOf(
  user: TestUser,
  { programs }: Installation,
  { PATH = '/nowhere', cwd = '/' } = {},
): Promise<readonly ProgramEnd[]> {
  return await Promise.all(
    programs.map(({ words: [program, ...args] }) =>
      runProgram(user, program, [...args, '/bin/echo', 'ran'], { env: { PATH }, cwd }),
    ),
  )
}

describeForUsers('with PATH emptied of bwrap, the bundled one', [], (user) => {
  test('is used when it is there', async () => {
    const installation = makeInstallation(user, READ_ONLY)
    bundle(installation)
    for (const PATH of ['/nowhere', '', 'relative']) {
      expect(await endsOf(user, installation, { PATH })).toEqual([RAN, RAN])
    }
  })

  test('is missed when it is absent', async () => {
    const installation = makeInstallation(user, READ_ONLY)
    for (const end of await endsOf(user, installation)) {
      const message = `it is not in PATH, and the bundled ${installation.bundled} is missing`
      expectRefusal(end, 125, new RegExp(`bwrap is unavailable: ${message}$`))
      expect(end.stderr).toContain('bubblewrap')
    }
  })

  test('is refused when it was altered by one byte, with both digests', async () => {
    const installation = makeInstallation(user, READ_ONLY)
    bundle(installation, { program: ALTERED, digest: sha256(PROGRAM) })
    for (const end of await endsOf(user, installation)) {
      const message = `its SHA-256 is ${sha256(ALTERED)} and must be ${sha256(PROGRAM)}`
      expectRefusal(end, 125, new RegExp(`the bundled ${installation.bundled} was altered: ${message}$`))
      expect(end.stderr).toContain('hint: install linux-sandbox again')
    }
  })

  test('is not used when its digest is all zero', async () => {
    const installation = makeInstallation(user, READ_ONLY)
    bundle(installation, { digest: '0'.repeat(64) })
    for (const end of await endsOf(user, installation)) {
      expectRefusal(end, 125, new RegExp(`the bundled ${installation.bundled} has no recorded digest$`))
    }
  })

  test('is used from an installation in the working directory', async () => {
    const installation = makeInstallation(user, READ_ONLY)
    bundle(installation)
    expect(await endsOf(user, installation, { cwd: installation.top })).toEqual([RAN, RAN])
  })

  test('is not used where the policy lets the command write it', async () => {
    const installation = makeInstallation(user, READ_ONLY)
    bundle(installation)
    const outcome = (root: string): Promise<unknown> =>
      withInstallation(
        user,
        installation,
        `import { Sandbox, workspaceWrite } from 'linux-sandbox'
        const profile = workspaceWrite({ root: '${root}', excludeSlashTmp: true, excludeTmpdir: true })
        const made = Sandbox.create({ profile, backend: 'bwrap' }).then(() => 'made', ({ code, message }) => ({ code, message }))
        console.log(JSON.stringify(await made))`,
      )
    expect(await outcome(installation.top)).toEqual({
      code: 'BWRAP_MISSING',
      message: `bwrap is unavailable: it is not in PATH, and the bundled ${installation.bundled} lies where the policy lets the command write`,
    })
    expect(await outcome('/var/tmp')).toBe('made')
  })
})

describeForUsers('with a bwrap in PATH, the bundled one', [], (user) => {
  test('is not even looked at', async () => {
    const installation = makeInstallation(user, READ_ONLY)
    bundle(installation, { program: ALTERED, digest: sha256(PROGRAM) })
    expect(await endsOf(user, installation, { PATH: '/usr/bin' })).toEqual([RAN, RAN])
  })

  test('is used where that is too old', async () => {
    const installation = makeInstallation(user, READ_ONLY)
    const old = directoryWithBwrap(user, '#!/bin/sh\necho --as-pid-1 --bind\n')
    for (const end of await endsOf(user, installation, { PATH: old })) {
      expectRefusal(
        end,
        125,
        new RegExp(`${old}/bwrap has no option --cap-drop, and no other can be used: the`),
      )
    }
    bundle(installation)
    expect(await endsOf(user, installation, { PATH: old })).toEqual([RAN, RAN])
  })
})

/** Makes a sandbox, does something to `bundled`, and runs a command after it; several times. */
function runAfter(acts: readonly string[]): string {
  return `
    const outcomes = []
    const sandbox = await Sandbox.create({ profile: readOnly() })
    for (const act of [${acts.map((act) => `() => ${act}`).join(', ')}]) {
      await act()
      try {
        const { stdout } = await sandbox.run('/bin/echo', ['ran'])
        outcomes.push(stdout)
      } catch ({ code }) {
        outcomes.push(code)
      }
    }
    console.log(JSON.stringify(outcomes))`
}

describeForUsers('the library with a bundled bwrap', [], (user) => {
  test.each(['mjs', 'cjs'] as const)('finds it from %s', async (extension) => {
    const installation = makeInstallation(user, READ_ONLY)
    bundle(installation)
    const names = '{ readOnly, Sandbox }'
    const source =
      extension === 'mjs'
        ? `import ${names} from 'linux-sandbox'\n${runAfter(['undefined'])}`
        : `const ${names} = require('linux-sandbox')\nvoid (async () => {${runAfter(['undefined'])}})()`
    expect(await withInstallation(user, installation, source, { extension })).toEqual(['ran\n'])
  })

  test('executes what it has verified, whatever has its name by then', async () => {
    const installation = makeInstallation(user, READ_ONLY)
    bundle(installation)
    makeWritable(user, installation)
    const source = `
      import { renameSync, unlinkSync, writeFileSync } from 'node:fs'
      import { readOnly, Sandbox } from 'linux-sandbox'
      const bundled = '${installation.bundled}'
      ${runAfter([
        'undefined',
        `{ writeFileSync(bundled + '-', '#!/bin/false'); renameSync(bundled + '-', bundled) }`,
        'unlinkSync(bundled)',
      ])}`
    expect(await withInstallation(user, installation, source)).toEqual(['ran\n', 'ran\n', 'ran\n'])
  })

  test('notices that it was altered since, and that it is as before again', async () => {
    const installation = makeInstallation(user, READ_ONLY)
    bundle(installation)
    makeWritable(user, installation)
    const source = `
      import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
      import { readOnly, Sandbox } from 'linux-sandbox'
      const bundled = '${installation.bundled}'
      const [first] = readFileSync(bundled)
      // In place: no other way leaves it the same file. It is not executed meanwhile, which would be ETXTBSY.
      async function write(byte) {
        for (;;) {
          try {
            const descriptor = openSync(bundled, 'r+')
            writeSync(descriptor, Buffer.from([byte]), 0, 1, 0)
            return closeSync(descriptor)
          } catch (error) {
            if (error.code !== 'ETXTBSY') throw error
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
        }
      }
      ${runAfter(['undefined', 'write(0)', 'undefined', 'write(first)'])}`
    const outcomes = await withInstallation(user, installation, source)
    expect(outcomes).toEqual(['ran\n', 'BWRAP_DIGEST_MISMATCH', 'BWRAP_DIGEST_MISMATCH', 'ran\n'])
  })

  test('gives the command no descriptor of it, and the caller no stream', async () => {
    const installation = makeInstallation(user, READ_ONLY)
    bundle(installation)
    const source = `
      import { readOnly, Sandbox } from 'linux-sandbox'
      const sandbox = await Sandbox.create({ profile: readOnly() })
      const child = sandbox.spawn('/bin/sh', ['-c', 'for fd in /proc/$$/fd/*; do echo $fd >&3; done'], {
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      })
      let text = ''
      child.stdio[3].on('data', (chunk) => (text += chunk))
      child.once('close', () => {
        const descriptors = text.trim().split('\\n').map((path) => Number(path.split('/').pop()))
        console.log(JSON.stringify({ streams: child.stdio.length, descriptors }))
      })`
    // One more than it was given is that of the directory which the shell lists.
    const expected = { streams: 4, descriptors: [0, 1, 2, 3, 4] }
    expect(await withInstallation(user, installation, source)).toEqual(expected)
    expect(await withInstallation(user, installation, source, { PATH: '/usr/bin' })).toEqual(expected)
  })
})
