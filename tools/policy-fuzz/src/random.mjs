/**
 * Random choices that a seed repeats.
 *
 * @typedef {object} Random
 * @property {(limit: number) => number} below - a whole number from 0, less than `limit`
 * @property {(probability: number) => boolean} chance
 * @property {<Item>(items: readonly Item[]) => Item} pick - one of `items`, which must not be empty
 * @property {<Item>(choices: readonly (readonly [weight: number, item: Item])[]) => Item} weighted
 */

/**
 * The choices for the case number `index` of a run with `seed`: a case does not depend on those before it.
 *
 * @param {number} seed
 * @param {number} index
 * @returns {Random}
 */
export function randomFor(seed, index) {
  const next = mulberry32(mix(seed ^ mix(index + 1)))
  const below = (/** @type {number} */ limit) => Math.floor(next() * limit)
  /** @type {Random['pick']} */
  const pick = (items) => {
    if (items.length === 0) throw new TypeError('there is nothing to pick from')
    return /** @type {(typeof items)[number]} */ (items[below(items.length)])
  }
  return {
    below,
    chance: (probability) => next() < probability,
    pick,
    weighted(choices) {
      let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, item] of choices) {
        left -= weight
        if (left < 0) return item
      }
      return pick(choices)[1]
    },
  }
}

/** @returns {number} a seed that no earlier run had */
export function freshSeed() {
  return Math.floor(Math.random() * 2 ** 31)
}

/**
 * Spreads neighbouring numbers.
 *
 * @param {number} value
 */
function mix(value) {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b)
  return mixed ^ (mixed >>> 16)
}

/**
 * A generator with 32 bits of state: enough to vary cases, and small.
 *
 * @param {number} state
 * @returns {() => number} from 0, less than 1
 */
function mulberry32(state) {
  let at = state
  return () => {
    at = (at + 0x6d2b79f5) | 0
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
