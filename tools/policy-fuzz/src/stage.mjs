import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const PACKAGE = join(import.meta.dirname, '..')
const PROBE_SOURCES = join(PACKAGE, 'probe')
const DEPENDENCIES = ['linux-sandbox', '@linux-sandbox/policy']

/**
 * Where a worker of any user finds what it needs: a checkout may lie in a directory of root's.
 *
 * @typedef {object} Stage
 * @property {string} node
 * @property {string} worker
 * @property {string} probe
 * @property {() => void} remove
 */

/**
 * Copies this tool and the packages it needs, and builds the probe.
 *
 * @returns {Stage}
 * @throws {Error} when there is no C compiler, or with its messages.
 */
export function makeStage() {
  // Not where random policies let a command write: the native program is kept from it there.
  const stage = realpathSync(mkdtempSync('/var/tmp/policy-fuzz-stage-'))
  const remove = () => rmSync(stage, { recursive: true, force: true })
  try {
    chmodSync(stage, 0o755)
    const probe = join(stage, 'probe')
    buildProbe(probe)
    cpSync(join(PACKAGE, 'src'), join(stage, 'src'), { recursive: true })
    cpSync(process.execPath, join(stage, 'node'))
    const staged = new Set()
    for (const name of DEPENDENCIES) stagePackage({ name, wantedBy: PACKAGE, stage, staged })
    return { node: join(stage, 'node'), worker: join(stage, 'src/worker.mjs'), probe, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** @returns {string | undefined} `undefined` when this host has none that makes static programs */
export function compiler() {
  return ['musl-gcc', 'cc'].find((name) => spawnSync(name, ['--version']).status === 0)
}

/** @param {string} target */
function buildProbe(target) {
  const program = compiler()
  if (program === undefined) throw new Error('there is no C compiler: install musl-tools or gcc')
  const flags = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-O1', '-static']
  const sources = readdirSync(PROBE_SOURCES).filter((name) => name.endsWith('.c'))
  const { status, stderr } = spawnSync(program, [...flags, '-o', target, ...sources], {
    cwd: PROBE_SOURCES,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${program} could not build the probe:\n${stderr}`)
  chmodSync(target, 0o755)
}

/**
 * @param {{ name: string, wantedBy: string, stage: string, staged: Set<string> }} wanted
 */
function stagePackage({ name, wantedBy, stage, staged }) {
  if (staged.has(name)) return
  staged.add(name)
  const directory = packageDirectory(name, wantedBy)
  const target = join(stage, 'node_modules', name)
  mkdirSync(target, { recursive: true })
  cpSync(directory, target, {
    recursive: true,
    filter: (source) => !/\/(node_modules|src|test|native|\.turbo)$/.test(source.slice(directory.length)),
  })
  const { dependencies = {} } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  for (const dependency of Object.keys(dependencies)) {
    stagePackage({ name: dependency, wantedBy: directory, stage, staged })
  }
}

/**
 * @param {string} name
 * @param {string} wantedBy - the directory of the package that imports it
 */
function packageDirectory(name, wantedBy) {
  const places = createRequire(join(wantedBy, 'package.json')).resolve.paths(name) ?? []
  const place = places.map((one) => join(one, name)).find((one) => existsSync(join(one, 'package.json')))
  if (place === undefined) throw new Error(`${name}, needed by ${wantedBy}, is not installed`)
  return realpathSync(place)
}
