/** What the value of an option must be. */
export interface OptionRule {
  readonly isValid: (value: unknown) => boolean
  /** Completes "must be". */
  readonly expected: string
}

export type OptionRules<Options> = Readonly<Record<keyof Options, OptionRule>>

export const STRING: OptionRule = { isValid: (value) => typeof value === 'string', expected: 'a string' }

export const BOOLEAN: OptionRule = {
  isValid: (value) => typeof value === 'boolean',
  expected: 'true or false',
}

export const OBJECT: OptionRule = { isValid: isObject, expected: 'an object' }

export const PATHS: OptionRule = {
  isValid: (value) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && one.startsWith('/')),
  expected: 'an array of absolute paths',
}

/** Longer than Node's timers last, it would be 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const MILLISECONDS: OptionRule = {
  isValid: (value) => typeof value === 'number' && value >= 0 && value <= LONGEST_TIMER_MS,
  expected: `a number of milliseconds from 0 to ${LONGEST_TIMER_MS}`,
}

/** For what is sent to the native program, which counts whole ones and takes none as no answer. */
export const WHOLE_MILLISECONDS: OptionRule = {
  isValid: (value) => MILLISECONDS.isValid(value) && Number.isInteger(value) && value !== 0,
  expected: `a whole number of milliseconds from 1 to ${LONGEST_TIMER_MS}`,
}

export const FUNCTION: OptionRule = {
  isValid: (value) => typeof value === 'function',
  expected: 'a function',
}

/** What Node checks itself. */
export const ANYTHING: OptionRule = { isValid: () => true, expected: 'anything' }

export function oneOf(...values: readonly string[]): OptionRule {
  return {
    isValid: (value) => values.some((one) => one === value),
    expected: values.map((value) => `'${value}'`).join(' or '),
  }
}

/** @throws {TypeError} for an option that does not exist or means nothing: a typo in a sandbox must not be ignored. */
export function checkOptions<Options extends object>(options: Options, rules: OptionRules<Options>): void {
  if (!isObject(options)) throw new TypeError(`options must be an object, not ${printed(options)}`)
  const known = rules as Readonly<Record<string, OptionRule>>
  const unknown = Object.keys(options).filter((key) => !Object.hasOwn(known, key))
  if (unknown.length > 0) {
    throw new TypeError(`unknown option ${unknown.join(', ')}; known are ${Object.keys(known).join(', ')}`)
  }
  for (const [key, value] of Object.entries(options)) {
    const rule = known[key]
    if (value === undefined || rule === undefined || rule.isValid(value)) continue
    throw new TypeError(`option ${key} must be ${rule.expected}, not ${printed(value)}`)
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Short, and for a value of any kind. */
function printed(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value)
}
