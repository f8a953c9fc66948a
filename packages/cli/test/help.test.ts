import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { commandHelp, overview } from '../src/help.ts'
import { parseLine } from '../src/parse.ts'
import { optionForms } from '../src/table/command-table.ts'
import { COMMANDS } from '../src/table/commands.ts'

test('the overview names every command, and every line fits', () => {
  const text = overview()
  for (const { name, summary } of COMMANDS) expect(text).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'))
  expect(text.split('\n').filter((line) => line.length > 110)).toEqual([])
})

test.each(COMMANDS)('the help of $name has all of its options, examples and statuses', (command) => {
  const text = commandHelp(command)
  const flat = text.replaceAll(/\s+/g, ' ')
  expect(text).toMatch(/^Usage: linux-sandbox /)
  for (const option of command.options) {
    expect(flat).toContain(` ${optionForms(option)} ${option.description}`)
  }
  for (const { line, does } of command.examples) expect(flat).toContain(` ${line} # ${does}`)
  for (const { status, meaning } of command.statuses) expect(flat).toContain(` ${status} ${meaning}`)
  expect(text.split('\n').filter((line) => line.length > 110)).toEqual([])
})

test.each(COMMANDS.flatMap((command) => command.examples.map(({ line }) => ({ command, line }))))(
  'the options in $line are known',
  ({ command, line }) => {
    const { stdout } = spawnSync(
      'sh',
      ['-c', `set -- ${line.replace(/ (?:\d?>|\|\|).*$/, '')}; printf '%s\\0' "$@"`],
      {
        encoding: 'utf8',
      },
    )
    const [program, ...words] = stdout.split('\0').slice(0, -1)
    expect(program).toBe('linux-sandbox')
    const argv = words[0] === command.name ? words.slice(1) : words
    expect(words[0] === command.name || command.name === 'run').toBe(true)
    expect(parseLine(command, argv).operands).not.toContain('-P')
  },
)

test('no name or short form is there twice', () => {
  for (const { options } of COMMANDS) {
    const forms = options.flatMap(({ name, short }) => (short === undefined ? [name] : [name, short]))
    expect(forms).toEqual([...new Set(forms)])
  }
})
