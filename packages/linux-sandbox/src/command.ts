import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

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
