export const IPV4_SIZE = 4
const IPV6_GROUPS = 8

/** The 4 or 16 bytes of an address: four decimal numbers, or IPv6 in hexadecimal numbers only, without a zone. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  const isRight = parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 0xff)
  return isRight && parts.length === IPV4_SIZE ? Uint8Array.from(parts, Number) : undefined
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')))
  const [start = [], end = []] = halves
  const zeros = IPV6_GROUPS - start.length - end.length
  if (halves.length > 2 || (halves.length === 2 ? zeros < 1 : zeros !== 0)) return undefined
  const groups = [...start, ...Array.from({ length: zeros }, () => '0'), ...end]
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined
  return Uint8Array.from(
    groups.map((group) => parseInt(group, 16)).flatMap((group) => [group >> 8, group & 0xff]),
  )
}
