import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { nativeProgramPath } from '@linux-sandbox/native'
import { BACKENDS, helperScenarios, multitoolScenarios, sandboxWith, STATIC_HELPER } from '../programs.mjs'
import { quantile, textTable } from '../report.mjs'
import { makeScene } from '../scene.mjs'
import { rotate } from '../timer.mjs'

const MEGABYTE = 1e6
const RUNS_MAX = 10
/** Long enough to look at the processes. */
const PAUSE = ['0.3']

/** How large each part is, as a file and in memory. */
export async function sizeGroup({ runs, figures, print }) {
  const scene = makeScene()
  const files = filesOf([
    ['static helper', STATIC_HELPER],
    ['native program', nativeProgramPath()],
    ["what import 'linux-sandbox' can load", distOf('linux-sandbox')],
    ['what import "@linux-sandbox/native" can load', distOf('native')],
    ['multitool, without what it imports', distOf('cli')],
  ])
  print('Files:', textTable(['file', 'MB'], files))
  figures.set('helper-size', files[0][1])

  const scenarios = [...helperScenarios(scene), ...multitoolScenarios(scene)]
  const { peaks } = await rotate(scenarios, { runs: Math.min(runs, RUNS_MAX), warmUps: 1 })
  const memory = scenarios.map(({ name, absence }) => [name, absence ?? megabytesOf(peaks.get(name))])
  const processes = await Promise.all(BACKENDS.map((backend) => processRows(scene, backend)))
  print('Peak memory:', textTable(['process', 'MB resident'], [...memory, ...processes.flat()]))
  figures.set('helper-memory', peakOfHelper(memory))
}

/** Of both backends the larger. */
function peakOfHelper(memory) {
  const ofHelper = memory.filter(([name]) => name.startsWith('static helper')).map(([, figure]) => figure)
  const numbers = ofHelper.filter((figure) => typeof figure === 'number')
  return numbers.length === 0 ? ofHelper[0] : Math.max(...numbers)
}

/** A number for each that is there, and else that it is not. */
function filesOf(named) {
  return named.map(([name, path]) => [
    name,
    existsSync(path) ? sizeOf(path) / MEGABYTE : 'not measured: it is not built',
  ])
}

function distOf(name) {
  return join(import.meta.dirname, '../../../../packages', name, 'dist')
}

/** Of a file, or of the ES modules in a directory. */
function sizeOf(path) {
  if (!statSync(path).isDirectory()) return statSync(path).size
  const modules = readdirSync(path).filter((name) => name.endsWith('.js'))
  return modules.reduce((size, name) => size + statSync(join(path, name)).size, 0)
}

function megabytesOf(kibibytes) {
  return (quantile(kibibytes, 0.5) * 1024) / MEGABYTE
}

/** Of each process of a sandbox while its command runs. */
async function processRows({ profile }, backend) {
  const { sandbox, absence } = await sandboxWith(backend, { profile })
  if (sandbox === undefined) return [[`processes of a sandbox, ${backend}`, absence]]
  const rows = []
  await sandbox.run('sleep', PAUSE, {
    onSpawn: (child) => setTimeout(() => rows.push(...treeRows(child.pid, backend)), 150),
  })
  return rows
}

function treeRows(pid, backend) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const [, name] = /^Name:\s*(.*)$/m.exec(status) ?? []
  const [, peak] = /^VmHWM:\s*(\d+)/m.exec(status) ?? []
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return [
    [`${name} in a sandbox, ${backend}`, megabytesOf([Number(peak)])],
    ...children.filter((child) => child !== '').flatMap((child) => treeRows(child, backend)),
  ]
}
