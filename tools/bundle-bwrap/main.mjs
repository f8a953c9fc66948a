// node tools/bundle-bwrap/main.mjs [--deb FILE] [--output DIRECTORY]: see README.md.
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { BundleError, downloadPackage, temporaryDirectory, unpackedFile } from './debian-package.mjs'
import { writeBundle } from './write-bundle.mjs'

const DEFAULT_OUTPUT = resolve(import.meta.dirname, '../../packages/linux-sandbox/resources')
const USAGE = 'usage: npm run bundle:bwrap -- [--deb FILE] [--output DIRECTORY]'

/** @param {readonly string[]} args */
function main(args) {
  const { deb, output = DEFAULT_OUTPUT } = parseOptions(args)
  const scratch = temporaryDirectory()
  try {
    const file = deb ?? downloadPackage('bubblewrap', scratch)
    const tree = join(scratch, 'tree')
    const digest = writeBundle(output, {
      program: unpackedFile(file, tree, 'usr/bin/bwrap'),
      copyright: unpackedFile(file, tree, 'usr/share/doc/bubblewrap/copyright'),
    })
    console.log(`${join(output, 'bwrap')}: sha256 ${digest}`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** @param {readonly string[]} args */
function parseOptions(args) {
  try {
    return parseArgs({ args: [...args], options: { deb: { type: 'string' }, output: { type: 'string' } } })
      .values
  } catch (error) {
    throw new BundleError(`${error instanceof Error ? error.message : error}\n${USAGE}`)
  }
}

try {
  main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof BundleError)) throw error
  console.error(`bundle-bwrap: ${error.message}`)
  process.exitCode = 1
}
