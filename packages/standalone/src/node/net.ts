/** Proxies in the process of the caller are for callers on Node. The helper has none, and names these to compare with. */

export function Server(): never {
  throw new Error('the helper has no server')
}

export function createServer(): never {
  throw new Error('the helper has no server')
}
