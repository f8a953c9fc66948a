import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { blocksIn, ROOT } from '../src/blocks.ts'

/** Inside this package, so that its dependencies are found: it has every public package. */
const EXAMPLES = join(import.meta.dirname, '../node_modules/.examples')

const programs = blocksIn('ts').map((block, index) => ({
  ...block,
  file: join(EXAMPLES, `example-${index}.mts`),
}))

beforeAll(() => {
  mkdirSync(EXAMPLES, { recursive: true })
  for (const { file, code } of programs) {
    const javaScript = ts.transpile(code, { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 })
    writeFileSync(file, code)
    writeFileSync(file.replace('.mts', '.mjs'), javaScript)
  }
})
afterAll(() => rmSync(EXAMPLES, { recursive: true, force: true }))

test('there are examples', () => {
  expect(programs.length).toBeGreaterThan(4)
})

test.each(programs)('the example at $place runs', ({ file }) => {
  const { status, stderr } = spawnSync(process.execPath, [file.replace('.mts', '.mjs')], {
    cwd: workspace(),
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test('the types of every example are right', () => {
  const program = ts.createProgram(
    programs.map(({ file }) => file),
    {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
  )
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const place = programs.find((one) => one.file === file?.fileName)?.place ?? file?.fileName
    return `${place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
  expect(problems).toEqual([])
})

/** Those of the root are the two commands of the set-up, which have run when this runs. */
const scripts = blocksIn('sh').filter(({ place }) => place.includes('/'))

test.each(scripts)('the commands at $place run', ({ code }) => {
  const home = workspace()
  const bins = join(ROOT, 'node_modules/.bin')
  const { status, stderr } = spawnSync('sh', ['-ec', code], {
    cwd: join(home, 'project'),
    encoding: 'utf8',
    env: { HOME: home, PATH: `${bins}${delimiter}${process.env['PATH']}`, TMPDIR: home },
  })
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
})

/** A home with a `project` that has what the commands of the documents need. */
function workspace(): string {
  const home = mkdtempSync(join(tmpdir(), 'doc-tests-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const project = join(home, 'project')
  mkdirSync(project)
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'project', scripts: { test: 'node --version' } }),
  )
  writeFileSync(join(project, 'Makefile'), 'all test:\n\t@echo made\n')
  const git = ['-c', 'user.name=nobody', '-c', 'user.email=nobody@invalid', '-C', project]
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-qm', 'first'],
  ])
    spawnSync('git', [...git, ...args])
  return home
}
