import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { absolutePath, resolvePolicy, workspaceWrite } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { planMounts } from '../src/index.ts'
import { memoryDisk, type DiskContent } from './memory-disk.ts'
import { BASE, lines, plan, type Grants } from './plan-lines.ts'

test.each([
  {
    why: 'a root by a link, its ancestor by another',
    grants: { '/': 'read', '/links/root': 'write' },
    content: { '/links': { to: '/other' }, '/other/root': { to: '/srv/w' }, '/srv/w/.git/x': 'file' },
    expected: ['write /srv/w', 'read /srv/w/.git'],
  },
  {
    why: 'a carve-out by a link that the command cannot replace',
    grants: { '/': 'read', '/w': 'write', '/etc/link': 'deny' },
    content: { '/w/secret': 'file', '/w/.git/x': 'file', '/etc/link': { to: '../w/secret' } },
    expected: ['write /w', 'read /w/.git', 'mask /w/secret'],
  },
  {
    why: 'a dangling link',
    grants: { '/': 'read', '/etc/link': 'deny' },
    content: { '/etc/link': { to: '/nowhere' } },
    expected: [],
  },
  {
    why: 'a replaceable link to what may be written anyway: the names in it are protected',
    grants: { '/': 'read', '/w': 'write', '/w/link': 'write' },
    content: { '/w/link': { to: 'sub' }, '/w/sub/.git/x': 'file', '/w/.git/x': 'file' },
    expected: ['write /w', 'read /w/.git', 'write /w/sub', 'read /w/sub/.git'],
  },
] satisfies { why: string; grants: Grants; content: DiskContent; expected: string[] }[])(
  'entries hold for what they lead to: $why',
  ({ grants, content, expected }) => {
    expect(lines(plan(grants, content).operations)).toEqual([...BASE, ...expected])
  },
)

test.each([
  { access: 'write', to: '/srv' },
  { access: 'read', to: '/w/sub' },
  { access: 'read', to: '/srv' },
  { access: 'deny', to: '/srv' },
] as const)('$access by a link that the command can replace is refused by name', ({ access, to }) => {
  const content: DiskContent = { '/w/link': { to }, '/w/sub/x': 'file', '/srv/x': 'file' }
  const act = (): unknown => plan({ '/': 'read', '/w': 'write', '/w/link': access }, content)
  expect(act).toThrow(PolicyUnsupportedError)
  expect(act).toThrow(/the symbolic link \/w\/link, which the command can replace/)
})

test('a write grant by a replaceable link does not lift a protection', () => {
  const content: DiskContent = { '/w/link': { to: '.git' }, '/w/.git/x': 'file' }
  expect(() => plan({ '/': 'read', '/w': 'write', '/w/link': 'write' }, content)).toThrow(
    PolicyUnsupportedError,
  )
})

test('$TMPDIR by such a link is left out and noted, because nobody chose it for this command', () => {
  const policy = resolvePolicy(workspaceWrite({ root: '/w' }), {
    cwd: absolutePath('/w'),
    tmpdir: '/tmp/link',
  })
  const disk = memoryDisk({ '/w/x': 'file', '/tmp/link': { to: '/home' }, '/home/x': 'file' })
  const { operations, notes } = planMounts(policy, disk)
  expect(lines(operations)).not.toContain('write /home')
  expect(notes.filter(({ kind }) => kind === 'root-unsafe')).toEqual([
    {
      kind: 'root-unsafe',
      path: '/home',
      message:
        '/tmp/link is not granted: it goes through the symbolic link /tmp/link, which the command can replace',
    },
  ])
})

test('/tmp that is no directory is not granted', () => {
  const { operations, notes } = plan({ '/': 'read', ':slash_tmp': 'write' }, { '/tmp': 'file' })
  expect(lines(operations)).toEqual(BASE)
  expect(notes.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['root-missing /tmp'])
})

test('a directory on the way to what is protected cannot be moved aside', () => {
  const content: DiskContent = { '/w/a/b/secret': 'file', '/w/.git/x': 'file' }
  expect(lines(plan({ '/': 'read', '/w': 'write', '/w/a/b/secret': 'deny' }, content).operations)).toEqual([
    ...BASE,
    'write /w',
    'read /w/.git',
    'write /w/a',
    'write /w/a/b',
    'mask /w/a/b/secret',
  ])
})
