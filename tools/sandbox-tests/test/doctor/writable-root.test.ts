import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, ROOT } from '../../support/index.ts'
import { READ_ONLY } from '../bad-input/programs.ts'
import { examineOn, findingAbout, withMounts } from './hosts.ts'

/** A policy that lets `directory` be written, and nothing else. */
function writing(directory: string): object {
  const entry = { path: { type: 'path', path: directory }, access: 'write' }
  const { file_system: fileSystem } = READ_ONLY
  return { ...READ_ONLY, file_system: { ...fileSystem, entries: [...fileSystem.entries, entry] } }
}

describeForUsers('a writable root', ['root'], (user) => {
  test('on an overlay is told so, and that on a disk is not', async () => {
    const workspace = makeDirectory(user)
    for (const name of ['lower', 'layer', 'merged']) mkdirSync(`${workspace}/${name}`)
    const script = `cd ${workspace}; mount -t tmpfs none layer; mkdir layer/upper layer/work
      mount -t overlay -o lowerdir=lower,upperdir=layer/upper,workdir=layer/work none merged`
    const host = { maker: ROOT, words: withMounts(user, script) }
    const onOverlay = await examineOn(user, host, {
      profile: writing(`${workspace}/merged`) as never,
      trial: false,
    })
    expect(findingAbout(onOverlay, 'file-system')).toMatchObject({
      id: 'file-system-overlay',
      severity: 'warning',
      how: `/proc/self/mountinfo: overlay at ${workspace}/merged`,
      remedy: expect.stringContaining('docker run -v') as string,
    })
    const beside = await examineOn(user, host, {
      profile: writing(`${workspace}/lower`) as never,
      trial: false,
    })
    expect(findingAbout(beside, 'file-system')?.id).toBe('file-system')
  })

  test('on a file system whose program does not answer is not touched', async () => {
    const workspace = makeDirectory(user)
    const script = `exec 9<>/dev/fuse
      mount -i -t fuse -o fd=9,rootmode=40000,user_id=0,group_id=0,allow_other none ${workspace}`
    // A look at it would last for ever, and only SIGKILL ends it.
    const guard = ['timeout', '--signal=KILL', '20']
    const host = { maker: ROOT, words: [...withMounts(user, script), ...guard] }
    const report = await examineOn(user, host, { profile: writing(`${workspace}/below`) as never })
    expect(findingAbout(report, 'file-system')).toMatchObject({ id: 'file-system-fuse' })
    expect(report.facts.writableRoots).toMatchObject([{ mayHang: true, mountPoint: workspace }])
    expect(findingAbout(report, 'hard-links')).toBeUndefined()
  })

  test.each([
    { file: 'config', linked: 'config', id: 'hard-linked' },
    { file: 'hooks/pre-commit', linked: 'hooks/pre-commit', id: 'hard-linked' },
    { file: 'objects/ab/cdef', linked: 'objects/ab/cdef', id: 'hard-links' },
  ])('in which .git/$file has another name has $id', async ({ file, id }) => {
    const workspace = makeDirectory(user)
    for (const name of ['hooks', 'objects/ab']) mkdirSync(`${workspace}/.git/${name}`, { recursive: true })
    const path = `${workspace}/.git/${file}`
    writeFileSync(path, '')
    const options = { profile: writing(workspace) as never, trial: false }
    expect((await examineOn(user, {}, options)).findings.map((one) => one.id)).toContain('hard-links')
    linkSync(path, `${workspace}/other`)
    const report = await examineOn(user, {}, options)
    const found = report.findings.find((one) => one.id === id)
    if (id === 'hard-links') {
      expect(found?.severity).toBe('ok')
      return
    }
    expect(found?.what).toBe(`protected files have other names: ${path} (2 names)`)
    // The remedy is a command, and works.
    const [command = ''] = (found?.remedy ?? '').split('   (')
    expect(spawnSync('sh', ['-c', command]).status).toBe(0)
    expect(findingAbout(await examineOn(user, {}, options), 'hard-linked')).toBeUndefined()
  })
})
