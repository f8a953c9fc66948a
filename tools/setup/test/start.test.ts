import { expect, test } from 'vitest'
import { sandboxArguments } from '../start.mjs'

test.each([
  { args: [], words: ['--help'], why: 'there is nothing to run' },
  { args: ['ls', '-l'], words: ['run', '--', 'ls', '-l'], why: 'options after a command are its own' },
  { args: ['run'], words: ['run', '--', 'run'], why: 'a command may have the name of ours' },
  { args: ['sh', '-c', 'a; b $?'], words: ['run', '--', 'sh', '-c', 'a; b $?'], why: 'a word stays a word' },
  { args: ['-P', ':x', 'ls'], words: ['run', '-P', ':x', 'ls'], why: 'options before a command are ours' },
  { args: ['--', '-odd'], words: ['run', '--', '-odd'], why: 'the caller has said where the command starts' },
])('npm start -- $args becomes linux-sandbox $words ($why)', ({ args, words }) => {
  expect(sandboxArguments(args)).toEqual(words)
})
