import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import type { ExpectedMount } from '../../src/index.js'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import { bwrapArgv, run } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const ENOENT = 2
const ELOOP = 40
const ESTALE = 116

/** Directories `a`, `a/deep`, `b`, files `file` and `a/file`, and the link `link` to `a`: everybody's. */
function makeRoom(): string {
  const room = mkdtempSync(join(workshop.directory, 'room-'))
  for (const name of ['a', 'a/deep', 'b']) mkdirSync(join(room, name))
  for (const name of ['file', 'a/file']) writeFileSync(join(room, name), 'text')
  for (const name of ['', 'a', 'a/deep', 'b']) chmodSync(join(room, name), 0o777)
  symlinkSync('a', join(room, 'link'))
  return room
}

type Expected = Pick<ExpectedMount, 'expectation'> & { readonly target: string; readonly source?: string }

interface Case {
  readonly why: string
  /** Options of bwrap; a word with `./` lies in the room. */
  readonly options: string
  readonly expected: Expected
}

interface WrongCase extends Case {
  readonly errno: number
}

const inRoom = (room: string, word: string): string => (word.startsWith('./') ? join(room, word) : word)

async function startExpecting(program: string, uid: number | undefined, { options, expected }: Case) {
  const room = makeRoom()
  const words = options.split(' ').map((word) => inRoom(room, word))
  const { target, source, ...rest } = expected
  const mount = {
    ...rest,
    target: inRoom(room, target),
    ...(source === undefined ? {} : { source: inRoom(room, source) }),
  } as ExpectedMount
  const line = `echo started; echo x 2>&- > ${room}/was-here`
  const { reports, stdout } = await run({ program, user: { name: '', uid } }, ['sh', '-c', line], {
    launcherArgv: bwrapArgv([...words, '--cap-drop', 'ALL']),
    mounts: [mount],
  })
  return { room, reports, stdout: stdout.toString(), isUntouched: !readdirSync(room).includes('was-here') }
}

const bound = (target: string, source = target): Expected => ({ expectation: 'bound', target, source })
const readOnly = (target: string, source = target): Expected => ({
  ...bound(target, source),
  expectation: 'bound-read-only',
})
const masked = (target: string): Expected => ({ expectation: 'masked-directory', target })
const maskedFile = (target: string): Expected => ({ expectation: 'masked-file', target })
const fresh = (target: string): Expected => ({ expectation: 'fresh-directory', target })

const MASK = '--perms 0000 --tmpfs'

const RIGHT: readonly Case[] = [
  { why: 'a directory on itself', options: '--bind ./a ./a', expected: bound('./a') },
  { why: 'another directory', options: '--bind ./b ./a', expected: bound('./a', './b') },
  { why: 'a file', options: '--bind ./file ./file', expected: bound('./file') },
  { why: 'a directory, read-only', options: '--ro-bind ./a ./a', expected: readOnly('./a') },
  { why: 'a file, read-only', options: '--ro-bind ./a/file ./a/file', expected: readOnly('./a/file') },
  { why: 'a device', options: '--dev-bind /dev/zero /dev/x', expected: bound('/dev/x', '/dev/zero') },
  { why: 'a masked file', options: '--ro-bind /dev/null ./file', expected: maskedFile('./file') },
  { why: 'a masked directory', options: `${MASK} ./a --remount-ro ./a`, expected: masked('./a') },
  {
    why: 'a masked directory that can be walked',
    options: '--perms 0111 --tmpfs ./a --remount-ro ./a',
    expected: masked('./a'),
  },
  { why: 'a directory in memory', options: '--perms 1777 --tmpfs ./a', expected: fresh('./a') },
  {
    why: 'something in a masked directory',
    options: '--perms 0111 --tmpfs ./a --bind ./b ./a/b --remount-ro ./a',
    expected: bound('./a/b', './b'),
  },
  {
    why: 'a mask in a directory in memory',
    options: `--perms 0700 --tmpfs ./a ${MASK} ./a/b --remount-ro ./a/b`,
    expected: masked('./a/b'),
  },
]

