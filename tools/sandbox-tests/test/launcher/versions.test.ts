import { readFileSync } from 'node:fs'
import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runProgram, withLibrary } from '../../support/index.ts'
import { directoryWithBwrap, READ_ONLY_PROGRAMS } from '../bad-input/programs.ts'
import { fakeBwrap, REAL_BWRAP } from './fakes.ts'

const RAN = { exitCode: 0, signal: null, stdout: 'ran\n', stderr: '' }

/** Writes down the words that it is given up to `--`, one in a line, and passes all of them on. */
function recording(log: string, { first = '' } = {}): string {
  return [
    first,
    `for word; do test "$word" = -- && break; echo "$word" >>${log}; done`,
    `exec ${REAL_BWRAP} "$@"`,
  ].join('\n')
}

describeForUsers('bwrap', [], (user) => {
  // The way without --argv0 is the only one: `enter` is executed by its descriptor, whatever its argv[0].
  test.each([
    { why: 'without --argv0, as 0.8.0', first: '# no more words than those of 0.8.0' },
    { why: 'with --argv0 and --ro-bind-fd, as 0.12.0', first: '# --argv0 --ro-bind-fd' },
  ])('$why runs commands and is given no newer option', async ({ first }) => {
    const log = `${makeDirectory(user)}/words`
    const directory = directoryWithBwrap(user, fakeBwrap(recording(log, { first })))
    for (const {
      words: [program, ...args],
    } of READ_ONLY_PROGRAMS) {
      const env = { PATH: `${directory}:/usr/bin:/bin` }
      expect(await runProgram(user, program, [...args, 'echo', 'ran'], { env })).toEqual(RAN)
    }
    const words = readFileSync(log, 'utf8').split('\n')
    expect(words).toContain('--as-pid-1')
    expect(words).not.toContain('--argv0')
    expect(words).not.toContain('--ro-bind-fd')
  })
})

describeForUsers('a bwrap that cannot mount /proc', [], (user) => {
  test.each([
    { version: '0.8.0', said: "Can't mount proc on /newroot/proc: Operation not permitted" },
    { version: '0.8.0, in another container', said: "Can't mount proc on /newroot/proc: Permission denied" },
    { version: '0.12.0', said: "Can't mount proc on /proc: Operation not permitted" },
  ])('is tried again without, in the words of $version', async ({ said }) => {
    const log = `${makeDirectory(user)}/launches`
    const body = [
      `echo launch >>${log}`,
      'for word; do',
      '  test "$word" = -- && break',
      `  if test "$word" = --proc; then echo "bwrap: ${said}" >&2; exit 1; fi`,
      'done',
      `exec ${REAL_BWRAP} "$@"`,
    ].join('\n')
    const directory = directoryWithBwrap(user, fakeBwrap(body))
    const env = { PATH: `${directory}:/usr/bin:/bin` }
    for (const {
      words: [program, ...args],
    } of READ_ONLY_PROGRAMS) {
      expect(await runProgram(user, program, [...args, 'echo', 'ran'], { env })).toEqual(RAN)
    }
    expect(readFileSync(log, 'utf8')).toBe('launch\n'.repeat(2 * READ_ONLY_PROGRAMS.length))
    const proc = await withLibrary(
      user,
      readOnly(),
      async ({ lib }, profile) => (await (await lib.Sandbox.create({ profile })).run('true')).enforced.proc,
      { env },
    )
    expect(proc).toBe('host')
  })
})
