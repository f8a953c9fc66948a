import { createHash } from 'node:crypto'
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  makeDirectory,
  runProgram,
  stageDirectory,
  stagedNode,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'
import { REAL_BWRAP } from './fakes.ts'

/** An installation of all packages that one test has for itself, below a directory of its user. */
export interface Installation {
  readonly top: string
  /** Where its bundled bwrap is or would be. */
  readonly bundled: string
  /** `codex-linux-sandbox` and `linux-sandbox` with arguments in front of those of the command. */
  readonly programs: readonly { readonly name: string; readonly words: readonly [string, ...string[]] }[]
}

/** An installation without a bundled bwrap. Root owns it, as one below /usr. */
export function makeInstallation(user: TestUser, profileJson: string): Installation {
  const top = makeDirectory(user)
  cpSync(join(stageDirectory(), 'node_modules'), join(top, 'node_modules'), { recursive: true })
  const bin = (name: string, program: string): string =>
    join(top, 'node_modules/@linux-sandbox', name, 'bin', `${program}.mjs`)
  const bwrap = ['--backend', 'bwrap']
  const helperOptions = [...bwrap, '--sandbox-policy-cwd', '/', '--permission-profile', profileJson, '--']
  return {
    top,
    bundled: join(top, 'node_modules/linux-sandbox/resources/bwrap'),
    programs: [
      {
        name: 'codex-linux-sandbox',
        words: [stagedNode(), bin('standalone', 'codex-linux-sandbox'), ...helperOptions],
      },
      {
        name: 'linux-sandbox',
        words: [stagedNode(), bin('cli', 'linux-sandbox'), ...bwrap, '-P', ':read-only', '--'],
      },
    ],
  }
}

/** Puts a bundled bwrap there: that of the host, unless another is given. */
export function bundle(
  { bundled }: Installation,
  {
    program = readFileSync(REAL_BWRAP),
    digest = sha256(program),
  }: { program?: Buffer; digest?: string } = {},
): void {
  mkdirSync(dirname(bundled), { recursive: true })
  writeFileSync(bundled, program)
  chmodSync(bundled, 0o755)
  writeFileSync(`${bundled}.sha256`, `${digest}  bwrap\n`)
}

/** Lets `user` alter the bundled bwrap and exchange it. */
export function makeWritable({ uid, gid }: TestUser, { bundled }: Installation): void {
  for (const path of [bundled, dirname(bundled)]) chownSync(path, uid, gid)
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** `bytes` with one of them, in the middle, another one. */
export function alteredByOneByte(bytes: Buffer): Buffer {
  const altered = Buffer.from(bytes)
  const middle = altered.length >> 1
  altered[middle] = (altered[middle] ?? 0) ^ 1
  return altered
}

/** Runs `source`, a module that imports from this installation (`require` in a script), and gives what it printed as JSON. */
export async function withInstallation(
  user: TestUser,
  { top }: Installation,
  source: string,
  { extension = 'mjs', PATH = '/nowhere' }: { extension?: 'mjs' | 'cjs'; PATH?: string } = {},
): Promise<unknown> {
  const script = join(top, `script.${extension}`)
  writeFileSync(script, source)
  const end: ProgramEnd = await runProgram(user, stagedNode(), [script], { env: { PATH } })
  if (end.exitCode !== 0) throw new Error(end.stderr)
  return JSON.parse(end.stdout) as unknown
}
