import { expect, test } from 'vitest'
import { fine, finding, type Finding } from '../../src/doctor/finding.ts'
import { formatHostReport } from '../../src/doctor/format-report.ts'
import type { HostReport } from '../../src/doctor/examine-host.ts'
import { HEALTHY } from './host.ts'

function report(findings: readonly Finding[]): HostReport {
  const facts = {
    ...HEALTHY,
    platform: 'linux',
    arch: 'x64',
    bwrap: { path: '/usr/bin/bwrap', options: [] },
    writableRoots: [],
    trial: { kind: 'ran', proc: 'fresh' },
  } as const
  return { facts, findings }
}

const OLD = finding('kernel-old', {
  what: 'Linux 4.19 is old',
  how: 'a file',
  cost: 'little',
  remedy: ['boot a new one'],
})
const LIMIT = finding('user-namespaces-limit', {
  what: 'the limit is 0',
  how: 'another file',
  cost: 'everything',
  remedy: ['sysctl -w a=1', 'echo a = 1'],
})

test('what is fine takes a line; the rest has its remedies below each other', () => {
  expect(formatHostReport(report([fine('seccomp', 'there it is', 'a look'), OLD, LIMIT]))).toBe(
    `Debian GNU/Linux 12 (bookworm), 6.12.1, x64

ok       seccomp                there it is
warning  kernel-old             Linux 4.19 is old
         found by  a file
         costs     little
         remedy    boot a new one
problem  user-namespaces-limit  the limit is 0
         found by  another file
         costs     everything
         remedy    sysctl -w a=1
                   echo a = 1

Commands cannot run in a sandbox: 1 problem, 1 warning.
`,
  )
})

test('warnings alone do not keep commands from running', () => {
  expect(formatHostReport(report([OLD, OLD]))).toContain(
    'Commands can run in a sandbox: 0 problems, 2 warnings.\n',
  )
})

test('a report is the same after JSON', () => {
  const full = report([OLD, LIMIT])
  expect(JSON.parse(JSON.stringify(full))).toEqual(full)
})
