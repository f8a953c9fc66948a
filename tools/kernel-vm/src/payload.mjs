import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { cached, REPOSITORY } from './cache.mjs'
import { makeDisk } from './disk.mjs'
import { run } from './program.mjs'

/** The Node that everything is built with. */
const NODE_VERSION = '20.20.2'
const TESTS = 'tools/sandbox-tests'
const GUEST = join(import.meta.dirname, '../guest')
const PROBE_FLAGS = ['-std=c11', '-D_GNU_SOURCE', '-O1']
const MEBIBYTES = 512

/** What confines commands for which a test names no backend; without it, it is what the library chooses. */
export const TEST_BACKEND = process.env['SANDBOX_TEST_BACKEND']

/**
 * A disk with our built packages, the tests, and Node, for the guests of an architecture.
 *
 * @param {import('./architectures.mjs').Architecture} architecture
 * @param {string} directory - an empty one to work in
 * @returns {Promise<string>} the file
 */
export async function makePayload(architecture, directory) {
  const root = join(directory, 'payload')
  transpile(join(REPOSITORY, TESTS), join(root, TESTS))
  await stagePackages(root)
  if (TEST_BACKEND !== undefined) await setDefaultBackend(root, TEST_BACKEND)
  provideVitest(root)
  cpSync(GUEST, join(root, 'guest'), { recursive: true })
  replaceScenarios(join(root, TESTS, 'support'))
  cpSync(join(REPOSITORY, TESTS, 'support/driver.mjs'), join(root, 'driver.mjs'))

  cpSync(provideNode(architecture.node), join(root, 'node'))
  buildForGuest(architecture.native, root)

  const disk = join(directory, 'payload.disk')
  makeDisk(disk, root, MEBIBYTES)
  rmSync(root, { recursive: true })
  return disk
}

/**
 * Copies a package's tests as JavaScript: Node 20 reads no TypeScript, and the guest is too slow to translate it.
 *
 * @param {string} source
 * @param {string} target
 */
function transpile(source, target) {
  for (const folder of ['support', 'test']) {
    const paths = readdirSync(join(source, folder), { recursive: true, withFileTypes: true })
    for (const entry of paths.filter((one) => one.isFile())) {
      const from = join(entry.parentPath, entry.name)
      const to = join(target, from.slice(source.length))
      mkdirSync(join(to, '..'), { recursive: true })
      if (from.endsWith('.ts')) writeFileSync(to.replace(/\.ts$/, '.js'), toJavaScript(from))
      else cpSync(from, to)
    }
  }
  cpSync(join(source, 'package.json'), join(target, 'package.json'))
}

/** @param {string} file */
function toJavaScript(file) {
  return ts.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText
}

/**
 * The built packages and what the guest's test runner needs, as the tests stage them on a host.
 *
 * @param {string} root
 */
async function stagePackages(root) {
  const stage = await import(pathToFileURL(join(root, TESTS, 'support/stage.js')).href)
  const folders = ['packages/cli', 'packages/standalone', 'packages/native', 'tools/kernel-vm']
  const staged = stage.stagePackages(folders.map((folder) => join(REPOSITORY, folder)))
  cpSync(join(staged, 'node_modules'), join(root, 'node_modules'), { recursive: true })
  stage.removeStage(staged)
}

/**
 * As the tests do on a host.
 *
 * @param {string} root
 * @param {string} name
 */
async function setDefaultBackend(root, name) {
  const backend = await import(pathToFileURL(join(root, TESTS, 'support/backend.js')).href)
  backend.setDefaultBackend(root, backend.backendNamed(name))
}

/** @param {string} root */
function provideVitest(root) {
  const directory = join(root, 'node_modules/vitest')
  mkdirSync(directory)
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({ name: 'vitest', type: 'module', exports: './vitest.mjs' }),
  )
  cpSync(join(GUEST, 'vitest.mjs'), join(directory, 'vitest.mjs'))
}

/** @param {string} support */
function replaceScenarios(support) {
  renameSync(join(support, 'scenario.js'), join(support, 'scenario-of-hosts.js'))
  cpSync(join(GUEST, 'scenario.mjs'), join(support, 'scenario.js'))
}

/** @param {'x64' | 'arm64'} architecture */
function provideNode(architecture) {
  const name = `node-linux-${architecture}`
  const directory = cached(`${name}-${NODE_VERSION}`, (target) => {
    console.log(`fetching ${name} ${NODE_VERSION}`)
    const archive = run('npm', ['pack', '--silent', '--pack-destination', target, `${name}@${NODE_VERSION}`])
    run('tar', ['-xzf', join(target, archive.toString().trim()), '-C', target, 'package/bin/node'])
    renameSync(join(target, 'package/bin/node'), join(target, 'node'))
  })
  return join(directory, 'node')
}

/**
 * Our native program and the probe of the tests, static.
 *
 * @param {'x86_64' | 'aarch64'} architecture
 * @param {string} root
 */
function buildForGuest(architecture, root) {
  const programs = join(root, 'node_modules/@linux-sandbox/native/bin')
  run(process.execPath, [join(REPOSITORY, 'tools/build-native/build.mjs'), programs], {
    env: { ...process.env, NATIVE_ARCHS: architecture },
  })
  const compiler = `${architecture}-linux-gnu-gcc`
  const sources = join(REPOSITORY, TESTS, 'probe')
  const files = readdirSync(sources).filter((name) => name.endsWith('.c'))
  run(compiler, [...PROBE_FLAGS, '-static', '-o', join(root, 'probe'), ...files], { cwd: sources })
  run(
    compiler,
    [...PROBE_FLAGS, '-shared', '-fPIC', '-o', join(root, 'preload.so'), 'preload/whereabouts.c'],
    { cwd: sources },
  )
  for (const name of ['node', 'probe', 'preload.so']) chmodSync(join(root, name), 0o755)
}
