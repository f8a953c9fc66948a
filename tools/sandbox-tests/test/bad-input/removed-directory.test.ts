import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runProgram } from '../../support/index.ts'
import { expectRefusal, READ_ONLY_PROGRAMS } from './programs.ts'

/** The words of a shell that starts a program in a directory that it makes and `meddle`s with. */
function inMadeDirectory(meddle: string, words: readonly string[]): string[] {
  return ['-ec', `mkdir made; cd made; ${meddle}; exec "$@"`, 'sh', ...words]
}

describeForUsers('a caller whose working directory was removed', [], (user) => {
  test.each(READ_ONLY_PROGRAMS)('is told so by $name', async ({ words }) => {
    for (const meddle of ['rmdir ../made', ':']) {
      const line = inMadeDirectory(meddle, [...words, 'echo', 'ran'])
      const end = await runProgram(user, 'sh', line, { cwd: makeDirectory(user) })
      if (meddle === ':') expect(end).toMatchObject({ exitCode: 0, stdout: 'ran\n' })
      else expectRefusal(end, 125, /\(cwd\): the working directory of this process was removed$/)
    }
  })

  test.each([
    { name: 'linux-sandbox', at: READ_ONLY_PROGRAMS[0].words, directory: ['-C', '/'] },
    { name: 'codex-linux-sandbox', at: READ_ONLY_PROGRAMS[1].words, directory: ['--command-cwd', '/'] },
  ])('can name another one to $name', async ({ at, directory }) => {
    const words = [...at.slice(0, -1), ...directory, '--', 'pwd']
    const line = inMadeDirectory('rmdir ../made', words)
    const end = await runProgram(user, 'sh', line, { cwd: makeDirectory(user) })
    expect(end).toEqual({ exitCode: 0, signal: null, stdout: '/\n', stderr: '' })
  })
})
