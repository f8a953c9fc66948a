import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Text by relative path. */
export type Files = Readonly<Record<string, string>>

/** A gzipped tar archive of `files`. `directory` is empty and may be written. */
export function makeTarball(directory: string, files: Files): Buffer {
  const names = writeFiles(directory, files)
  execFileSync('tar', ['-czf', 'archive', ...names], { cwd: directory })
  return readFileSync(`${directory}/archive`)
}

/** The same as a ZIP archive, made by Python. */
export function makeZip(directory: string, files: Files): Buffer {
  const names = writeFiles(directory, files)
  const script =
    'import sys, zipfile\nwith zipfile.ZipFile("archive", "w") as z:\n for n in sys.argv[1:]: z.write(n)'
  execFileSync('/usr/bin/python3', ['-c', script, ...names], { cwd: directory })
  return readFileSync(`${directory}/archive`)
}

function writeFiles(directory: string, files: Files): readonly string[] {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(`${directory}/${name}`), { recursive: true })
    writeFileSync(`${directory}/${name}`, text)
  }
  return Object.keys(files)
}
