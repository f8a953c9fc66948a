import { absolutePath, parseProfile, resolvePolicy } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { planMounts } from '../../src/index.ts'
import { memoryDisk } from '../memory-disk.ts'

test('what a glob matches is masked, whatever is granted or protected there', () => {
  const path = (text: string, access: string) => ({ path: { type: 'path', path: text }, access })
  const glob = (pattern: string) => ({ path: { type: 'glob_pattern', pattern }, access: 'deny' })
  const entries = [
    ...[path('/', 'read'), path('/w', 'write'), path('/w/a.env/sub', 'write')],
    ...[glob('/w/**/*.env'), glob('/w/.git/hooks')],
  ]
  const profile = { type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' }
  const policy = resolvePolicy(parseProfile(JSON.stringify(profile)), { cwd: absolutePath('/w') })
  const disk = memoryDisk({ '/w/a.env/sub/.git/x': 'file', '/w/.git/hooks/y': 'file', '/w/b/.env': 'file' })

  const { operations } = planMounts(policy, disk)
  const inWorkspace = operations.flatMap((one) =>
    'target' in one && one.target.startsWith('/w') ? [`${one.type} ${one.target}`] : [],
  )
  expect(inWorkspace).toEqual([
    'bind /w',
    'bind /w/.git',
    'mask-directory /w/a.env',
    'bind /w/b', // so that it cannot be moved aside with what is denied in it
    'mask-directory /w/.git/hooks',
    'mask-file /w/b/.env',
    'remount-read-only /w/.git/hooks',
    'remount-read-only /w/a.env',
  ])
})
