import { setTimeout as delay } from 'node:timers/promises'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomFor } from '@linux-sandbox/policy-fuzz/random'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, type TestUser } from '../../support/index.ts'
import { listingOf, ownersIn, startSupervised, sweepRegistry, type Ending } from './supervised.ts'

const INTERLEAVINGS = 200
const AT_ONCE = 4
const ENDINGS: readonly Ending[] = ['exit', 'exit', 'exit', 'SIGTERM', 'SIGINT', 'SIGKILL']

/** Prints a word only if both placeholders hold, late as well as early. */
function holdLine(directory: string, file: string, ms: number): string {
  const holds = [
    `test -d ${directory} && ! mkdir ${directory}/x 2>&- && ! rmdir ${directory} 2>&- && ! mv ${directory} ${directory}-2 2>&-`,
    `test "$(cat ${file})" = . && ! (echo x > ${file}) 2>&- && ! rm -f ${file} 2>&- && ! mv ${file} ${file}-2 2>&-`,
  ]
  const hold = holds.join(' && ')
  return `${hold} && sleep ${ms / 1000} && ${hold} && echo held`
}

interface Sandbox {
  readonly afterMs: number
  readonly lastsMs: number
  readonly ending: Ending
}

async function runOne(user: TestUser, place: { workspace: string; registry: string }, sandbox: Sandbox) {
  const { afterMs, lastsMs, ending } = sandbox
  await delay(afterMs)
  const [directory, file] = [join(place.workspace, '.git'), join(place.workspace, 'commondir')]
  const run = startSupervised(user, {
    registry: place.registry,
    placeholders: [
      { path: directory },
      { path: join(place.workspace, '.codex') },
      { path: file, content: '.\n' },
      { path: join(place.workspace, 'config.worktree'), content: '' },
    ],
    line: holdLine(directory, file, lastsMs),
  })
  if (ending !== 'exit') {
    await Promise.race([run.started, run.ended])
    await delay(lastsMs / 2)
    run.child.kill(ending)
  }
  const end = await run.ended
  const isHeld = ending !== 'exit' || end.stdout === 'held\n'
  return { isHeld, violations: end.reports.filter(({ kind }) => kind === 'violation') }
}

async function interleave(user: TestUser, seed: number): Promise<unknown> {
  const { below } = randomFor(seed, 0)
  const place = { workspace: makeDirectory(user), registry: join(makeDirectory(user), 'registry') }
  const before = listingOf(place.workspace)
  const sandboxes = Array.from({ length: 2 }, () => ({
    afterMs: below(40),
    lastsMs: below(60),
    ending: ENDINGS[below(ENDINGS.length)] ?? 'exit',
  }))
  const ends = await Promise.all(sandboxes.map((one) => runOne(user, place, one)))
  const wasKilled = sandboxes.some(({ ending }) => ending === 'SIGKILL')
  if (wasKilled) await sweepRegistry(user, place.registry)
  const names = readdirSync(place.workspace)
  const isSame = wasKilled ? names.length === 0 : listingOf(place.workspace).join() === before.join()
  return { seed, ends, isSame, names, owners: ownersIn(place.registry) }
}

describeForUsers('sandboxes in one workspace', [], (user) => {
  test(
    `hold in ${INTERLEAVINGS} random interleavings of two, and leave nothing`,
    { timeout: 200_000 },
    async () => {
      const first = Number(process.env['PLACEHOLDER_SEED'] ?? Date.now() % 1_000_000)
      console.log(`PLACEHOLDER_SEED=${first}`)
      const held = { isHeld: true, violations: [] }
      for (let seed = first; seed < first + INTERLEAVINGS; seed += AT_ONCE) {
        const seeds = Array.from({ length: AT_ONCE }, (_, index) => seed + index)
        const found = await Promise.all(seeds.map((one) => interleave(user, one)))
        expect(found).toEqual(
          seeds.map((one) => ({ seed: one, ends: [held, held], isSame: true, names: [], owners: [] })),
        )
      }
    },
  )

  test('hold when there are 50 at once', { timeout: 120_000 }, async () => {
    const place = { workspace: makeDirectory(user), registry: join(makeDirectory(user), 'registry') }
    mkdirSync(join(place.workspace, 'kept'))
    const before = listingOf(place.workspace)
    const all = Array.from({ length: 50 }, (_, index) => ({
      afterMs: index,
      lastsMs: 100,
      ending: 'exit' as const,
    }))
    const ends = await Promise.all(all.map((one) => runOne(user, place, one)))
    expect(ends.filter(({ isHeld, violations }) => !isHeld || violations.length > 0)).toEqual([])
    expect(listingOf(place.workspace)).toEqual(before)
    expect(ownersIn(place.registry)).toEqual([])
  })

  test.each([
    { why: 'the first ends first', lastsMs: [80, 80] },
    { why: 'the second ends first', lastsMs: [160, 20] },
  ])('hold with different registries, as in two containers, when $why', async ({ lastsMs }) => {
    const workspace = makeDirectory(user)
    const before = listingOf(workspace)
    const registries = [1, 2].map(() => join(makeDirectory(user), 'registry'))
    const ends = await Promise.all(
      registries.map((registry, index) =>
        runOne(
          user,
          { workspace, registry },
          { afterMs: index * 30, lastsMs: lastsMs[index] ?? 0, ending: 'exit' },
        ),
      ),
    )
    expect(ends.filter(({ isHeld, violations }) => !isHeld || violations.length > 0)).toEqual([])
    expect(listingOf(workspace)).toEqual(before)
  })

  test('hold with different registries whichever ends first, in 320 runs', { timeout: 60_000 }, async () => {
    const workspace = makeDirectory(user)
    const lanes = [1, 2, 3, 4].map(() => join(makeDirectory(user), 'registry'))
    const runLane = async (registry: string): Promise<unknown[]> => {
      const wrong = []
      for (let run = 0; run < 40; run++) {
        const { isHeld, violations } = await runOne(
          user,
          { workspace, registry },
          { afterMs: 0, lastsMs: run % 4, ending: 'exit' },
        )
        if (!isHeld || violations.length > 0) wrong.push(violations)
      }
      return wrong
    }
    expect((await Promise.all([...lanes, ...lanes].map(runLane))).flat()).toEqual([])
    // The time of the workspace may change: without a common lock one may take the other's change for its own time.
    expect(readdirSync(workspace)).toEqual([])
  })

  test("that want other content take it for somebody's own file, and it goes when nobody relies on it", async () => {
    const place = { workspace: makeDirectory(user), registry: join(makeDirectory(user), 'registry') }
    const signs = makeDirectory(user)
    const path = join(place.workspace, 'commondir')
    const start = (sign: string, content: string) =>
      startSupervised(user, {
        registry: place.registry,
        placeholders: [{ path, content }],
        line: `cat ${path}; until test -e ${join(signs, sign)}; do sleep 0.01; done`,
      })
    const held = { stdout: '.\n', reports: [{ kind: 'started' }, { kind: 'ended' }] }
    const first = start('first', '.\n')
    await first.started
    const second = start('second', 'other\n')
    await second.started
    writeFileSync(join(signs, 'first'), '')
    expect(await first.ended).toMatchObject(held)
    expect(readFileSync(path, 'utf8')).toBe('.\n')
    writeFileSync(join(signs, 'second'), '')
    expect(await second.ended).toMatchObject(held)
    await sweepRegistry(user, place.registry)
    expect(readdirSync(place.workspace)).toEqual([])
    expect(ownersIn(place.registry)).toEqual([])
  })
})
