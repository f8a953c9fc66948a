import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bashCompletion } from '../src/completions/bash.ts'
import { fishCompletion } from '../src/completions/fish.ts'
import { zshCompletion } from '../src/completions/zsh.ts'
import { COMMANDS } from '../src/table/commands.ts'

function has(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0
}

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'completion-test-'))
  mkdirSync(join(directory, 'src dir'))
  writeFileSync(join(directory, 'source.txt'), '')
  writeFileSync(join(directory, 'bash'), bashCompletion(COMMANDS))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** What bash offers when Tab is pressed at the end of `line`, by the function that the script has registered. */
function offered(line: string, setUp = ''): string[] {
  const script = `
    ${setUp}
    source ./bash
    COMP_LINE=$1 COMP_POINT=\${#1}
    function_name=$(complete -p linux-sandbox | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    "$function_name" linux-sandbox
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', script, 'bash', line], {
    cwd: directory,
    encoding: 'utf8',
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout.split('\n').filter((word) => word !== '')
}

describe.skipIf(!has('bash'))('bash', () => {
  test.each([
    { line: 'linux-sandbox --pr', words: ['--profile', '--protected-names', '--private-tmp', '--proxy-log'] },
    { line: 'linux-sandbox run --js', words: ['--json'] },
    { line: 'linux-sandbox explain --se', words: ['--seccomp', '--set'] },
    { line: 'linux-sandbox check --w', words: ['--write'] },
    { line: 'linux-sandbox check --b', words: [] },
    { line: 'linux-sandbox check a --r', words: ['--read'] },
    { line: 'linux-sandbox completion ', words: ['bash', 'zsh', 'fish'] },
    { line: 'linux-sandbox completion z', words: ['zsh'] },
    { line: 'linux-sandbox -n ', words: ['restricted', 'enabled'] },
    { line: 'linux-sandbox run -n e', words: ['enabled'] },
    { line: 'linux-sandbox --network=e', words: ['enabled'] },
    { line: 'linux-sandbox -g c', words: ['commit'] },
    // Bash takes the colon for a word of its own, and puts the reply after it.
    { line: 'linux-sandbox -P ', words: [':workspace', ':read-only', ':danger-full-access'] },
    { line: 'linux-sandbox -P :r', words: ['read-only'] },
    { line: 'linux-sandbox --profile=:w', words: ['workspace'] },
    { line: 'linux-sandbox check s', words: ['source.txt', 'src dir'] },
    { line: 'linux-sandbox -C s', words: ['src dir'] },
    { line: 'linux-sandbox explain -C s', words: ['src dir'] },
    { line: 'linux-sandbox --json ', words: [] },
    { line: 'linux-sandbox explain --json so', words: ['source.txt'] },
    { line: 'linux-sandbox --limit me', words: ['memory='] },
    // The command has begun: its words are files, whatever they look like.
    { line: 'linux-sandbox cat --pr', words: [] },
    { line: 'linux-sandbox cat s', words: ['source.txt', 'src dir'] },
    { line: 'linux-sandbox -n enabled -- cat s', words: ['source.txt', 'src dir'] },
  ])('offers $words after "$line"', ({ line, words }) => {
    expect(offered(line).toSorted()).toEqual(words.toSorted())
  })

  test('offers our commands and programs as the first word', () => {
    expect(offered('linux-sandbox expl')).toContain('explain')
    expect(offered('linux-sandbox expl')).toEqual(
      offered('linux-sandbox expl').filter((word) => word.startsWith('expl')),
    )
    expect(offered('linux-sandbox basenam')).toContain('basename')
    expect(offered('linux-sandbox run basenam')).toContain('basename')
    expect(offered('linux-sandbox run expl')).not.toContain('explain')
    expect(offered('linux-sandbox -n enabled basenam')).toContain('basename')
    expect(offered('linux-sandbox -- basenam')).toContain('basename')
  })

  test("leaves the words of the command to that command's own completion, where bash-completion is loaded", () => {
    const setUp = '_command_offset() { COMPREPLY=("offset-$1"); }'
    expect(offered('linux-sandbox -n enabled -- git sw', setUp)).toEqual(['offset-4'])
    expect(offered('linux-sandbox run git ', setUp)).toEqual(['offset-2'])
  })

  test('runs nothing that stands on the line', () => {
    expect(offered('linux-sandbox check $(touch x)s')).toEqual([])
    expect(offered('linux-sandbox -C `touch x`')).toEqual([])
    expect(offered('linux-sandbox check ";touch x;"')).toEqual([])
    expect(offered('linux-sandbox cat x')).toEqual([])
    expect(offered('linux-sandbox cat so')).toEqual(['source.txt'])
  })
})

test.each([
  { shell: 'zsh', script: zshCompletion(COMMANDS), flag: '-n' },
  { shell: 'fish', script: fishCompletion(COMMANDS), flag: '--no-execute' },
])('$shell can read its script', ({ shell, script, flag }) => {
  for (const { name, options } of COMMANDS) {
    expect(script).toContain(name)
    for (const option of options) expect(script).toMatch(new RegExp(`(?:--|-l )${option.name}\\b`))
  }
  if (!has(shell)) return
  writeFileSync(join(directory, shell), script)
  const { stderr, status } = spawnSync(shell, [flag, join(directory, shell)], { encoding: 'utf8' })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
})
