import { isInside, printable, type AbsolutePath } from '@linux-sandbox/policy'
import type { ShownPlace } from './places.js'
import { coloured, type Style } from './style.js'

interface Node {
  readonly place: ShownPlace
  readonly children: Node[]
}

interface Lines {
  readonly branch: string
  readonly last: string
  readonly through: string
}

const UTF8: Lines = { branch: '├── ', last: '└── ', through: '│   ' }
const ASCII: Lines = { branch: '|-- ', last: '`-- ', through: '|   ' }
const GAP = '    '

/** A label so wide does not push the others to the right. */
const WIDEST_LABEL = 60

/** `places`, parents first, as a tree: name, access and rule on each line. */
export function treeLines(places: readonly ShownPlace[], style: Style): string[] {
  const drawing = style.isUtf8 ? UTF8 : ASCII
  const drawn = forestOf(places).flatMap((node) =>
    draw(node, { drawing, stem: '', prefix: '', above: undefined }),
  )
  const width = Math.max(
    0,
    ...drawn.map(({ label }) => label.length).filter((length) => length <= WIDEST_LABEL),
  )
  return drawn.map(
    ({ label, place }) =>
      `${label.padEnd(width)}  ${coloured(place.access.padEnd('write'.length), place.access, style)}  ${place.rule}`,
  )
}

/** Each place below the deepest one that it lies in. */
function forestOf(places: readonly ShownPlace[]): Node[] {
  const roots: Node[] = []
  const open: Node[] = []
  for (const place of places) {
    while (open.length > 0 && !isInside(place.path, topOf(open).place.path)) open.pop()
    const node: Node = { place, children: [] }
    const siblings = open.length === 0 ? roots : topOf(open).children
    siblings.push(node)
    open.push(node)
  }
  return roots
}

function topOf(open: readonly Node[]): Node {
  const top = open.at(-1)
  if (top === undefined) throw new TypeError('nothing is open')
  return top
}

interface Drawing {
  readonly drawing: Lines
  /** What stands before the name. */
  readonly prefix: string
  /** What stands before the names below it. */
  readonly stem: string
  readonly above: AbsolutePath | undefined
}

interface DrawnLine {
  readonly label: string
  readonly place: ShownPlace
}

function draw({ place, children }: Node, { drawing, prefix, stem, above }: Drawing): DrawnLine[] {
  const below = children.flatMap((child, index) => {
    const isLast = index === children.length - 1
    return draw(child, {
      drawing,
      prefix: stem + (isLast ? drawing.last : drawing.branch),
      stem: stem + (isLast ? GAP : drawing.through),
      above: place.path,
    })
  })
  return [{ label: prefix + nameIn(place.path, above), place }, ...below]
}

function nameIn(path: AbsolutePath, above: AbsolutePath | undefined): string {
  if (above === undefined) return printable(path)
  return printable(path.slice(above === '/' ? 1 : above.length + 1))
}
