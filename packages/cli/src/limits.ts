import { UsageError, type ResourceLimits } from 'linux-sandbox'
import { nearestName } from '@linux-sandbox/policy'
import { listed } from './text.js'

interface LimitSpec {
  readonly key: keyof ResourceLimits
  readonly unit: 'bytes' | 'count'
}

const LIMITS: Readonly<Record<string, LimitSpec>> = {
  processes: { key: 'processes', unit: 'count' },
  memory: { key: 'memoryBytes', unit: 'bytes' },
  'file-size': { key: 'fileSizeBytes', unit: 'bytes' },
  'open-files': { key: 'openFiles', unit: 'count' },
  'cpu-seconds': { key: 'cpuSeconds', unit: 'count' },
}

const BYTES: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }

/**
 * Resource limits from words like `memory=2G`. Of two for one resource the last counts.
 *
 * @throws {UsageError} for an unknown name, or a value that is not a whole number above 0.
 */
export function parseLimits(words: readonly string[], program: string): ResourceLimits {
  return Object.fromEntries(words.map((word) => parseLimit(word, program)))
}

function parseLimit(word: string, program: string): [keyof ResourceLimits, number] {
  const [name = '', ...rest] = word.split('=')
  const limit = Object.hasOwn(LIMITS, name) ? LIMITS[name] : undefined
  if (limit === undefined || rest.length === 0) {
    const names = Object.keys(LIMITS)
    throw new UsageError(
      `--limit takes NAME=VALUE, where NAME is ${listed(names)}, not ${JSON.stringify(word)}`,
      program,
      { nearest: limit === undefined ? nearestName(name, names) : undefined },
    )
  }
  const value = parseValue(rest.join('='), limit.unit)
  if (value === undefined) {
    const form = limit.unit === 'bytes' ? 'a whole number above 0, with K, M or G' : 'a whole number above 0'
    throw new UsageError(`--limit ${name} takes ${form}, not ${JSON.stringify(rest.join('='))}`, program)
  }
  return [limit.key, value]
}

function parseValue(text: string, unit: LimitSpec['unit']): number | undefined {
  const [, digits, suffix = ''] = (unit === 'bytes' ? /^(\d+)([KMG]?)$/ : /^(\d+)$/).exec(text) ?? []
  const value = Number(digits) * (BYTES[suffix] ?? 1)
  return Number.isSafeInteger(value) && value > 0 ? value : undefined
}
