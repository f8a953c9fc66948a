/**
 * A host as URLs of the web have it, or `undefined` for one that is none. Of names it takes ASCII only, and looks into none that is in
 * Punycode.
 *
 * @see https://url.spec.whatwg.org/#host-parsing
 */
export function parseHost(host: string): string | undefined {
  const inBrackets = /^\[(.*)\]$/.exec(host)?.[1]
  if (inBrackets !== undefined) {
    const pieces = parseIpv6(inBrackets)
    return pieces && `[${printIpv6(pieces)}]`
  }
  if (!/^[\w.-]+$/.test(host)) return undefined
  const name = host.toLowerCase()
  return endsInNumber(name) ? parseIpv4(name) : name
}

function endsInNumber(name: string): boolean {
  const last = withoutLastEmpty(name.split('.')).at(-1) ?? ''
  return /^(\d+|0x[\da-f]*)$/.test(last)
}

/** A name can end with a dot. */
function withoutLastEmpty(parts: readonly string[]): readonly string[] {
  return parts.length > 1 && parts.at(-1) === '' ? parts.slice(0, -1) : parts
}

const IPV4_PARTS = 4

function parseIpv4(text: string): string | undefined {
  const numbers = withoutLastEmpty(text.split('.')).map(parseNumber)
  const last = numbers.pop()
  if (last === undefined || numbers.length >= IPV4_PARTS) return undefined
  if (last >= 256 ** (IPV4_PARTS - numbers.length)) return undefined
  let address = last
  for (const [index, number] of numbers.entries()) {
    if (number === undefined || number > 255) return undefined
    address += number * 256 ** (IPV4_PARTS - 1 - index)
  }
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.')
}

/** Decimal, octal with a `0` before it, hexadecimal with a `0x`. */
function parseNumber(text: string): number | undefined {
  if (/^0x[\da-f]*$/.test(text)) return text === '0x' ? 0 : Number(text)
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  return /^(0|[1-9]\d*)$/.test(text) ? Number(text) : undefined
}

const IPV6_PIECES = 8

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [before, after] = halves.map(parsePieces)
  if (before === undefined) return undefined
  if (halves.length === 1) return before.length === IPV6_PIECES ? before : undefined
  if (after === undefined) return undefined
  // An address with dots is the end of all.
  if (halves[0]?.includes('.') === true) return undefined
  const missing = IPV6_PIECES - before.length - after.length
  if (missing < 1) return undefined
  return [...before, ...Array<number>(missing).fill(0), ...after]
}

/** The numbers between colons; the last can be an IPv4 address, which is two. */
function parsePieces(text: string): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const pieces: number[] = []
  for (const [index, part] of parts.entries()) {
    if (/^[\da-f]{1,4}$/i.test(part)) pieces.push(Number.parseInt(part, 16))
    else if (index === parts.length - 1 && /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(part)) {
      const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number)
      if ([a, b, c, d].some((number) => number > 255)) return undefined
      pieces.push(a * 256 + b, c * 256 + d)
    } else return undefined
  }
  return pieces
}

/** The longest row of zeros, if it is more than one, is `::`. */
function printIpv6(pieces: readonly number[]): string {
  const text = pieces.map((piece) => piece.toString(16)).join(':')
  const rows = text.match(/\b0(:0)+\b/g) ?? []
  const longest = rows.reduce((best, row) => (row.length > best.length ? row : best), '')
  if (longest === '') return text
  const at = text.search(new RegExp(`(^|:)${longest}(:|$)`))
  const [before, after] = [text.slice(0, at), text.slice(at).replace(/^:/, '').slice(longest.length)]
  return `${before}::${after.replace(/^:/, '')}`
}
