/** `parseArgs` of `node:util`, for options alone. @see https://nodejs.org/api/util.html#utilparseargsconfig */

interface Option {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
}

type Options = Readonly<Record<string, Option>>

interface OptionToken {
  readonly kind: 'option'
  readonly index: number
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
  /** Whether the value is a part of the same word. */
  readonly isInline: boolean
}

type Token = OptionToken | { readonly kind: 'option-terminator' | 'positional'; readonly index: number }

interface Config {
  readonly args: readonly string[]
  readonly options: Options
  readonly strict: boolean
}

type Value = string | boolean

interface Parsed {
  readonly values: Record<string, Value | Value[]>
  readonly tokens: readonly Token[]
}

/** @throws {TypeError} with the words of Node, where it is strict and something is wrong. */
export function parseArgs({ args, options, strict }: Config): Parsed {
  const tokens = tokenize(args, options)
  const values: Parsed['values'] = {}
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (strict) checkToken(token, option)
    const value = token.value ?? true
    const before = values[token.name]
    values[token.name] = option?.multiple === true ? [...(Array.isArray(before) ? before : []), value] : value
  }
  return { values, tokens }
}

function tokenize(args: readonly string[], options: Options): Token[] {
  const tokens: Token[] = []
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? ''
    const given = optionsIn(word, options)
    for (const { name, rawName, inline } of given) {
      // A dash among letters, as Node has it.
      if (rawName === '--') return [...tokens, ...terminated(args, index)]
      const takesNext =
        inline === undefined && Object.hasOwn(options, name) && options[name]?.type === 'string'
      const value = takesNext ? args[index + 1] : inline
      tokens.push({ kind: 'option', index, name, rawName, value, isInline: inline !== undefined })
      if (takesNext && value !== undefined) index++
    }
    if (given.length === 0) tokens.push({ kind: 'positional', index })
  }
  return tokens
}

/** Nothing after the end of the options is one. */
function terminated(args: readonly string[], index: number): Token[] {
  const rest = args.slice(index + 1).map((_, at): Token => ({ kind: 'positional', index: index + 1 + at }))
  return [{ kind: 'option-terminator', index }, ...rest]
}

function optionsIn(word: string, options: Options): Given[] {
  if (word.length < 2 || !word.startsWith('-')) return []
  return word.startsWith('--') ? [longOption(word)] : shortOptions(word.slice(1), options)
}

interface Given {
  readonly name: string
  readonly rawName: string
  readonly inline: string | undefined
}

/** `--name` or `--name=value`; a name has at least one character. */
function longOption(word: string): Given {
  const end = word.indexOf('=', 3)
  if (end < 0) return { name: word.slice(2), rawName: word, inline: undefined }
  return { name: word.slice(2, end), rawName: word.slice(0, end), inline: word.slice(end + 1) }
}

/** `-abc` is `-a -b -c`, up to one that takes a value, which is the rest. */
function shortOptions(letters: string, options: Options): Given[] {
  const given: Given[] = []
  for (let at = 0; at < letters.length; at++) {
    const letter = letters.charAt(at)
    const name = Object.keys(options).find((one) => options[one]?.short === letter) ?? letter
    const rest = letters.slice(at + 1)
    const takesRest = rest !== '' && options[name]?.type === 'string'
    given.push({ name, rawName: `-${letter}`, inline: takesRest ? rest : undefined })
    if (takesRest) break
  }
  return given
}

function checkToken({ name, rawName, value, isInline }: OptionToken, option: Option | undefined): void {
  if (option === undefined) throw new TypeError(`Unknown option '${rawName}'`)
  const spelling = `${option.short === undefined ? '' : `-${option.short}, `}--${name}`
  if (option.type === 'string' && value === undefined) {
    throw new TypeError(`Option '${spelling} <value>' argument missing`)
  }
  if (option.type === 'boolean' && value !== undefined) {
    throw new TypeError(`Option '${spelling}' does not take an argument`)
  }
  if (!isInline && value !== undefined && value.length > 1 && value.startsWith('-')) {
    throw new TypeError(`Option '${rawName}' argument is ambiguous.\n`)
  }
}
