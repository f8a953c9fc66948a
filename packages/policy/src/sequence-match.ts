/** In a pattern: any number of items, none included. */
export const ANY_RUN = 'any-run'

/**
 * Whether `pattern` matches all of `items`. Each of its elements stands for one item, `ANY_RUN` for any number.
 *
 * Takes at most `items` × `pattern` steps: only the latest run is ever lengthened, so no name that a sandboxed
 * command makes up can keep the matcher busy, as it could a regular expression.
 */
export function matchesSequence<Element, Item>(
  pattern: readonly (Element | typeof ANY_RUN)[],
  items: readonly Item[],
  matchesOne: (element: Element, item: Item) => boolean,
): boolean {
  let at = 0
  let item = 0
  let latestRun = -1
  let runEnd = 0
  while (item < items.length) {
    const element = pattern[at]
    if (element === ANY_RUN) {
      latestRun = at++
      runEnd = item
    } else if (at < pattern.length && matchesOne(element as Element, items[item] as Item)) {
      at++
      item++
    } else if (latestRun >= 0) {
      at = latestRun + 1
      item = ++runEnd
    } else {
      return false
    }
  }
  return pattern.slice(at).every((element) => element === ANY_RUN)
}
