import { mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeTree } from '../src/disk.mjs'
import { ALL_FEATURES } from '../src/features.mjs'
import { follow } from '../src/follow.mjs'
import { randomCase } from '../src/generate.mjs'

test('follow and the kernel agree about every path of 200 random trees', () => {
  const reached = { somewhere: 0, nowhere: 0 }
  for (let index = 0; index < 200; index++) {
    const base = realpathSync(mkdtempSync(join(tmpdir(), 'policy-fuzz-follow-')))
    onTestFinished(() => rmSync(base, { recursive: true, force: true }))
    const { nodes } = randomCase({ seed: 1, index, features: ALL_FEATURES })
    makeTree(nodes, base)
    for (const { path, kind } of nodes) {
      for (const asked of kind === 'link' ? [path, `${path}/a`, `${path}/b/../a`] : [path]) {
        const found = kernelPath(join(base, path) + asked.slice(path.length))
        const place = follow(`${base}/${asked}`)
        const followed = place === 'nowhere' || place.kind === 'missing' ? undefined : place.path
        expect(followed, asked).toBe(found)
        reached[found === undefined ? 'nowhere' : 'somewhere'] += 1
      }
    }
  }
  expect(reached.somewhere).toBeGreaterThan(500)
  expect(reached.nowhere).toBeGreaterThan(100)
})

function kernelPath(path: string): string | undefined {
  try {
    statSync(path)
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}
