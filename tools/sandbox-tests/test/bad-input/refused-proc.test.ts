import { readFileSync } from 'node:fs'
import { readOnly, type Sandbox } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runProgram, withLibrary } from '../../support/index.ts'
import { fakeBwrap, REAL_BWRAP } from '../launcher/fakes.ts'
import { directoryWithBwrap, READ_ONLY_PROGRAMS } from './programs.ts'

describeForUsers('a host that refuses a fresh /proc', [], (user) => {
  test.each([
    "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
    "bwrap: Can't mount proc on /newroot/proc: Invalid argument",
    'bwrap: something nobody has said before',
    '',
  ])('as in "%s" gets its own, and is asked twice in the life of a process', async (wording) => {
    const log = `${makeDirectory(user)}/launches`
    const body = [
      `case "$1" in --help|--version) exec ${REAL_BWRAP} "$@";; esac`,
      `echo launch >>${log}`,
      `for word; do if test "$word" = --proc; then echo "${wording}" >&2; exit 1; fi; done`,
      `exec ${REAL_BWRAP} "$@"`,
    ].join('\n')
    const directory = directoryWithBwrap(user, fakeBwrap(body))
    const seen = await withLibrary(
      user,
      readOnly(),
      async ({ lib }, profile) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const other = await lib.Sandbox.create({ profile })
        const run = async (one: Sandbox) => {
          const { exitCode, stdout, stderr, enforced } = await one.run(
            'sh',
            ['-c', 'cat; echo err >&2; exit 4'],
            { input: 'text' },
          )
          return { exitCode, stdout, stderr, proc: enforced.proc }
        }
        return [await run(sandbox), await run(sandbox), await run(other)]
      },
      { env: { PATH: `${directory}:/usr/bin:/bin` } },
    )
    const expected = { exitCode: 4, stdout: 'text', stderr: 'err\n', proc: 'host' }
    expect(seen).toEqual([expected, expected, expected])
    // Two for the first two runs, one for the third.
    expect(readFileSync(log, 'utf8')).toBe('launch\n'.repeat(5))
  })

  test.each(READ_ONLY_PROGRAMS)(
    'is no obstacle to $name, which says nothing of it',
    async ({ words: [program, ...args] }) => {
      const body = `for word; do if test "$word" = --proc; then echo no >&2; exit 1; fi; done; exec ${REAL_BWRAP} "$@"`
      const directory = directoryWithBwrap(user, fakeBwrap(body))
      const end = await runProgram(user, program, [...args, 'echo', 'ran'], {
        env: { PATH: `${directory}:/usr/bin:/bin` },
      })
      expect(end).toEqual({ exitCode: 0, signal: null, stdout: 'ran\n', stderr: '' })
    },
  )

  test('is told apart from one that grants it', async () => {
    const { enforced } = await withLibrary(user, readOnly(), async ({ lib }, profile) =>
      (await lib.Sandbox.create({ profile })).run('true'),
    )
    expect(enforced.proc).toBe('fresh')
  })
})
