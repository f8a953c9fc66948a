/** A configuration as plain data. */
export type Leaf = string | number | boolean | readonly string[]
export interface Tree {
  readonly [key: string]: Tree | Leaf
}

/** Numbers from 0 to `below`, excluded: which of several equal spellings is taken. */
export type Pick = (below: number) => number

/** Picks that follow from `seed` (a linear congruential generator with the constants of Numerical Recipes). */
export function picks(seed: number): Pick {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** `tree` as TOML, in one of its many spellings. */
export function writeToml(tree: Tree, pick: Pick): string {
  const sections: string[] = []
  const lines = tableLines(tree, { keys: [], sections, pick })
  return [...lines, ...shuffled(sections, pick)].map((line) => decorated(line, pick)).join('')
}

/** Each leaf of `tree` as an override `key=value`, in any order. */
export function writeOverrides(tree: Tree, pick: Pick): string[] {
  return shuffled(leaves(tree), pick).map(
    ({ keys, leaf }) => `${keys.map((key) => keyText(key, pick)).join('.')}=${valueText(leaf, pick)}`,
  )
}

export function isTree(value: Tree | Leaf): value is Tree {
  return typeof value === 'object' && !Array.isArray(value)
}

interface Writing {
  readonly keys: readonly string[]
  /** Of the tables that get a header; may stand in any order. */
  readonly sections: string[]
  readonly pick: Pick
}

function tableLines(tree: Tree, { keys, sections, pick }: Writing): string[] {
  return shuffled(Object.entries(tree), pick).flatMap(([key, value]) => {
    const name = keyText(key, pick)
    if (!isTree(value)) return [`${name} = ${valueText(value, pick)}`]
    const style = pick(3)
    if (style === 0) return [`${name} = ${inlineTable(value, pick)}`]
    if (style === 1 && leaves(value).length > 0 && !hasEmptyTable(value)) {
      return shuffled(leaves(value), pick).map(({ keys: inner, leaf }) => {
        const path = [name, ...inner.map((part) => keyText(part, pick))]
        return `${path.join(pick(2) === 0 ? '.' : ' . ')} = ${valueText(leaf, pick)}`
      })
    }
    const path = [...keys, key]
    const body = tableLines(value, { keys: path, sections, pick })
    const header = `[${path.map((part) => keyText(part, pick)).join('.')}]`
    sections.push([header, ...body].join(pick(2) === 0 ? '\n' : '\n\n'))
    return []
  })
}

function inlineTable(tree: Tree, pick: Pick): string {
  const pairs = shuffled(Object.entries(tree), pick).map(([key, value]) => {
    const text = isTree(value) ? inlineTable(value, pick) : valueText(value, pick)
    return `${keyText(key, pick)} = ${text}`
  })
  return `{${pairs.join(', ')}}`
}

function leaves(tree: Tree): { keys: string[]; leaf: Leaf }[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    if (!isTree(value)) return [{ keys: [key], leaf: value }]
    return leaves(value).map(({ keys, leaf }) => ({ keys: [key, ...keys], leaf }))
  })
}

function hasEmptyTable(tree: Tree): boolean {
  const inner = Object.values(tree).filter((value) => isTree(value))
  return Object.keys(tree).length === 0 || inner.some((value) => hasEmptyTable(value))
}

function keyText(key: string, pick: Pick): string {
  const isBare = /^[A-Za-z0-9_-]+$/.test(key)
  return isBare && pick(2) === 0 ? key : stringText(key, pick)
}

function valueText(leaf: Leaf, pick: Pick): string {
  if (typeof leaf === 'string') return stringText(leaf, pick)
  if (typeof leaf === 'number') return pick(2) === 0 ? String(leaf) : `0x${leaf.toString(16)}`
  if (typeof leaf === 'boolean') return String(leaf)
  const items = leaf.map((item) => stringText(item, pick))
  return pick(2) === 0 ? `[${items.join(', ')}]` : `[\n  ${items.join(' ,\n')} # last\n]`
}

function stringText(text: string, pick: Pick): string {
  const isLiteral = !/['\p{Cc}]/u.test(text)
  if (isLiteral && pick(2) === 0) return `'${text}'`
  const escaped = Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0
    const mustEscape = /["\\\p{Cc}]/u.test(character)
    return mustEscape || pick(4) === 0 ? String.raw`\U${code.toString(16).padStart(8, '0')}` : character
  })
  return `"${escaped.join('')}"`
}

function decorated(line: string, pick: Pick): string {
  return ['', '# [permissions.x]\n', ' \t', '\n'][pick(4)] + line + ['\n', ' # "why"\n', '\r\n'][pick(3)]
}

function shuffled<Item>(items: readonly Item[], pick: Pick): Item[] {
  const rest = [...items]
  return items.flatMap(() => rest.splice(pick(rest.length), 1))
}
