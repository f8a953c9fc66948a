/** In place of what the facade has for proxies in the process of the caller: the helper has none. */
export function openPrivateSocket(): never {
  throw new Error('the helper takes no connections')
}
