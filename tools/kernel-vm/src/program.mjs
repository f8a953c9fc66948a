import { spawnSync } from 'node:child_process'

/**
 * What a program wrote to its standard output.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, input?: string | Buffer, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Buffer}
 * @throws {Error} with what it wrote, when it did not succeed
 */
export function run(program, args, options = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    ...options,
    maxBuffer: 2 ** 30,
  })
  if (error !== undefined) throw new Error(`${program} could not be started: ${error.message}`)
  if (status === 0) return stdout
  const lines = `${stdout.subarray(-4000)}${stderr.subarray(-4000)}`.trim()
  throw new Error(`${program} … ${args.slice(-3).join(' ')} ended with ${status ?? signal}:\n${lines}`)
}
