import { rmSync } from 'node:fs'
import type { SandboxOptions } from 'linux-sandbox'
import { runProgram, stageDirectory, stagedNode, type TestUser } from '../../support/index.ts'

/** What runs a plan makes its placeholders; until the library does, this does. Gives what removes them again. */
export async function makePlaceholders(
  user: TestUser,
  { sandbox, cwd }: { readonly sandbox: SandboxOptions; readonly cwd: string },
): Promise<() => void> {
  const { exitCode, stdout, stderr } = await runProgram(
    user,
    stagedNode(),
    ['--input-type=module', '-e', MAKE],
    { cwd: stageDirectory(), input: JSON.stringify({ ...sandbox, policyCwd: cwd }) },
  )
  if (exitCode !== 0) throw new Error(stderr)
  const made = JSON.parse(stdout) as string[]
  return () => made.toReversed().forEach((path) => rmSync(path, { recursive: true, force: true }))
}

const MAKE = `
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
const { nodeDisk } = await import('@linux-sandbox/host-probe')
const { planMounts } = await import('@linux-sandbox/mount-plan')
const { absolutePath, resolvePolicy, validateProfile } = await import('@linux-sandbox/policy')
const { profile, policyCwd, gitWrites } = JSON.parse(readFileSync(0, 'utf8'))
const policy = resolvePolicy(validateProfile(profile), { cwd: absolutePath(policyCwd) })
const missing = planMounts(policy, nodeDisk, { gitWrites }).placeholders.filter(({ path }) => !existsSync(path))
for (const { path, content } of missing) content === undefined ? mkdirSync(path) : writeFileSync(path, content)
console.log(JSON.stringify(missing.map(({ path }) => path)))
`
