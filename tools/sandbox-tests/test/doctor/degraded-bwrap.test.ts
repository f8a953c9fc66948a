import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory } from '../../support/index.ts'
import { directoryWithBwrap, READ_ONLY } from '../bad-input/programs.ts'
import { fakeBwrap } from '../launcher/fakes.ts'
import { examineOn, findingAbout, problemsOf } from './hosts.ts'

describeForUsers('a host', ['root'], (user) => {
  test('without bwrap in PATH is told how to install it', async () => {
    const report = await examineOn(user, { env: { PATH: makeDirectory(user) } })
    expect(problemsOf(report)).toEqual(['bwrap-missing'])
    expect(findingAbout(report, 'bwrap')?.remedy).toMatch(/bubblewrap/)
    expect(findingAbout(report, 'user-namespaces')?.severity).toBe('ok')
  })

  test.each([
    {
      why: 'too old',
      text: '#!/bin/sh\necho usage: bwrap --bind --ro-bind --proc\n',
      id: 'bwrap-too-old',
      what: /bwrap has no option --/,
    },
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
