/** The arguments of a program, each option with its values on a line, as a shell takes them. */
export function argumentLines(words: readonly string[]): string[] {
  const [program = '', ...args] = words
  const end = args.indexOf('--')
  const options = end === -1 ? args : args.slice(0, end)
  const command = end === -1 ? [] : args.slice(end)
  const groups: string[][] = [[program]]
  for (const word of options) {
    const group = groups.at(-1)
    // The mode is about the mount that follows.
    if (word.startsWith('--') && group?.at(-2) !== '--perms') groups.push([word])
    else group?.push(word)
  }
  if (command.length > 0) groups.push(command)
  const lines = groups.map((group) => group.map(quoted).join(' '))
  return lines.map(
    (line, index) => `${index === 0 ? '' : '  '}${line}${index === lines.length - 1 ? '' : ' \\'}`,
  )
}

/** @see sh(1), Quoting */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
