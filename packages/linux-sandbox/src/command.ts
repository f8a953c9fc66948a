import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** @throws {TypeError} for a command or arguments that are no strings. */
export function checkCommand(command: unknown, args: unknown): void {
  if (typeof command !== 'string') throw new TypeError(`command must be a string, not ${typeof command}`)
  if (!Array.isArray(args)) throw new TypeError('args must be an array; options come after it')
  const index = args.findIndex((word) => typeof word !== 'string')
  if (index >= 0) throw new TypeError(`args[${index}] must be a string, not ${typeof args[index]}`)
}

/** The words of a command, through a shell where one is asked for, as Node's `shell` option has it. */
export function commandWords(
  command: string,
  args: readonly string[],
  shell: boolean | string = false,
): string[] {
  if (shell === false) return [command, ...args]
  return [shell === true ? '/bin/sh' : shell, '-c', [command, ...args].join(' ')]
}

/** The variables that have a value. */
export function definedVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(defined)
}

/** The absolute path of a working directory as callers give it. */
export function directoryOf(cwd: string | URL = process.cwd()): string {
  return resolve(cwd instanceof URL ? fileURLToPath(cwd) : cwd)
}
