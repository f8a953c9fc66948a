import { host } from './host.js'
import { Buffer } from './node/buffer.js'
import { process } from './node/process.js'
import { URL } from './node/url.js'

class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer> {
    return host.encode(text)
  }
}

/** Nothing that the helper does has a time limit of this process: `supervise` has them. */
function clearTimeout(): void {}

/** Nobody is told how long the command took, and a start that has looked at a clock is like no other. */
const performance = { now: (): number => 0 }

Object.assign(globalThis, { Buffer, process, TextEncoder, URL, clearTimeout, performance })
