import { bundledBwrapPath } from './installation.js'

/**
 * What is one in this process for all copies of this installation, its ESM and its CJS files. Another version of this package, or the same at
 * another place, has one of its own: it says things in other words, and to another native program.
 */
export function shared<Value>(name: string, make: () => Value): Value {
  const key = Symbol.for(`@linux-sandbox/${name} of ${bundledBwrapPath()}`)
  const holder = globalThis as { [key: symbol]: Value | undefined }
  return (holder[key] ??= make())
}
