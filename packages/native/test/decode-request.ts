/** The request format read back, written apart from the encoder so that the two check each other. */
export interface DecodedRequest {
  readonly magic: string
  readonly version: number
  readonly kind: number
  readonly size: number
  readonly fields: readonly { tag: number; bytes: Buffer }[]
}

export function decodeRequest(request: Uint8Array): DecodedRequest {
  const bytes = Buffer.from(request)
  const fields: { tag: number; bytes: Buffer }[] = []
  let at = 16
  while (at < bytes.length) {
    const length = bytes.readUInt32LE(at + 4)
    fields.push({ tag: bytes.readUInt32LE(at), bytes: bytes.subarray(at + 8, at + 8 + length) })
    const end = at + 8 + length
    at = end + ((8 - (end % 8)) % 8)
    if (bytes.subarray(end, at).some((byte) => byte !== 0)) throw new Error('padding is not zero')
  }
  return {
    magic: bytes.toString('latin1', 0, 4),
    version: bytes.readUInt32LE(4),
    kind: bytes.readUInt32LE(8),
    size: bytes.readUInt32LE(12),
    fields,
  }
}

/** All strings of one tag, without their NUL. */
export function stringsOf({ fields }: DecodedRequest, tag: number): string[] {
  return fields
    .filter((field) => field.tag === tag)
    .map(({ bytes }) => bytes.toString('utf8', 0, bytes.length - 1))
}
