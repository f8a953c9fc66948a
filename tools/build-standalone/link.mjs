import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { compilerFor, run } from './compiler.mjs'
import { ENGINE_DEFINITIONS, engineDirectory } from './engine.mjs'
import { PACKAGE, ROOT } from './paths.mjs'

export const PROGRAM = 'codex-linux-sandbox'

const HOST = join(PACKAGE, 'native')
const NATIVE = join(ROOT, 'packages/native/native')

/** As tools/build-native has them. */
const FLAGS = [
  ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Wconversion', '-Werror'],
  ['-Os', '-fno-asynchronous-unwind-tables', '-ffunction-sections', '-fdata-sections'],
  ['-fstack-protector-strong', '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2'],
  [`-ffile-prefix-map=${ROOT}=`],
].flat()

const LINK_FLAGS = [
  ['-static', '-s', '-Wl,--gc-sections', '-Wl,--build-id=none'],
  ['-Wl,-z,relro', '-Wl,-z,now', '-Wl,-z,noexecstack'],
].flat()

/**
 * @typedef {object} Parts
 * @property {import('./compiler.mjs').Arch} arch
 * @property {string} scratch - directory for all that is made
 * @property {Readonly<Record<string, string>>} [replaced] - sources of the native program that a test has others for
 */

/**
 * Links the engine, its state, the functions of the host, and the native program.
 *
 * @param {Parts & { state: import('./snapshot.mjs').Snapshot }} parts
 * @returns {string} path of the program
 */
export function linkProgram({ state, ...parts }) {
  const { arch, scratch } = parts
  writeFileSync(join(scratch, 'snapshot.bin'), Buffer.concat(state.runs.map(({ bytes }) => bytes)))
  writeFileSync(join(scratch, 'snapshot.h'), headerOf(state))
  const engine = engineDirectory(arch)
  const flags = [...ENGINE_DEFINITIONS, '-isystem', engine, `-I${scratch}`, `-I${NATIVE}`]
  const host = sourcesIn(HOST).map((source) => ({ source, flags }))
  return link(
    [...host, ...nativeUnits(parts, ['-Dmain=native_main'])],
    [join(engine, 'quickjs.o'), '-lm'],
    parts,
  )
}

/**
 * Links the native program alone.
 *
 * @param {Parts} parts
 * @returns {string} path of the program
 */
export function linkNative(parts) {
  return link(nativeUnits(parts, []), [], parts)
}

/**
 * @param {Parts} parts
 * @param {readonly string[]} flagsOfMain
 */
function nativeUnits({ replaced = {} }, flagsOfMain) {
  return sourcesIn(NATIVE).map((source) => ({
    source: replaced[basename(source)] ?? source,
    flags: [`-I${NATIVE}`, ...(basename(source) === 'main.c' ? flagsOfMain : [])],
  }))
}

/**
 * @param {readonly { source: string, flags: readonly string[] }[]} units
 * @param {readonly string[]} libraries
 * @param {Parts} parts
 */
function link(units, libraries, { arch, scratch }) {
  const compiler = compilerFor(arch)
  if (compiler === undefined) throw new Error(`there is no compiler for ${arch}`)
  const { command, flags } = compiler
  const objects = units.map((unit, index) => {
    const object = `${index}.o`
    run(command, [...FLAGS, ...flags, ...unit.flags, '-c', '-o', object, unit.source], scratch)
    return object
  })
  run(command, [...LINK_FLAGS, '-o', PROGRAM, ...objects, ...libraries], scratch)
  return join(scratch, PROGRAM)
}

/** @param {import('./snapshot.mjs').Snapshot} state */
function headerOf({ runs, places }) {
  const lines = Object.entries(places).map(([name, place]) => `#define ${name} ${place}u`)
  const sizes = runs.map(({ offset, bytes }) => `{${offset}u, ${bytes.length}u}`)
  return ['#pragma once', ...lines, `#define SNAPSHOT_RUNS {${sizes.join(', ')}}`, ''].join('\n')
}

/** @param {string} folder */
function sourcesIn(folder) {
  const names = readdirSync(folder).filter((name) => /\.[cS]$/.test(name))
  return names.toSorted().map((name) => join(folder, name))
}

/**
 * Gives `act` a directory of its own in `directory`.
 *
 * @param {string} directory
 * @param {(scratch: string) => void} act
 */
export function inScratch(directory, act) {
  const scratch = mkdtempSync(join(directory, '.build-'))
  try {
    act(scratch)
  } finally {
    rmSync(scratch, { recursive: true })
  }
}
