import { lookup } from 'node:dns/promises'
import { parseAddress, type Address } from './address.js'
import type { Host } from './host.js'

/** Gives the addresses of a name, in the order in which they are to be tried. Rejects where it has none. */
export type Resolve = (name: string) => Promise<readonly string[]>

/** More are not tried. */
const ADDRESSES_MAX = 8

/** What the system's resolver says. */
export async function resolveBySystem(name: string): Promise<readonly string[]> {
  const answers = await lookup(name, { all: true, verbatim: true })
  return answers.map(({ address }) => address)
}

/**
 * The addresses of `host`, at most eight; what is no address, or has an IPv6 zone, is left out.
 *
 * @throws whatever `resolve` rejects with, and an error after `timeoutMs`.
 */
export async function addressesOf(
  host: Host,
  { resolve, timeoutMs }: { readonly resolve: Resolve; readonly timeoutMs: number },
): Promise<readonly Address[]> {
  if (host.kind === 'address') return [host.address]
  const texts = await withTimeout(resolve(host.text), timeoutMs)
  return texts.flatMap((text) => parseAddress(text) ?? []).slice(0, ADDRESSES_MAX)
}

async function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), timeoutMs)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}
