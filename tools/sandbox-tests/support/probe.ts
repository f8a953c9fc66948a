import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { STAGE_VARIABLE } from './stage.ts'

const SOURCES = join(import.meta.dirname, '../probe')

/** A musl compiler sees no kernel headers; those lie behind its own ones. */
const KERNEL_HEADERS = [
  '/usr/include',
  '/usr/include/x86_64-linux-gnu',
  '/usr/include/aarch64-linux-gnu',
].flatMap((directory) => ['-idirafter', directory])

const FLAGS = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-O1']

/**
 * Builds the probe into `stage`, where every user can execute it. Nothing when there is no compiler: then the tests that need
 * one are skipped.
 *
 * @throws {Error} with the messages of the compiler that could not build it.
 */
export function buildProbe(stage: string): void {
  const compiler = ['musl-gcc', 'cc'].find((name) => spawnSync(name, ['--version']).status === 0)
  if (compiler === undefined) return
  const headers = compiler === 'cc' ? [] : KERNEL_HEADERS
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.c'))
  compile(compiler, [...FLAGS, '-static', ...headers, '-o', join(stage, 'probe'), ...sources])
  chmodSync(join(stage, 'probe'), 0o755)
  if (spawnSync('cc', ['--version']).status !== 0) return
  compile('cc', [...FLAGS, '-shared', '-fPIC', '-o', join(stage, 'preload.so'), 'preload/whereabouts.c'])
  chmodSync(join(stage, 'preload.so'), 0o755)
}

/** The program `probe`, for every user. */
export function stagedProbe(): string {
  return staged('probe')
}

/** A library for `LD_PRELOAD`: see probe/preload. */
export function stagedPreload(): string {
  return staged('preload.so')
}

/** The program that runs a scenario from stdin, to be started in an unusual way. */
export function stagedDriver(): string {
  return staged('driver.mjs')
}

function staged(name: string): string {
  const stage = process.env[STAGE_VARIABLE]
  if (stage === undefined)
    throw new Error('the probe is not staged: start the tests from the root of the repository')
  return join(stage, name)
}

function compile(compiler: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(compiler, args, { cwd: SOURCES, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${compiler} could not build the probe:\n${stderr}`)
}
