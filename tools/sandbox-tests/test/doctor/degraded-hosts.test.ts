import { expect, test } from 'vitest'
import { describeForUsers, ROOT, runProgram, stagedNode, stagedProgram } from '../../support/index.ts'
import { examineOn, findingAbout, hostWithoutTmp, problemsOf, withMounts } from './hosts.ts'

describeForUsers('a host', ['root'], (user) => {
  test('as this one has no problem', async () => {
    const report = await examineOn(user, {})
    expect(problemsOf(report)).toEqual([])
    expect(report.facts.trial).toEqual({ kind: 'ran', proc: 'fresh' })
    for (const id of [
      'bwrap',
      'user-namespaces',
      'seccomp',
      'sandbox',
      'proc',
      'wsl',
      'landlock',
      'hard-links',
    ]) {
      expect(report.findings).toContainEqual(
        expect.objectContaining({ id, severity: 'ok', cost: '', remedy: '' }),
      )
    }
  })

  test.each([
    { masked: 'mount -t tmpfs none /proc/tty', ids: ['proc-refused'], proc: 'host' },
    { masked: 'mount -t tmpfs none /mnt', ids: [], proc: 'fresh' },
  ])('on which root did $masked has $ids', async ({ masked, ids, proc }) => {
    const report = await examineOn(user, { maker: ROOT, words: withMounts(user, masked) })
    expect(report.facts.trial).toEqual({ kind: 'ran', proc })
    expect(report.findings.map(({ id }) => id).filter((id) => id.startsWith('proc-'))).toEqual(ids)
    if (ids.length === 0) return
    const found = findingAbout(report, 'proc')
    expect(found?.how).toBe(
      'a sandbox was started; /proc/self/mountinfo has /proc/tty mounted over parts of /proc',
    )
    expect(found?.remedy).toMatch(/umount \/proc\/tty$/m)
  })

  test('without a fresh /proc is known without a trial', async () => {
    const words = withMounts(user, 'mount -t tmpfs none /proc/tty')
    const report = await examineOn(user, { maker: ROOT, words }, { trial: false })
    expect(findingAbout(report, 'proc')).toMatchObject({ id: 'proc-refused', severity: 'warning' })
    expect(findingAbout(report, 'sandbox')).toBeUndefined()
    expect(findingAbout(report, 'user-namespaces')?.severity).toBe('ok')
  })

  test('without /dev/shm is told so, and a sandbox has one', async () => {
    const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty']
    const script = [
      'mount -t tmpfs none /mnt',
      ...devices.map((name) => `touch /mnt/${name}; mount --bind /dev/${name} /mnt/${name}`),
      'mount --move /mnt /dev',
    ].join('\n')
    const host = { maker: ROOT, words: withMounts(user, script) }
    const report = await examineOn(user, host)
    expect(problemsOf(report)).toEqual([])
    const [program = '', ...words] = host.words
    const [look, check] = [
      'test -d /dev/shm',
      [stagedNode(), stagedProgram('linux-sandbox'), '-P', ':read-only', '--'],
    ]
    const inside = [...check, 'sh', '-c', look]
    expect((await runProgram(ROOT, program, [...words, 'sh', '-c', look])).exitCode).toBe(1)
    expect((await runProgram(ROOT, program, [...words, ...inside])).exitCode).toBe(0)
    expect(findingAbout(report, 'shared-memory')).toMatchObject({
      id: 'shared-memory-missing',
      remedy: expect.stringContaining('mount -t tmpfs') as string,
    })
  })

  test('without /tmp is told so, and has sandboxes all the same', async () => {
    const report = await examineOn(user, hostWithoutTmp(['/usr/bin/env']))
    expect(problemsOf(report)).toEqual([])
    expect(report.facts.trial).toMatchObject({ kind: 'ran' })
    expect(findingAbout(report, 'tmp')).toMatchObject({
      id: 'tmp-missing',
      severity: 'warning',
      remedy: 'mkdir -m 1777 /tmp',
    })
    const made = await examineOn(user, hostWithoutTmp(['sh', '-ec', 'mkdir -m 1777 /tmp; exec "$@"', 'sh']))
    expect(problemsOf(made)).toEqual([])
  })

  test.each([
    { limit: 'ulimit -n 100', id: 'open-files-few', remedy: /^ulimit -n 1024$/m },
    { limit: 'ulimit -v 67108864', id: 'memory-limited', remedy: /^ulimit -v unlimited$/m },
  ])('with $limit has $id', async ({ limit, id, remedy }) => {
    const report = await examineOn(user, { words: ['sh', '-ec', `${limit}; exec "$@"`, 'sh'] })
    expect(problemsOf(report)).toEqual([])
    expect(findingAbout(report, id)).toMatchObject({ id, severity: 'warning' })
    expect(findingAbout(report, id)?.remedy).toMatch(remedy)
    const twin = await examineOn(user, { words: ['sh', '-ec', 'exec "$@"', 'sh'] })
    expect(findingAbout(twin, id)).toBeUndefined()
  })
})