const WRONG: readonly WrongCase[] = [
  { why: 'another directory', options: '--bind ./b ./a', expected: bound('./a'), errno: ESTALE },
  { why: 'another file', options: '--ro-bind ./a/file ./file', expected: readOnly('./file'), errno: ESTALE },
  { why: 'no mount', options: '--bind ./b ./b', expected: bound('./a'), errno: ESTALE },
  { why: 'no mount of a file', options: '--bind ./b ./b', expected: bound('./file'), errno: ESTALE },
  { why: 'nothing', options: '--bind ./b ./b', expected: bound('./none', './b'), errno: ENOENT },
  { why: 'no source', options: '--bind ./a ./a', expected: bound('./a', './none'), errno: ENOENT },
  { why: 'what can be written', options: '--bind ./a ./a', expected: readOnly('./a'), errno: ESTALE },
  {
    why: 'a file that can be written',
    options: '--bind ./file ./file',
    expected: readOnly('./file'),
    errno: ESTALE,
  },
  {
    why: 'a mount elsewhere, by a link',
    options: '--ro-bind ./a ./link',
    expected: readOnly('./link', './a'),
    errno: ELOOP,
  },
  {
    why: 'a link above it',
    options: '--ro-bind ./a/deep ./link/deep',
    expected: readOnly('./link/deep', './a/deep'),
    errno: ELOOP,
  },
  {
    why: 'what a link leads to',
    options: '--bind ./link ./a',
    expected: bound('./a', './link'),
    errno: ELOOP,
  },
  {
    why: 'a link above the source',
    options: '--bind ./link/deep ./a/deep',
    expected: bound('./a/deep', './link/deep'),
    errno: ELOOP,
  },
  {
    why: 'a file that is not masked',
    options: '--ro-bind ./file ./file',
    expected: maskedFile('./file'),
    errno: ESTALE,
  },
  { why: 'a file without a mount', options: '--bind ./b ./b', expected: maskedFile('./file'), errno: ESTALE },
  {
    why: 'a null device that can be opened',
    options: '--dev-bind /dev/null ./file',
    expected: maskedFile('./file'),
    errno: ESTALE,
  },
  {
    why: 'a masked file whose mode can be changed',
    options: '--bind /dev/null ./file',
    expected: maskedFile('./file'),
    errno: ESTALE,
  },
  {
    why: 'another device',
    options: '--ro-bind /dev/zero ./file',
    expected: maskedFile('./file'),
    errno: ESTALE,
  },
  {
    why: 'a directory that is not masked',
    options: '--ro-bind ./a ./a',
    expected: masked('./a'),
    errno: ESTALE,
  },
  { why: 'a mask that can be written', options: `${MASK} ./a`, expected: masked('./a'), errno: ESTALE },
  {
    why: 'a mask that can be listed',
    options: '--perms 0755 --tmpfs ./a --remount-ro ./a',
    expected: masked('./a'),
    errno: ESTALE,
  },
  {
    why: 'a directory in a mask',
    options: '--perms 0111 --tmpfs ./a --perms 0111 --dir ./a/b --remount-ro ./a',
    expected: masked('./a/b'),
    errno: ESTALE,
  },
  { why: 'a directory of the disk', options: '--bind ./a ./a', expected: fresh('./a'), errno: ESTALE },
]

/** A program that is never told by statx(2) what the root of a mount is, as before Linux 5.8. */
function buildForOldKernel(): string {
  const sources = mkdtempSync(join(workshop.directory, 'sources-'))
  cpSync(fileURLToPath(new URL('../../native/', import.meta.url)), sources, { recursive: true })
  const file = join(sources, 'identity.c')
  const text = readFileSync(file, 'utf8')
  const changed = text.replace('about.attributes_mask & ATTRIBUTE_MOUNT_ROOT', 'about.attributes_mask & 0')
  expect(changed).not.toBe(text)
  writeFileSync(file, changed)
  const names = readdirSync(sources).filter((name) => name.endsWith('.c'))
  const words = ['-std=c11', '-D_GNU_SOURCE', '-Os', '-o', 'program', ...names]
  const { status, stderr } = spawnSync('cc', words, { cwd: sources, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  chmodSync(sources, 0o755)
  return join(sources, 'program')
}

const skip = reasonToSkip()
const KERNELS = [
  { kernel: 'this kernel', program: () => workshop.program },
  { kernel: 'a kernel before 5.8', program: buildForOldKernel },
]

describe.skipIf(skip).each(KERNELS)('on $kernel', ({ program: programOf }) => {
  const program = skip === undefined ? programOf() : ''

  describe.each(USERS)('as $name', ({ uid }) => {
    test.each(RIGHT)('a command starts when there is what is expected: $why', async (right) => {
      const { reports, stdout, isUntouched } = await startExpecting(program, uid, right)
      expect(reports).toMatchObject([{ kind: 'started' }, { kind: 'ended', exitCode: 0 }])
      expect({ stdout, isUntouched }).toEqual({ stdout: 'started\n', isUntouched: false })
    })

    test.each(WRONG)('no command starts when there is $why', async ({ errno, ...wrong }) => {
      const { room, reports, stdout, isUntouched } = await startExpecting(program, uid, wrong)
      const path = inRoom(room, wrong.expected.target)
      expect(reports).toEqual([{ kind: 'failed', attempt: 'first', step: 'mounts', path, errno }])
      expect({ stdout, isUntouched }).toEqual({ stdout: '', isUntouched: true })
    })
  })
})

describe.skipIf(skip)('of many mounts', () => {
  test.each([
    { which: 'the first', at: 0 },
    { which: 'the last', at: 1999 },
  ])('$which is verified as well', async ({ at }) => {
    const room = makeRoom()
    const paths = Array.from({ length: 2000 }, (_, index) => join(room, `f${index}`))
    for (const path of paths) writeFileSync(path, '')
    const options = paths.flatMap((path) => ['--ro-bind', path, path])
    const mounts = paths.map((path): ExpectedMount => ({
      expectation: 'bound-read-only',
      target: path,
      source: path,
    }))
    const startWith = (launcherOptions: readonly string[]) =>
      run({ program: workshop.program }, ['true'], {
        launcherArgv: bwrapArgv([...launcherOptions, '--cap-drop', 'ALL']),
        mounts,
      })
    expect((await startWith(options)).reports).toMatchObject([{ kind: 'started' }, { kind: 'ended' }])
    const { reports } = await startWith(options.toSpliced(at * 3, 3))
    expect(reports).toMatchObject([{ step: 'mounts', path: paths[at], errno: ESTALE }])
  })
})
