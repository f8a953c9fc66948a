import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, runProgram } from '../../support/index.ts'
import { inside, makeTree, outside, type Grants } from '../policy/policies.ts'
import { byProgram, said } from './by-program.ts'

const DENIED = 'Permission denied'

const SECRETS = ['one.env', 'sub/two.env', 'sub/deep/three.env'] as const

describeForUsers('several denied files', [], (user) => {
  test.each<{ why: string; entries: readonly string[] }>([
    { why: 'by their paths', entries: SECRETS.map((name) => `:project_roots/${name}`) },
    { why: 'by one glob', entries: ['**/*.env'] },
    { why: 'by a glob for each', entries: ['*.env', 'sub/*.env', 'sub/*/*.env'] },
    { why: 'by paths and a glob', entries: [':project_roots/one.env', 'sub/**/*.env'] },
  ])('$why are neither read nor written, and no program of the workspace is asked', async ({ entries }) => {
    const directory = makeTree(user, [...SECRETS.map((name) => `w/${name}`), 'w/AGENTS.md', 'w/allowed'])
    const workspace = join(directory, 'w')
    const trap = join(workspace, 'bin')
    await runProgram(user, '/bin/mkdir', [trap])
    for (const name of ['rg', 'find', 'fd'])
      writeFileSync(join(trap, name), `#!/bin/sh\ntouch ${workspace}/executed\n`, { mode: 0o755 })
    writeFileSync(join(workspace, 'ripgreprc'), '--quiet\n')
    const run = {
      cwd: workspace,
      env: { PATH: `${trap}:/usr/bin:/bin`, RIPGREP_CONFIG_PATH: join(workspace, 'ripgreprc') },
      script: said(
        'cat AGENTS.md',
        'echo x >> allowed',
        ...SECRETS.flatMap((name) => [`cat ${name}`, `echo x >> ${name}`]),
      ),
    }
    const base: Grants = { ':root': 'read', ':project_roots': 'write' }
    const grants: Grants = {
      ...base,
      ...Object.fromEntries(entries.map((entry) => [entry, 'deny' as const])),
    }
    const { stdout, stderr } = await byProgram(user, { ...run, grants })
    expect({ stdout, stderr }).toEqual({ stdout: `yes\nyes\n${'no\n'.repeat(6)}`, stderr: '' })
    expect(SECRETS.map((name) => readFileSync(join(workspace, name), 'utf8'))).toEqual(
      SECRETS.map((name) => `w/${name}`),
    )
    expect(existsSync(join(workspace, 'executed'))).toBe(false)
    expect(await byProgram(user, { ...run, grants: base })).toMatchObject({ stdout: 'yes\n'.repeat(8) })
  })
})

describeForUsers('a deny glob', [], (user) => {
  test('holds where everything else is written', async () => {
    const directory = makeTree(user, ['sub/x.env', 'sub/x'])
    const grants: Grants = { ':root': 'write', [`${directory}/**/*.env`]: 'deny' }
    const script =
      'cat $1/sub/x.env\necho x >> $1/sub/x.env\necho x >> $1/sub/x\nrm $1/sub/x.env\nrm $1/sub/x'
    const busy = 'Device or resource busy'
    expect(await inside(user, { grants, script, directory })).toEqual([DENIED, DENIED, 'ok', busy, 'ok'])
    expect(readFileSync(join(directory, 'sub/x.env'), 'utf8')).toBe('sub/x.env')
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  })

  test('in a directory that is missing, or is a file, denies nothing and starts', async () => {
    const directory = makeTree(user, ['file', 'x.env'])
    const grants: Grants = {
      ':root': 'read',
      [`${directory}/missing/*.env`]: 'deny',
      [`${directory}/file/*.env`]: 'deny',
    }
    expect(await inside(user, { grants, script: 'cat $1/x.env\ncat $1/file', directory })).toEqual([
      'ok',
      'ok',
    ])
    const denying: Grants = { ...grants, [`${directory}/*.env`]: 'deny' }
    const script = 'cat $1/x.env\ncat $1/file'
    expect(await inside(user, { grants: denying, script, directory })).toEqual([DENIED, 'ok'])
  })

  test('whose bracket is not closed means the bracket', async () => {
    const directory = makeTree(user, ['s/[x.env', 's/x.env'])
    chmodSync(join(directory, 's'), 0o755)
    const grants: Grants = { ':root': 'read', [`${directory}/s/[x*`]: 'deny' }
    const script = 'cat "$1/s/[x.env"\ncat $1/s/x.env'
    expect(await inside(user, { grants, script, directory })).toEqual([DENIED, 'ok'])
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok'])
  })
})
