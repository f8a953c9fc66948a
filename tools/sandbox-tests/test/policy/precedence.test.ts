import { join } from 'node:path'
import type { Access } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { attemptInside, type Attempt } from '../attacks/attempts.ts'
import { makeTree, profileOf } from './policies.ts'

const ACCESSES = ['read', 'write', 'deny'] as const

/** Every access at each of three nested levels. */
const COMBINATIONS = ACCESSES.flatMap((outer) =>
  ACCESSES.flatMap((middle) => ACCESSES.map((inner) => ({ outer, middle, inner }))),
)

/** What reading and writing a file, creating another one and listing the directory come to. */
const IN_DIRECTORY: Readonly<Record<Access, readonly string[]>> = {
  write: ['ok', 'ok', 'ok', 'ok'],
  read: ['ok', 'EROFS', 'EROFS', 'ok'],
  deny: ['EACCES', 'EACCES', 'EACCES', 'EACCES'],
}

/** The same for a denied directory with something granted in it: it can be walked, and holds nothing else. */
const ON_THE_WAY = ['ENOENT', 'ENOENT', 'EROFS', 'EACCES']

/** What reading and writing a file with an entry of its own come to. */
const FILE: Readonly<Record<Access, readonly string[]>> = {
  write: ['ok', 'ok'],
  read: ['ok', 'EROFS'],
  deny: ['EACCES', 'EACCES'],
}

/** `levels` are the accesses of a directory and of all that is nested in it. */
function expectedOf([access, ...deeper]: readonly [Access, ...Access[]]): readonly string[] {
  const leadsOn = access === 'deny' && deeper.some((one) => one !== 'deny')
  return leadsOn ? ON_THE_WAY : IN_DIRECTORY[access]
}

function attemptsIn(directory: string): Attempt[] {
  return [
    ['read', join(directory, 'x')],
    ['write', join(directory, 'x')],
    ['create', join(directory, 'new')],
    ['list', directory],
  ]
}

function attemptsOn(file: string): Attempt[] {
  return [
    ['read', file],
    ['write', file],
  ]
}

describeForUsers('the deepest entry decides', ['cc'], (user) => {
  test.each(COMBINATIONS)(
    'with $outer, in it $middle, and in that a directory and a file with $inner',
    async ({ outer, middle, inner }) => {
      const top = makeTree(user, ['1/x', '1/2/x', '1/2/3/x', '1/2/file'])
      const [first, second, third, file] = ['1', '1/2', '1/2/3', '1/2/file'].map((name) => join(top, name))
      const profile = profileOf({
        ':root': 'read',
        [first!]: outer,
        [second!]: middle,
        [third!]: inner,
        [file!]: inner,
      })
      const attempts = [...[first!, second!, third!].flatMap(attemptsIn), ...attemptsOn(file!)]
      expect(await attemptInside(user, attempts, { sandbox: { profile }, cwd: '/' })).toEqual([
        ...expectedOf([outer, middle, inner]),
        ...expectedOf([middle, inner]),
        ...expectedOf([inner]),
        ...FILE[inner],
      ])
    },
  )
})
