import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeDirectory, ORDINARY_USER, ROOT, type TestUser } from '../../support/index.ts'
import { ownersIn, startSupervised, sweepRegistry } from './supervised.ts'

/** A sandbox that relies on `.git` in `shared` until `end` gives the word. What it prints then tells whether that held. */
function startHolding(user: TestUser, shared: string) {
  const registry = join(makeDirectory(user), 'registry')
  const path = join(shared, '.git')
  const word = join(makeDirectory(ROOT), 'end')
  const run = startSupervised(user, {
    registry,
    placeholders: [{ path }],
    line: `until test -e ${word}; do sleep 0.01; done; mkdir ${path}/x 2>&- || rmdir ${path} 2>&- || echo held`,
  })
  return {
    registry,
    started: run.started,
    end: async () => {
      writeFileSync(word, '')
      return await run.ended
    },
  }
}

const UNDISTURBED = {
  exitCode: 0,
  stdout: 'held\n',
  reports: [{ kind: 'started' }, { kind: 'ended', exitCode: 0 }],
}

/** In a directory like `/tmp` a placeholder can be removed only by the user who made it. Only root can be two users. */
describe.skipIf(process.geteuid?.() !== 0)('a placeholder of root in a sticky directory', () => {
  test.each([
    { who: 'another user', user: ORDINARY_USER, left: ['.git'] },
    { who: 'root', user: ROOT, left: [] },
  ])('on which a sandbox of $who relies to the end is no violation', async ({ user, left }) => {
    const shared = makeDirectory(ROOT)
    chmodSync(shared, 0o1777)
    const first = startHolding(ROOT, shared)
    await first.started
    const second = startHolding(user, shared)
    await second.started
    expect(await first.end()).toMatchObject(UNDISTURBED)
    expect(readdirSync(shared)).toEqual(['.git'])
    expect(await second.end()).toMatchObject(UNDISTURBED)
    expect(readdirSync(shared)).toEqual(left)
    await sweepRegistry(ROOT, first.registry)
    expect(readdirSync(shared)).toEqual([])
    expect([...ownersIn(first.registry), ...ownersIn(second.registry)]).toEqual([])
  })
})
