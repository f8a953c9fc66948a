import { basename } from 'node:path'

/** One program of several in a file: `argv` is what follows its name. */
export type Program = (argv: readonly string[]) => void | Promise<void>

/** How a process was started, in the words of `node:process`. */
export interface Invocation {
  /** `argv[0]` as the caller gave it. */
  readonly argv0: string
  /** `process.argv`: the arguments begin at 2. */
  readonly argv: readonly string[]
}

/**
 * Runs the program of `programs` under whose name this process was started, and tells whether there was one. To be called before
 * anything else looks at the arguments.
 *
 * The name is the base name of `argv[0]`, for compiled programs and `exec -a`, or else of the script: a script started through a
 * symbolic link has the name of the link, a `#!` line or not.
 *
 * @see execve(2), Interpreter scripts
 */
export async function dispatch(
  programs: Readonly<Record<string, Program>>,
  { argv0, argv }: Invocation = process,
): Promise<boolean> {
  const [, script = '', ...args] = argv
  const name = [argv0, script].map((path) => basename(path)).find((base) => Object.hasOwn(programs, base))
  const program = name === undefined ? undefined : programs[name]
  if (program === undefined) return false
  await program(args)
  return true
}
