import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createConsumer, type Consumer } from './consumer.ts'
import { publicPackages } from './public-packages.ts'

const all = publicPackages()
/** Those that this machine can pack: npm leaves out an optional one that is not to be had. */
const packages = all.filter(({ isMissing }) => !isMissing)
/** Those that npm installs here. */
const installed = packages.filter(
  ({ name, isOfOneProcessor }) => !isOfOneProcessor || name.endsWith(process.arch),
)
const specifiers = packages.flatMap((one) => one.specifiers)
const commands = installed.flatMap((one) => one.commands)
const hasProgram = installed.some(({ isOfOneProcessor }) => isOfOneProcessor)

let consumer: Consumer

beforeAll(async () => {
  consumer = await createConsumer(packages)
})

afterAll(() => {
  consumer?.remove()
})

describe('the packed packages, installed by npm in an empty project', () => {
  test('import and require of every entry give the same names, and some', async () => {
    const imported = JSON.parse(await consumer.run(process.execPath, ['import.mjs'])) as Record<
      string,
      string[]
    >
    const required: unknown = JSON.parse(await consumer.run(process.execPath, ['require.cjs']))
    expect(required).toEqual(imported)
    expect(Object.keys(imported)).toEqual(specifiers)
    expect(Object.entries(imported).filter(([, names]) => names.length === 0)).toEqual([])
  })

  test('TypeScript finds sound declarations for every entry, in ES modules and in CommonJS', async () => {
    await consumer.run('tsc', ['-p', '.'])
  })

  test.each(installed)('$name comes with its licence', ({ name }) => {
    expect(existsSync(join(consumer.directory, 'node_modules', name, 'LICENSE'))).toBe(true)
  })

  test('linux-sandbox comes with the directory of its bundled bwrap', () => {
    const directory = join(consumer.directory, 'node_modules/linux-sandbox/resources')
    expect(existsSync(join(directory, 'README.md'))).toBe(true)
  })

  test.runIf(hasProgram)('codex-linux-sandbox is the program itself, with no Node in between', () => {
    const program = realpathSync(join(consumer.directory, 'node_modules/.bin/codex-linux-sandbox'))
    expect(program).toBe(
      join(
        realpathSync(consumer.directory),
        `node_modules/@linux-sandbox/standalone-linux-${process.arch}/bin/codex-linux-sandbox`,
      ),
    )
    expect(readFileSync(program).subarray(0, 4).toString('latin1')).toBe('\x7fELF')
  })

  test.each(commands)('the command %s runs', async (command) => {
    expect(await consumer.run(join('node_modules/.bin', command), ['--help'])).not.toBe('')
  })
})
