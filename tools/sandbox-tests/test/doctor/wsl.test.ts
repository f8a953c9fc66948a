import { existsSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  ROOT,
  runProgram,
  stagedNode,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'
import { directoryWithBwrap, expectRefusal, READ_ONLY_PROGRAMS } from '../bad-input/programs.ts'
import { fakeBwrap, REAL_BWRAP } from '../launcher/fakes.ts'
import { examineOn, findingAbout, nodeWords, problemsOf, withMounts, type Host } from './hosts.ts'

const WSL1 =
  'Linux version 4.4.0-22621-Microsoft (Microsoft@Microsoft.com) (gcc version 5.4.0) #2506-Microsoft'
const WSL2 = 'Linux version 6.6.87.2-microsoft-standard-WSL2 (root@host) (gcc 13.2.0) #1 SMP'

/** This machine, with another `/proc/version` and a bwrap that leaves a trace. */
function wslHost(user: TestUser, version: string): Host & { readonly trace: string } {
  const directory = makeDirectory(user)
  const trace = `${directory}/trace`
  writeFileSync(`${directory}/version`, `${version}\n`)
  const path = directoryWithBwrap(user, fakeBwrap(`echo ran >>${trace}\nexec ${REAL_BWRAP} "$@"`))
  return {
    trace,
    maker: ROOT,
    words: withMounts(user, `mount --bind ${directory}/version /proc/version`),
    env: { PATH: `${path}:/usr/bin:/bin` },
  }
}

async function startOn({ words = [], env = {} }: Host, command: readonly string[]): Promise<ProgramEnd> {
  const [program = '', ...args] = [...words, ...command]
  return await runProgram(ROOT, program, args, { env })
}

describeForUsers('WSL', ['root'], (user) => {
  test.each(READ_ONLY_PROGRAMS)('1 is refused by $name before bwrap is called', async ({ words }) => {
    const host = wslHost(user, WSL1)
    const end = await startOn(host, [...words, 'echo', 'ran'])
    expectRefusal(end, 125, /^linux-sandbox: this is WSL1, which has no user namespaces/)
    expect(end.stderr).toContain('wsl --set-version DISTRIBUTION 2')
    expect(existsSync(host.trace)).toBe(false)
  })

  test.each(READ_ONLY_PROGRAMS)('2 is a host like any other for $name', async ({ words }) => {
    const host = wslHost(user, WSL2)
    const end = await startOn(host, [...words, 'echo', 'ran'])
    expect(end).toEqual({ exitCode: 0, signal: null, stdout: 'ran\n', stderr: '' })
    expect(existsSync(host.trace)).toBe(true)
  })

  test('1 is no obstacle to a policy that restricts nothing', async () => {
    const host = wslHost(user, WSL1)
    const [node, program] = [stagedNode(), READ_ONLY_PROGRAMS[0].words[1]]
    const end = await startOn(host, [node, program, '-P', ':danger-full-access', '--', 'echo', 'ran'])
    expect(end).toMatchObject({ exitCode: 0, stdout: 'ran\n' })
    expect(existsSync(host.trace)).toBe(false)
  })

  test('1 is found by the examination, and is the only start-up warning', async () => {
    const host = wslHost(user, WSL1)
    const report = await examineOn(user, host)
    expect(problemsOf(report)).toEqual(['wsl1'])
    expect(findingAbout(report, 'wsl1')?.remedy).toContain('wsl --set-version DISTRIBUTION 2')
    expect(report.facts.trial).toMatchObject({ kind: 'failed', code: 'WSL1_UNSUPPORTED' })
    const warnings = await startOn(host, nodeWords(WARNINGS))
    expect(warnings.stdout).toBe('wsl1')
    expect(existsSync(host.trace)).toBe(false)
  })
})

const WARNINGS = `
  const { readOnly, startupWarnings } = await import(process.argv[1])
  process.stdout.write((await startupWarnings({ profile: readOnly() })).map(({ id }) => id).join(' '))
`
