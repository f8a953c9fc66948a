import { absolutePath, resolvePolicy, type AbsolutePath } from '@linux-sandbox/policy'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cachedDiskView, planMounts, type DiskView } from '../src/index.ts'
import { anyDisk, anyEntries } from './arbitraries.ts'
import { memoryDisk, type DiskContent } from './memory-disk.ts'
import { profile, type Grants } from './plan-lines.ts'

const directory = absolutePath('/w')
const git = absolutePath('/w/.git')

test('a plan sees one disk, whatever happens to it meanwhile', () => {
  let now: DiskContent = { '/w/.git/HEAD': 'file', '/w/a': 'file' }
  const changing = {
    ...memoryDisk(now),
    kindOf: (path: typeof git) => memoryDisk(now).kindOf(path),
    readDirectory: (path: typeof git) => memoryDisk(now).readDirectory(path),
  }
  const view = cachedDiskView(changing)
  expect(view.readDirectory(directory).map(({ name }) => name)).toEqual(['.git', 'a'])
  now = { '/w/new': 'file' }
  expect(view.kindOf(git)).toBe('directory')
  expect(cachedDiskView(changing).kindOf(git)).toBeUndefined()
})

test('a name that its directory does not list is denied like any other', () => {
  const names = Array.from({ length: 40 }, (_, index) => `/w/${index}`)
  const disk = memoryDisk(Object.fromEntries([...names, '/w/.snapshot'].map((name) => [name, 'file'])))
  const hiding = {
    ...disk,
    readDirectory: (path: typeof git) => disk.readDirectory(path).filter(({ name }) => name !== '.snapshot'),
  }
  const denied = [...names, '/w/.snapshot']
  for (const around of ['read', 'write'] as const) {
    const grants = Object.fromEntries([
      ['/', 'read'],
      ['/w', around],
      ...denied.map((name) => [name, 'deny']),
    ])
    const policy = resolvePolicy(profile(grants as Grants), { cwd: directory })
    const { operations } = planMounts(policy, hiding, { placeholders: 'make' })
    const masked = operations.flatMap((one) => (one.type === 'mask-file' ? [one.target] : []))
    expect(masked.filter((path) => path.startsWith('/w/')).toSorted()).toEqual(denied.toSorted())
  }
})

test('a directory is listed once many of its names have been asked for', () => {
  const content = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`/w/${index}`, 'file'] as const),
  )
  let looks = 0
  const disk = memoryDisk(content)
  const counting = { ...disk, kindOf: (path: typeof git) => (looks++, disk.kindOf(path)) }
  const view = cachedDiskView(counting)
  for (let index = 0; index < 100; index++) expect(view.kindOf(absolutePath(`/w/${index}`))).toBe('file')
  expect(looks).toBeLessThan(20)
  expect(view.kindOf(absolutePath('/w/none'))).toBeUndefined()
  const closed = { ...counting, readDirectory: () => expect.fail('it cannot be read') }
  const other = cachedDiskView(closed)
  for (let index = 0; index < 100; index++) expect(other.kindOf(absolutePath(`/w/${index}`))).toBe('file')
})

/** `disk`, and every question that it was asked, in order. */
function questioned(disk: DiskView): { readonly disk: DiskView; readonly questions: readonly string[] } {
  const questions: string[] = []
  const noted = <Answer>(name: string, ask: (path: AbsolutePath) => Answer) => {
    return (path: AbsolutePath): Answer => {
      questions.push(`${name} ${path}`)
      return ask(path)
    }
  }
  const { kindOf, readLink, readDirectory, readFile, canPass } = disk
  return {
    questions,
    disk: {
      kindOf: noted('kindOf', kindOf),
      readLink: noted('readLink', readLink),
      readDirectory: noted('readDirectory', readDirectory),
      readFile: noted('readFile', readFile),
      canPass: noted('canPass', canPass),
    },
  }
}

test('what is remembered already is not remembered once more', () => {
  const { disk, questions } = questioned(memoryDisk({ '/w/a': { text: 'a' }, '/w/link': { to: 'a' } }))
  const view = cachedDiskView(disk)
  expect(cachedDiskView(view)).toBe(view)
  expect(cachedDiskView({ ...view })).not.toBe(view)
  for (let turn = 0; turn < 2; turn++) {
    expect(view.kindOf(git)).toBeUndefined()
    expect(view.readFile(absolutePath('/w/a'))).toBe('a')
    expect(view.readLink(absolutePath('/w/link'))).toBe('a')
    expect(view.canPass(directory)).toBe(true)
    expect(view.listed(absolutePath('/'))).toBeUndefined()
    expect(view.readDirectory(directory)).toEqual(view.listed(directory))
  }
  expect(questions.toSorted()).toEqual([
    'canPass /w',
    'kindOf /w/.git',
    'readDirectory /w',
    'readFile /w/a',
    'readLink /w/link',
  ])
})

test('a plan asks the disk nothing twice, and two plans of one view no more than one', () => {
  const situations = anyDisk.chain((content) => fc.tuple(fc.constant(content), anyEntries(content)))
  fc.assert(
    fc.property(situations, ([content, entries]) => {
      const fileSystem = { type: 'restricted', entries } as const
      const policy = resolvePolicy(
        { type: 'managed', file_system: fileSystem, network: 'restricted' },
        { cwd: directory },
      )
      const { disk, questions } = questioned(memoryDisk(content))
      const view = cachedDiskView(disk)
      const plan = (): string => {
        try {
          return JSON.stringify(planMounts(policy, view, { placeholders: 'make', gitWrites: 'commit' }))
        } catch (error) {
          return String(error)
        }
      }
      const first = plan()
      expect(plan()).toBe(first)
      expect(questions).toEqual([...new Set(questions)])
    }),
  )
})
