import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const FILE = 'third-party-licenses.txt'

/** An esbuild plugin that puts the licenses of what was taken into a bundle beside it, as they ask for. */
export function thirdPartyLicenses() {
  return {
    name: 'third-party-licenses',
    setup(build) {
      build.initialOptions.metafile = true
      build.onEnd(({ metafile, errors }) => {
        if (errors.length > 0) return
        const texts = new Set(Object.keys(metafile.inputs).flatMap((input) => licenseOf(resolve(input))))
        if (texts.size === 0) return
        mkdirSync('dist', { recursive: true })
        writeFileSync(join('dist', FILE), [...texts].toSorted().join('\n'))
      })
    },
  }
}

/** Nothing for a file of this repository, but for a package that has taken others into itself. */
function licenseOf(file) {
  const [, root, name] = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(file) ?? []
  if (root === undefined) return textsBeside(file)
  if (name === 'tsup') return [] // the builder, which adds lines of its own
  const license = readdirSync(root).find((entry) => /^licen[cs]e/i.test(entry))
  if (license === undefined) throw new Error(`${name} has no license to put beside a bundle with it`)
  return [`${name}\n\n${readFileSync(join(root, license), 'utf8').trim()}\n`]
}

function textsBeside(file) {
  const beside = join(dirname(file), FILE)
  return existsSync(beside) ? [readFileSync(beside, 'utf8')] : []
}
