import { spawnSync } from 'node:child_process'
import { nativeProgramPath } from '@linux-sandbox/native'
import { afterAll, beforeAll, describe } from 'vitest'
import { compiler, makeStage, type Stage } from '../src/stage.mjs'

/** What the property needs of a host, and how to tell that this host has it. */
const NEEDS = {
  linux: () => process.platform === 'linux',
  bwrap: () => succeeds('bwrap', ['--version']),
  userNamespaces: () => succeeds('bwrap', ['--unshare-user', '--ro-bind', '/', '/', 'true']),
  nativeLaunch: () =>
    spawnSync(nativeProgramPath(), ['launch-check'], { encoding: 'utf8' }).stdout === 'ok\n',
  landlock: () => landlockAbi() > 0,
  cc: () => compiler() !== undefined,
} as const

type Need = keyof typeof NEEDS

/**
 * Tests with a stage of their own, skipped where this host lacks something that they need.
 *
 * @throws {Error} when `SANDBOX_TEST_REQUIRE` names what it lacks, or all.
 */
export function describeOnStage(
  title: string,
  needed: readonly Need[],
  define: (stage: () => Stage) => void,
): void {
  const missing = missingNeeds(needed)
  const name = missing.length === 0 ? title : `${title} (this host lacks ${missing.join(', ')})`
  describe.skipIf(missing.length > 0)(name, () => {
    let stage: Stage
    beforeAll(() => {
      stage = makeStage()
    })
    afterAll(() => stage.remove())
    define(() => stage)
  })
}

/**
 * The names of what this host lacks of `needed`.
 *
 * @throws {Error} when `SANDBOX_TEST_REQUIRE` names one of them, or all.
 */
function missingNeeds(needed: readonly Need[]): string[] {
  const missing = needed.filter((name) => !NEEDS[name]())
  const required = (process.env['SANDBOX_TEST_REQUIRE'] ?? '').split(',')
  const broken = missing.filter((name) => required.includes('all') || required.includes(name))
  if (broken.length > 0) throw new Error(`this host must have ${broken.join(', ')}, by SANDBOX_TEST_REQUIRE`)
  return missing
}

function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

function landlockAbi(): number {
  return Number(spawnSync(nativeProgramPath(), ['landlock-abi'], { encoding: 'utf8' }).stdout)
}
