import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { LaunchOperation } from '../../src/index.js'
import { openWorkshop, reasonToSkipNative, USERS } from './host.js'
import { buildProbe } from './probes.js'
import { NATIVE, run, withParts } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const place = (name: string): string => join(workshop.directory, name)
const probe = buildProbe(workshop.directory, 'escapes')

for (const name of ['hidden', 'hidden/inner', 'read', 'write']) {
  mkdirSync(place(name))
  chmodSync(place(name), 0o777)
}
writeFileSync(place('secret'), 'secret')
chmodSync(place('secret'), 0o666)

const WRITE: LaunchOperation = { type: 'root', access: 'write', devices: false }
const READ: LaunchOperation = { type: 'root', access: 'read', devices: false }
const MASKS: readonly LaunchOperation[] = [
  { type: 'dev' },
  { type: 'proc' },
  { type: 'bind', source: place('write'), target: place('write'), access: 'write' },
  { type: 'bind', source: place('read'), target: place('read'), access: 'read' },
  { type: 'mask-file', target: place('secret') },
  { type: 'mask-directory', target: place('hidden'), traversable: true },
  { type: 'remount-read-only', target: place('hidden') },
]

const ESCAPES = [
  'outside of a namespace',
  'take away',
  'move away',
  'copy without',
  'copy with',
  'lift root',
  'pivot',
  'climb',
  'join others',
]

describe.skipIf(reasonToSkipNative()).each(USERS)(
  'in a user namespace within a native launch, as $name',
  (user) => {
    const outcomeWith = async (operations: readonly LaunchOperation[]): Promise<string[]> => {
      const argv = [probe, place('secret'), place('hidden'), place('read'), place('write')]
      const { stdout } = await run(
        { program: workshop.program, user },
        argv,
        withParts(NATIVE, { operations }),
      )
      return stdout.toString().trim().split('\n')
    }

    test.each([
      { root: 'a writable root', base: WRITE },
      { root: 'a root that is read-only', base: READ },
    ])('what is mounted over $root stays', async ({ base }) => {
      expect(await outcomeWith([base, ...MASKS])).toEqual(ESCAPES.map((name) => `${name}: held`))
    })

    test('what is not masked is reached', async () => {
      const outcome = await outcomeWith([WRITE, { type: 'dev' }, { type: 'proc' }])
      expect(outcome).toEqual(ESCAPES.map((name) => `${name}: ESCAPED`))
    })
  },
)
