/** Of the platform. Core packages are compiled without the types of Node and of browsers. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> }

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
