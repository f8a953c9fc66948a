import type * as fileSystem from 'node:fs'

/** How each act ended: `done`, or the code of the error. */
export interface PathActs {
  readonly read: string
  readonly write: string
}

/**
 * Really reads and writes each path: lists a directory or makes a file in it, reads the first byte of a file or opens it for
 * writing, makes what is not there. Leaves everything as it was. Runs in a process of its own, by its text, so it sees nothing but
 * its arguments.
 */
function tryPaths(fs: typeof fileSystem, paths: readonly string[]): PathActs[] {
  const ended = (act: () => void): string => {
    try {
      act()
      return 'done'
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error)
    }
  }
  const kindOf = (path: string): 'nothing' | 'directory' | 'other' => {
    const about = fs.statSync(path, { throwIfNoEntry: false })
    if (about === undefined) return 'nothing'
    return about.isDirectory() ? 'directory' : 'other'
  }
  const withDirectory = (path: string, act: () => void): void => {
    const directory = path.replace(/\/[^/]*$/, '')
    if (directory === '' || kindOf(directory) !== 'nothing') return act()
    withDirectory(directory, () => {
      fs.mkdirSync(directory)
      try {
        act()
      } finally {
        fs.rmdirSync(directory)
      }
    })
  }
  const make = (path: string): void => {
    fs.closeSync(fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_CREAT))
    // A link that led to nothing was written through.
    fs.rmSync(fs.realpathSync(path))
  }
  const read = (path: string): void => {
    if (kindOf(path) === 'directory') {
      fs.readdirSync(path)
      return
    }
    const descriptor = fs.openSync(path, fs.constants.O_RDONLY)
    fs.readSync(descriptor, Buffer.alloc(1))
    fs.closeSync(descriptor)
  }
  const write = (path: string): void => {
    const kind = kindOf(path)
    if (kind === 'nothing') withDirectory(path, () => make(path))
    else if (kind === 'directory') make(`${path}/made-${Math.random()}`)
    else fs.closeSync(fs.openSync(path, fs.constants.O_WRONLY))
  }
  return paths.map((path) => ({ read: ended(() => read(path)), write: ended(() => write(path)) }))
}

/** Arguments for node: it prints what it could do with `paths` as JSON. */
export function actsProgram(paths: readonly string[]): string[] {
  const program = `
    const acts = (${tryPaths.toString()})(require('node:fs'), process.argv.slice(1))
    process.stdout.write(JSON.stringify(acts))`
  return ['-e', program, '--', ...paths]
}

/** What was foretold about a path. */
export interface Foretold {
  readonly path: string
  readonly read: boolean
  readonly write: boolean
  /** Whether something is there to be read. */
  readonly exists: boolean
}

/** Where what was foretold is not what happened. */
export function disagreements(foretold: readonly Foretold[], happened: readonly PathActs[]): unknown[] {
  return foretold.flatMap((told, index) => {
    const real = happened[index]
    const couldRead = real?.read === 'done' || (!told.exists && real?.read === 'ENOENT' && told.read)
    return told.read === couldRead && told.write === (real?.write === 'done') ? [] : [{ told, real }]
  })
}
