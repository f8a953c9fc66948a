import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { directoryWithBwrap, READ_ONLY } from '../bad-input/programs.ts'
import { fakeBwrap } from '../launcher/fakes.ts'
import { examineOn, findingAbout, problemsOf, WITHOUT_NAMESPACES } from './hosts.ts'

describeForUsers('a host', ['root'], (user) => {
  const without = { PATH: '/nowhere' }

  test('without bwrap in PATH needs none', async () => {
    const report = await examineOn(user, { env: without })
    expect(problemsOf(report)).toEqual([])
    expect(findingAbout(report, 'bwrap')?.id).toBe('bwrap-unneeded')
    expect(findingAbout(report, 'native-launch')?.severity).toBe('ok')
    expect(report.facts.trial).toMatchObject({ kind: 'ran' })
  })

  test('without bwrap in PATH on which there are no sandboxes without it is told how to install it', async () => {
    const report = await examineOn(user, { words: WITHOUT_NAMESPACES, env: without })
    expect(problemsOf(report)).toEqual(['bwrap-missing', 'user-namespaces-limit'])
    expect(findingAbout(report, 'bwrap')?.remedy).toMatch(/bubblewrap/)
    expect(findingAbout(report, 'native-launch')).toMatchObject({
      id: 'native-launch-refused',
      what: expect.stringContaining('the limit user.max_user_namespaces is 0') as string,
      remedy: expect.stringContaining('sysctl -w user.max_user_namespaces') as string,
    })
  })

  test('whose bwrap is too old needs none', async () => {
    const old = directoryWithBwrap(user, '#!/bin/sh\necho usage: bwrap --bind --ro-bind --proc\n')
    const report = await examineOn(user, { env: { PATH: old } }, { profile: READ_ONLY as never })
    expect(problemsOf(report)).toEqual([])
    expect(findingAbout(report, 'bwrap')).toMatchObject({
      id: 'bwrap-unneeded',
      what: expect.stringMatching(/bwrap has no option --/) as string,
    })
  })

  test.each([
    {
      why: 'broken',
      text: fakeBwrap('echo "bwrap: it is raining" >&2; exit 1'),
      id: 'sandbox-failed',
      what: /it is raining/,
    },
    {
      why: 'not let mount',
      text: fakeBwrap('echo "bwrap: Failed to make / slave: Permission denied" >&2; exit 1'),
      id: 'sandbox-mounts-refused',
      what: /something refuses mounts/,
    },
    {
      why: 'in an initramfs',
      text: fakeBwrap('echo "bwrap: pivot_root: Invalid argument" >&2; exit 1'),
      id: 'sandbox-root-refused',
      what: /cannot be exchanged, .* initramfs/,
    },
  ])('whose bwrap is $why has $id', async ({ text, id, what }) => {
    const directory = directoryWithBwrap(user, text)
    const report = await examineOn(user, { env: { PATH: directory } }, { profile: READ_ONLY as never })
    expect(problemsOf(report)).toEqual([id])
    expect(findingAbout(report, id)?.what).toMatch(what)
    expect(findingAbout(report, id)?.remedy).not.toBe('')
  })
})
