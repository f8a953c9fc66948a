/** Nothing is bundled with this program that would have to be verified. */
export function createHash(): never {
  throw new Error('the helper verifies no digest')
}
