import { expect, test } from 'vitest'
import { parseGitConfig } from '../../src/git/config-file.ts'

test.each([
  { why: 'a plain line', text: '[core]\n\tHooksPath = a', expected: ['core..hookspath=a'] },
  { why: 'a line behind its header', text: '[Core] x = y', expected: ['core..x=y'] },
  { why: 'a subsection, its case kept', text: '[a "B\\"c"]\nx=y', expected: ['a.B"c.x=y'] },
  {
    why: 'a comment, and none in quotes',
    text: '[a]\nx = b # c\ny = "b # c" ; d',
    expected: ['a..x=b', 'a..y=b # c'],
  },
  {
    why: 'blanks kept only in quotes and between words',
    text: '[a]\nx =  b  c  \ny = "b "',
    expected: ['a..x=b  c', 'a..y=b '],
  },
  { why: 'a line that goes on', text: '[a]\nx = b\\\nc', expected: ['a..x=bc'] },
  { why: 'escapes', text: '[a]\nx = b\\\\c\\td', expected: ['a..x=b\\c\td'] },
  { why: 'a name without a value is left out', text: '[a]\nx\ny = 1', expected: ['a..y=1'] },
  { why: 'line ends of other systems', text: '[a]\r\nx = b\r\n', expected: ['a..x=b'] },
  { why: 'what means nothing is passed over', text: '][\n[a]\n=b\nx = 1', expected: ['a..x=1'] },
])('a configuration of git: $why', ({ text, expected }) => {
  expect(
    parseGitConfig(text).map(
      ({ section, subsection, name, value }) => `${section}.${subsection}.${name}=${value}`,
    ),
  ).toEqual(expected)
})
