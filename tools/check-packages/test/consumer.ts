import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT, type PublicPackage } from './public-packages.ts'

const run = promisify(execFile)

const PATH = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter)

/** A project of its own, outside the clone, that has installed the packed packages as anybody would. */
export interface Consumer {
  readonly directory: string
  /** What the program wrote to stdout. @throws when it fails, with its output in the message */
  run(command: string, args: readonly string[]): Promise<string>
  remove(): void
}

export async function createConsumer(packages: readonly PublicPackage[]): Promise<Consumer> {
  const directory = mkdtempSync(join(tmpdir(), 'check-packages-'))
  const consumer: Consumer = {
    directory,
    run: (command, args) => runIn(directory, command, args),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
  try {
    const tarballs = await Promise.all(
      packages.map(({ folder, name }) => pack(folder, join(directory, 'tarballs', name))),
    )
    const dependencies = Object.fromEntries(
      packages.flatMap(({ name, isOfOneProcessor }, index) =>
        isOfOneProcessor ? [] : [[name, `file:${tarballs[index]}`]],
      ),
    )
    const overrides = Object.fromEntries(packages.map(({ name }, index) => [name, `file:${tarballs[index]}`]))
    writeFiles(directory, {
      // Overrides: what one package needs of another is the packed one as well, and not a published one.
      'package.json': JSON.stringify({
        private: true,
        type: 'module',
        dependencies,
        overrides,
      }),
      ...programs(packages.flatMap(({ specifiers }) => specifiers)),
    })
    await consumer.run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock'])
    return consumer
  } catch (error) {
    consumer.remove()
    throw error
  }
}

/** The tarball, alone in `destination`. */
async function pack(folder: string, destination: string): Promise<string> {
  mkdirSync(destination, { recursive: true })
  await runIn(folder, 'pnpm', ['pack', '--pack-destination', destination])
  const [tarball, ...others] = readdirSync(destination)
  if (tarball === undefined || others.length > 0) throw new Error(`${destination} does not hold one tarball`)
  return join(destination, tarball)
}

/** Programs that print the exported names by specifier, and ones that use all types in both module systems. */
function programs(specifiers: readonly string[]): Record<string, string> {
  return {
    'import.mjs': printNames(specifiers, 'await import(s)'),
    'require.cjs': printNames(specifiers, 'require(s)'),
    'types.mts': specifiers.map((s, i) => `import * as m${i} from '${s}'\nvoid m${i}\n`).join(''),
    'types.cts': specifiers.map((s, i) => `import m${i} = require('${s}')\nvoid m${i}\n`).join(''),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        module: 'NodeNext',
        target: 'ES2022',
        lib: ['ES2023'],
        strict: true,
        noEmit: true,
        // The declarations themselves are what is checked here.
        skipLibCheck: false,
        types: ['node'],
        typeRoots: [join(ROOT, 'node_modules/@types')],
      },
      files: ['types.mts', 'types.cts'],
    }),
  }
}

function printNames(specifiers: readonly string[], load: string): string {
  return `const names = {}
for (const s of ${JSON.stringify(specifiers)}) names[s] = Object.keys(${load}).toSorted()
console.log(JSON.stringify(names))
`
}

function writeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
}

async function runIn(cwd: string, command: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(command, args, { cwd, env: { ...process.env, PATH } })).stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}
