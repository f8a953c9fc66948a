import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MountOperation, MountPlan } from '@linux-sandbox/mount-plan'
import { absolutePath } from '@linux-sandbox/policy'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { watchProtections } from '../src/protection-watch.js'

const CAUSE = { kind: 'entry', origin: { index: 0, spelling: 'a test' } } as const

let directory: string

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'watch-')))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  mkdirSync(join(directory, 'open'))
  for (const name of ['denied', 'open/read', 'open/write', 'other']) writeFileSync(join(directory, name), '')
})

function at(name: string) {
  return absolutePath(join(directory, name))
}

function bind(name: string, access: 'read' | 'write'): MountOperation {
  return { type: 'bind', source: at(name), target: at(name), access, cause: CAUSE }
}

function planOf(...operations: readonly MountOperation[]): MountPlan {
  const root: MountOperation = { type: 'root', access: 'read', devices: false, cause: CAUSE }
  return { operations: [root, ...operations], placeholders: [], notes: [] }
}

const mask = (): MountOperation => ({ type: 'mask-file', target: at('denied'), cause: CAUSE })

/** The names of what was lost when `act` happened while the command ran. */
function lostBy(act: () => void, plan: MountPlan): string[] {
  const find = watchProtections(plan)
  act()
  return find().map(({ kind, path }) => `${kind} ${path.slice(directory.length + 1)}`)
}

test('what is only written to has lost nothing', () => {
  const plan = planOf(mask(), bind('open', 'write'), bind('open/read', 'read'))
  expect(lostBy(() => writeFileSync(at('denied'), 'new'), plan)).toEqual([])
})

test('a denied file over which another one was renamed has lost its mask', () => {
  const lost = lostBy(() => renameSync(at('other'), at('denied')), planOf(mask()))
  expect(lost).toEqual(['protection-lost denied'])
})

test('a read-only file in something writable that was removed can be made again', () => {
  const plan = planOf(bind('open', 'write'), bind('open/read', 'read'))
  expect(lostBy(() => rmSync(at('open/read')), plan)).toEqual(['protection-lost open/read'])
})

test('one that was removed and made again is another', () => {
  const act = (): void => {
    rmSync(at('denied'))
    writeFileSync(at('denied'), '')
  }
  expect(lostBy(act, planOf(mask()))).toEqual(['protection-lost denied'])
})

test('what gives more than its surroundings has nothing to lose', () => {
  const plan = planOf(bind('open/write', 'write'))
  expect(lostBy(() => rmSync(at('open/write')), plan)).toEqual([])
})

test('what lies in a place of the sandbox is no file of the host', () => {
  const tmpfs: MountOperation = { type: 'tmpfs', target: at('open'), mode: 0o1777, cause: CAUSE }
  expect(lostBy(() => rmSync(at('open/read')), planOf(tmpfs, bind('open/read', 'read')))).toEqual([])
})

test('placeholders are not looked at', () => {
  const plan = { ...planOf(mask()), placeholders: [{ path: at('denied'), cause: CAUSE }] }
  expect(lostBy(() => rmSync(at('denied')), plan)).toEqual([])
})
