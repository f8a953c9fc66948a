import { expect, test } from 'vitest'
import { randomCase } from '../src/generate.mjs'
import { shrink } from '../src/shrink.mjs'
import { ALL_FEATURES } from '../src/features.mjs'
import type { Case } from '../src/case.mjs'

test('what has nothing to do with a failure is taken out', async () => {
  const fails = async ({ nodes, entries }: Case) =>
    nodes.some(({ path }) => path.includes('/')) && entries.some(({ access }) => access === 'deny')
  const large = await firstCase(fails)
  const small = await shrink(large, fails)
  expect(small.entries).toHaveLength(1)
  expect(small.entries[0]).toMatchObject({ access: 'deny' })
  expect(small.nodes).toHaveLength(2)
  expect(small).toMatchObject({ cwd: '$BASE' })
  expect(small).not.toHaveProperty('tmpdir')
})

test('a case that cannot be made smaller stays as it is', async () => {
  const one: Case = { nodes: [], entries: [], cwd: '$BASE' }
  expect(await shrink(one, async () => true)).toEqual(one)
})

async function firstCase(fails: (one: Case) => Promise<boolean>): Promise<Case> {
  for (let index = 0; ; index++) {
    const one = randomCase({ seed: 2, index, features: ALL_FEATURES })
    if (one.nodes.length > 5 && one.entries.length > 3 && (await fails(one))) return one
  }
}
