import { absolutePath } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { FINDING_SEVERITIES } from '../../src/doctor/finding.ts'
import { confinementFindings, hostFindings } from '../../src/doctor/host-findings.ts'
import { bwrapMissingFinding, procFinding } from '../../src/doctor/launcher-findings.ts'
import { resourceFindings } from '../../src/doctor/place-findings.ts'
import { fileSystemFindings } from '../../src/doctor/root-findings.ts'
import { HEALTHY } from './host.ts'

test('a healthy host has findings about everything, and all are fine', () => {
  const found = [...hostFindings(HEALTHY), ...confinementFindings(HEALTHY, 7), ...resourceFindings(HEALTHY)]
  expect(found.map(({ id }) => id)).toEqual([
    ...['kernel', 'wsl', 'container', 'user', 'seccomp', 'landlock'],
    ...['memory', 'open-files', 'shared-memory', 'tmp'],
  ])
  for (const one of found) expect(one).toMatchObject({ severity: 'ok', cost: '', remedy: '' })
})

test.each([
  {
    facts: { ...HEALTHY, kernel: { ...HEALTHY.kernel, release: '4.4.0' } },
    id: 'kernel-too-old',
    remedy: 'Linux 4.11',
  },
  {
    facts: { ...HEALTHY, kernel: { ...HEALTHY.kernel, release: '4.19.0' } },
    id: 'kernel-old',
    remedy: 'Linux 5.9',
  },
  { facts: { ...HEALTHY, wsl: 'WSL1' as const }, id: 'wsl1', remedy: 'wsl --set-version DISTRIBUTION 2' },
  {
    facts: { ...HEALTHY, kernel: { ...HEALTHY.kernel, hasSeccompFilters: false } },
    id: 'seccomp-missing',
    remedy: 'CONFIG_SECCOMP_FILTER',
  },
  { facts: HEALTHY, abi: 0, id: 'landlock-missing', remedy: 'lsm=landlock' },
  {
    facts: { ...HEALTHY, limits: { hasStrictMemory: true } },
    id: 'memory-strict',
    remedy: 'sysctl -w vm.overcommit_memory=0',
  },
  {
    facts: { ...HEALTHY, limits: { hasStrictMemory: false, addressSpaceBytes: 1 } },
    id: 'memory-limited',
    remedy: 'ulimit -v unlimited',
  },
  {
    facts: { ...HEALTHY, limits: { hasStrictMemory: false, openFiles: 255 } },
    id: 'open-files-few',
    remedy: 'ulimit -n 1024',
  },
  { facts: { ...HEALTHY, hasSharedMemory: false }, id: 'shared-memory-missing', remedy: 'mount -t tmpfs' },
  { facts: { ...HEALTHY, hasTmp: false }, id: 'tmp-missing', remedy: 'mkdir -m 1777 /tmp' },
])('$id says how it was found, what it costs and what helps', ({ facts, abi = 7, id, remedy }) => {
  const all = [...hostFindings(facts), ...confinementFindings(facts, abi), ...resourceFindings(facts)]
  const [found, ...others] = all.filter(({ severity }) => severity !== 'ok')
  expect(others).toEqual([])
  expect(found).toMatchObject({ id })
  expect(found?.remedy).toContain(remedy)
  for (const text of [found?.what, found?.how, found?.cost]) expect(text).not.toBe('')
})

test('Landlock that could not be asked is not said to be missing', () => {
  expect(confinementFindings(HEALTHY, undefined).map(({ id }) => id)).toEqual(['seccomp'])
})

test.each([
  { kind: 'docker', remedy: 'docker run --security-opt systempaths=unconfined' },
  { kind: 'podman', remedy: 'podman run --security-opt unmask=ALL' },
  { kind: 'kubernetes', remedy: 'procMount: Unmasked' },
  { kind: 'lxc', remedy: 'security.nesting true' },
  { kind: 'other', remedy: 'umount /proc/kcore' },
] as const)('a covered /proc in $kind is uncovered by $remedy', ({ kind, remedy }) => {
  const facts = { ...HEALTHY, procMasks: ['/proc/kcore'], container: { kind, evidence: 'a file' } }
  const found = procFinding(facts, { kind: 'ran', proc: 'host' })
  expect(found).toMatchObject({ id: 'proc-refused', severity: 'warning' })
  expect(found.remedy).toContain(remedy)
  // The kernel's answer counts, not what is mounted.
  expect(procFinding(facts, { kind: 'ran', proc: 'fresh' }).id).toBe('proc')
})

test.each(['overlay', 'network', 'automount', 'fuse', 'case-insensitive'] as const)(
  'a writable root on a file system that is %s is told',
  (kind) => {
    const root = { path: absolutePath('/work'), mountPoint: '/', type: 'some', kind, mayHang: false }
    const [found] = fileSystemFindings([root, { ...root, kind: 'local' }])
    expect(found).toMatchObject({ id: `file-system-${kind}`, severity: 'warning' })
    expect(found?.what).toContain('the writable root /work is on some')
  },
)

test('every severity is one of three, and a missing bwrap is a problem', () => {
  expect(new Set(Object.values(FINDING_SEVERITIES))).toEqual(new Set(['ok', 'warning', 'problem']))
  expect(bwrapMissingFinding('it is not there')).toMatchObject({ id: 'bwrap-missing', severity: 'problem' })
})
