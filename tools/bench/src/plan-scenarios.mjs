import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { absolutePath, workspaceWrite } from '@linux-sandbox/policy'
import { entryAt, planAgainScenario, planScenario, restrictedTo } from './plan-scenario.mjs'
import { temporaryDirectory } from './temporary-directory.mjs'

/** Plans of policies without globs. The smallest policy comes first, so that the ratios say what more entries cost. */
export function planScenarios() {
  const scenarios = [
    planScenario('plan, 1 entry', restrictedTo([entryAt('/', 'read')])),
    presetScenario('plan, preset workspaceWrite'),
    planScenario('plan, 100 entries, 1 root', profileWithRoots({ roots: 1, packages: 11 })),
    planScenario('plan, 1000 files denied, 1 root', profileOfFiles()),
    planScenario('plan, 1000 entries, 10 roots', profileWithRoots({ roots: 10, packages: 11 })),
    planScenario('plan, 1000 entries, 100 roots', profileWithRoots({ roots: 100, packages: 1 })),
  ]
  return scenarios.flatMap((scenario) => [scenario, planAgainScenario(scenario)])
}

function presetScenario(name) {
  const root = temporaryDirectory()
  mkdirSync(join(root, '.git'))
  mkdirSync(join(root, 'src'))
  writeFileSync(join(root, 'src/main.ts'), '')
  const context = { cwd: absolutePath(root), tmpdir: temporaryDirectory() }
  return planScenario(name, workspaceWrite({ root }), context)
}

/** Reads everything, writes one directory, and denies a thousand files in twenty directories of it. */
function profileOfFiles() {
  const root = temporaryDirectory()
  mkdirSync(join(root, '.git'))
  const files = Array.from({ length: 1000 }, (_, index) => join(root, `d${index % 20}`, `file-${index}`))
  for (const file of files) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, '')
  }
  return restrictedTo([
    entryAt('/', 'read'),
    entryAt(root, 'write'),
    ...files.map((file) => entryAt(file, 'deny')),
  ])
}

/** Reads everything and writes `roots`, with `packages` in each of them. */
function profileWithRoots({ roots, packages }) {
  const top = temporaryDirectory()
  const entries = Array.from({ length: roots }, (_, index) => makeRoot(join(top, `root-${index}`), packages))
  return restrictedTo([entryAt('/', 'read'), ...entries.flat()])
}

function makeRoot(root, packages) {
  mkdirSync(join(root, '.git'), { recursive: true })
  const entries = Array.from({ length: packages }, (_, index) => makePackage(join(root, `package-${index}`)))
  return [entryAt(root, 'write'), ...entries.flat()]
}

const PACKAGE_DIRECTORIES = ['build', 'docs/private', 'secrets', 'vendor']
const PACKAGE_FILES = ['.env', 'package.json', 'secrets/readme.md', 'vendor/lock.json', 'vendor/token']

/** Makes a package, and gives its nine entries: half of them files, some of them inside another one, which they narrow or reopen. */
function makePackage(directory) {
  for (const name of PACKAGE_DIRECTORIES) mkdirSync(join(directory, name), { recursive: true })
  for (const name of PACKAGE_FILES) writeFileSync(join(directory, name), '')
  const entries = {
    deny: ['build', 'secrets', '.env', 'docs/private', 'vendor/token'],
    read: ['vendor', 'package.json', 'secrets/readme.md'],
    write: ['vendor/lock.json'],
  }
  return Object.entries(entries).flatMap(([access, names]) =>
    names.map((name) => entryAt(join(directory, name), access)),
  )
}
