import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { compile } from './compile.mjs'

/** No command has such a word. */
const SEPARATOR = '\u001e'
/** Of what the timer prints: a line for each round. */
const OUTPUT_SIZE_MAX = 64 * 1024 * 1024

let program

/**
 * Runs the commands of `scenarios` in rotation, by a small program, so that what Node needs to start one does not count.
 *
 * @returns {Promise<{ times: Map<string, number[]>, peaks: Map<string, number[]> }>} milliseconds, and KiB of the largest process, of each round
 * @throws {Error} when a command does not end with status 0
 */
export async function rotate(scenarios, { runs, warmUps }) {
  const available = scenarios.filter(({ command }) => command !== undefined)
  const [times, peaks] = [new Map(), new Map()]
  if (available.length === 0) return { times, peaks }
  const words = available.flatMap(({ command }) => [SEPARATOR, ...command])
  const lines = (await runTimer(['rotate', runs, warmUps, ...words])).trim().split('\n')
  const rounds = lines.map((line) => line.split(' ').map(Number))
  for (const [index, { name }] of available.entries()) {
    times.set(
      name,
      rounds.map((numbers) => numbers[index * 2] / 1000),
    )
    peaks.set(
      name,
      rounds.map((numbers) => numbers[index * 2 + 1]),
    )
  }
  return { times, peaks }
}

/** How often `command` ends each second when `workers` run it again and again. */
export async function rateOf(command, { workers, ms }) {
  return Number(await runTimer(['parallel', workers, ms, SEPARATOR, ...command]))
}

async function runTimer([mode, first, second, ...words]) {
  program ??= compile('timer')
  // Node 20 reads an extra certificate file at every start: 45 ms that have nothing to do with a sandbox.
  const { NODE_EXTRA_CA_CERTS: _certificates, ...env } = process.env
  const args = [mode, String(first), String(second), ...words]
  const { stdout } = await promisify(execFile)(program, args, { env, maxBuffer: OUTPUT_SIZE_MAX })
  return stdout
}
