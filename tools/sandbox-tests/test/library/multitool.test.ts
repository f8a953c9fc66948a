import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  runProgram,
  stageDirectory,
  stagedNode,
  stagedProgram,
  workspaceProfileJson,
} from '../../support/index.ts'
import { repositoryRoot } from '../../support/stage.ts'

/** The program that the README shows, word for word. */
function readmeExample(): string {
  const readme = readFileSync(join(repositoryRoot(), 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code)
  const example = blocks.find((code) => code.includes('dispatch('))
  if (example === undefined) throw new Error('the README shows no program with dispatch')
  // Where the library is staged; a consumer has it in his own node_modules.
  const library = join(stageDirectory(), 'node_modules/linux-sandbox/dist/index.js')
  return example.replace("'linux-sandbox'", JSON.stringify(library))
}

describeForUsers("a consumer's own multitool", [], (user) => {
  let directory = ''
  beforeEach(() => {
    directory = makeDirectory(user)
    writeFileSync(join(directory, 'my-tool.mjs'), readmeExample(), { mode: 0o755 })
  })

  const helperWords = (): string[] => [
    ...['--sandbox-policy-cwd', directory, '--permission-profile', workspaceProfileJson(directory)],
    ...['--', 'sh', '-c', 'echo x > /etc/planted || exit 7'],
  ]

  test.each([
    {
      title: 'a link',
      make: (name: string) => symlinkSync('my-tool.mjs', name),
      name: 'codex-linux-sandbox',
    },
    {
      title: 'the other name',
      make: (name: string) => symlinkSync('my-tool.mjs', name),
      name: 'linux-sandbox-helper',
    },
    {
      title: 'a copy',
      // Without an extension Node takes a file for CommonJS unless its directory says otherwise.
      make: (name: string) => {
        writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
        copyFileSync(join(directory, 'my-tool.mjs'), name)
      },
      name: 'codex-linux-sandbox',
    },
  ])('is the helper by $title', async ({ make, name }) => {
    const program = join(directory, name)
    make(program)
    const end = await runProgram(user, stagedNode(), [program, ...helperWords()])
    expect(end).toMatchObject({ exitCode: 7, stdout: '' })
    expect(end.stderr).toMatch(/Read-only file system/)
  })

  test('is itself under its own name', async () => {
    const end = await runProgram(user, stagedNode(), [join(directory, 'my-tool.mjs'), ...helperWords()])
    expect(end).toEqual({ exitCode: 0, signal: null, stdout: 'the tool itself\n', stderr: '' })
  })

  test('linux-sandbox is the helper by a link', async () => {
    const program = join(directory, 'codex-linux-sandbox')
    symlinkSync(stagedProgram('linux-sandbox'), program)
    const end = await runProgram(user, stagedNode(), [program, ...helperWords()])
    expect(end).toMatchObject({ exitCode: 7, stdout: '' })
    expect(end.stderr).toMatch(/Read-only file system/)
  })
})
