import { chmodSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, type ProgramEnd, type TestUser } from '../../support/index.ts'
import { runOurs } from '../bad-input/programs.ts'
import { makeFiles, makeOutside } from '../cli/places.ts'
import { fakeBwrap, REAL_BWRAP } from '../launcher/fakes.ts'

const USED = 'the one that was brought along'

/** A checkout `w` with a bwrap in `w/bin`, and the empty directory `o`. */
function makeCheckout(user: TestUser): string {
  const top = makeOutside(user)
  makeFiles(user, top, { 'w/bin/bwrap': fakeBwrap(`echo ${USED} >&2; exit 1`), 'o/': '' })
  chmodSync(join(top, 'w/bin/bwrap'), 0o755)
  symlinkSync('../w', join(top, 'o/to-w'))
  return top
}

interface Start {
  /** In front of the real one in `PATH`; `TOP` is the directory of the test. */
  readonly path: string
  readonly cwd: string
  readonly options: readonly string[]
}

async function start(user: TestUser, top: string, { path, cwd, options }: Start): Promise<ProgramEnd> {
  const placed = (text: string): string => text.replaceAll('TOP', top)
  const PATH = `${placed(path)}:${dirname(REAL_BWRAP)}`
  return await runOurs(user, 'linux-sandbox', [...options.map(placed), '/bin/echo', 'ran'], {
    cwd: placed(cwd),
    env: { PATH },
  })
}

const READ_ONLY = ['-P', ':read-only']

describeForUsers('a bwrap that a checkout brings along', [], (user) => {
  test.each([
    { how: 'named by -C', path: 'TOP/w/bin', cwd: '/', options: [...READ_ONLY, '-C', 'TOP/w'] },
    {
      how: 'named by -C, by a link',
      path: 'TOP/w/bin',
      cwd: '/',
      options: [...READ_ONLY, '-C', 'TOP/o/to-w'],
    },
    { how: 'in PATH by a link', path: 'TOP/o/to-w/bin', cwd: 'TOP/w', options: READ_ONLY },
    { how: 'in PATH by /proc/self/cwd', path: '/proc/self/cwd/bin', cwd: 'TOP/w', options: READ_ONLY },
    { how: 'in PATH by /proc/self/root', path: '/proc/self/rootTOP/w/bin', cwd: 'TOP/w', options: READ_ONLY },
    { how: 'in PATH by a relative part', path: 'bin', cwd: 'TOP/w', options: READ_ONLY },
    { how: 'in PATH by an empty part', path: '', cwd: 'TOP/w/bin', options: READ_ONLY },
    { how: 'in PATH by a dot', path: '.', cwd: 'TOP/w/bin', options: READ_ONLY },
    { how: 'in PATH with a `..`', path: 'TOP/o/../w/bin', cwd: '/', options: ['-C', 'TOP/w'] },
  ])('is not used: $how', async (attempt) => {
    const top = makeCheckout(user)
    expect(await start(user, top, attempt)).toMatchObject({ exitCode: 0, stdout: 'ran\n', stderr: '' })
    // From where it was not brought along, it is one like all others.
    const elsewhere = { path: 'TOP/w/bin', cwd: 'TOP/o', options: READ_ONLY }
    const twin = await start(user, top, elsewhere)
    expect(twin.stderr).toContain(USED)
  })
})
