import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onlyVariables, UNSHARE, wordsWithRun } from './starts.ts'
import { ARCHS, linkNative, linkProgram, PROGRAM, stateFor } from '@linux-sandbox/build-standalone'

/** A command line. */
export interface Invocation {
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** What came of it. */
export interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** What supervise was asked, with every byte a character. */
  readonly request: string | undefined
}

type Run = (invocation: Required<Invocation>) => Promise<Omit<Outcome, 'request'>>

/** Both helpers, with a supervisor that starts nothing and keeps what it is asked. */
export interface Harness {
  /** What the helper makes of a command line as one file and on Node, in the same words. */
  readonly both: (invocation: Invocation) => Promise<{ readonly standalone: Outcome; readonly node: Outcome }>
  /** How often the file has kept a start of its own, because none before was like it. */
  readonly keptStarts: () => number
  readonly close: () => void
}

const CAPTURE = { 'supervise.c': fileURLToPath(new URL('../native/capture.c', import.meta.url)) }
const DRIVER = fileURLToPath(new URL('node-driver.mjs', import.meta.url))

/** Of the same length, so that a request is the same but for these letters. */
const FOLDERS = { standalone: 'helper-as-file', node: 'helper-on-node' } as const

/**
 * @param ownRun - whether both have a `/run` of their own, in which the file keeps its starts; as root only
 * @throws {Error} when the programs cannot be built.
 */
export async function startHarness({ ownRun = false } = {}): Promise<Harness> {
  const directory = mkdtempSync(join(tmpdir(), 'standalone-tests-'))
  const nodeArch = process.arch === 'arm64' ? 'arm64' : 'x64'
  const arch = ARCHS[nodeArch]
  const folders = { standalone: join(directory, FOLDERS.standalone), node: join(directory, FOLDERS.node) }
  mkdirSync(folders.standalone)
  mkdirSync(folders.node)
  const runDirectory = join(directory, 'run')
  mkdirSync(runDirectory)
  let kept = 0
  let before = ''
  const state = await stateFor(nodeArch)
  const file = linkProgram({ arch, state, scratch: folders.standalone, replaced: CAPTURE })
  const native = linkNative({ arch, scratch: folders.node, replaced: CAPTURE })
  const driver = fork(DRIVER, {
    env: { ...process.env, LINUX_SANDBOX_NATIVE: native },
    ...(ownRun ? { execPath: UNSHARE, execArgv: [...wordsWithRun(runDirectory), process.execPath] } : {}),
  })
  await once(driver, 'message')

  async function outcome(
    which: keyof typeof FOLDERS,
    run: Run,
    invocation: Required<Invocation>,
  ): Promise<Outcome> {
    const record = join(folders[which], `${PROGRAM}.request`)
    rmSync(record, { force: true })
    const { status, stdout, stderr } = await run(invocation)
    const request = readIfThere(record)
    return {
      status,
      stdout: stdout.replace(/^bundle sha256:.*\n/m, ''),
      stderr: inCommonWords(stderr),
      request: request === undefined ? undefined : inCommonWords(request),
    }
  }

  return {
    async both({ argv, env = {}, cwd = '/' }) {
      const invocation = { argv, env: { PATH: '/usr/bin:/bin', ...env }, cwd }
      const standalone = await outcome(
        'standalone',
        (one) => runFile(file, one, ownRun ? runDirectory : undefined),
        invocation,
      )
      const now = startsIn(join(runDirectory, 'linux-sandbox'))
      if (now !== before) kept++
      before = now
      const node = await outcome('node', (one) => runOnNode(driver, one), invocation)
      return { standalone, node }
    },
    keptStarts: () => kept,
    close() {
      driver.kill()
      rmSync(directory, { recursive: true })
    },
  }
}

/** What is different whenever a start is kept. */
function startsIn(registry: string): string {
  if (!existsSync(registry)) return ''
  const names = readdirSync(registry).filter((name) => name.startsWith('start-'))
  return names.map((name) => `${name} ${statSync(join(registry, name), { bigint: true }).ctimeNs}`).join('\n')
}

function inCommonWords(text: string): string {
  return text.replaceAll(FOLDERS.standalone, FOLDERS.node).replaceAll(/\/\S*\/resources\/bwrap\b/g, 'BUNDLED')
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

async function runFile(
  file: string,
  { argv, env, cwd }: Required<Invocation>,
  run: string | undefined,
): ReturnType<Run> {
  const [program, ...words] =
    run === undefined ? [file] : [UNSHARE, ...wordsWithRun(run), ...onlyVariables(env), file]
  const child = spawn(program, [...words, ...argv], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text))
  const [status] = (await once(child, 'close')) as [number | null]
  return { ...texts, status }
}

async function runOnNode(driver: ChildProcess, invocation: Required<Invocation>): ReturnType<Run> {
  driver.send(invocation)
  const [answer] = (await once(driver, 'message')) as [Awaited<ReturnType<Run>>]
  return answer
}
