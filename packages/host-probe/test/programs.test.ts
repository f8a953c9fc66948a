import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isOnPath, landlockAbi } from '../src/index.ts'

function directoryWith(name: string, text: string, mode: number): string {
  const at = mkdtempSync(join(tmpdir(), 'host-probe-test-'))
  onTestFinished(() => rmSync(at, { recursive: true, force: true }))
  writeFileSync(join(at, name), text)
  chmodSync(join(at, name), mode)
  return at
}

test('a program is in PATH where an absolute part has an executable file of that name', () => {
  const good = directoryWith('tool', '', 0o755)
  const plain = directoryWith('tool', '', 0o644)
  mkdirSync(join(plain, 'inner/tool'), { recursive: true })
  expect(isOnPath('tool', `${plain}:${good}`)).toBe(true)
  for (const path of [undefined, '', plain, `${plain}/inner`, 'relative', `${good}/none`]) {
    expect(isOnPath('tool', path)).toBe(false)
  }
})

test.each([
  { script: 'test "$1" = landlock-abi && echo 07', abi: 7, why: 'as the program prints it' },
  { script: 'echo 00', abi: 0, why: 'no Landlock' },
])('the Landlock ABI is $abi: $why', ({ script, abi }) => {
  expect(landlockAbi(join(directoryWith('native', `#!/bin/sh\n${script}\n`, 0o755), 'native'))).toBe(abi)
})

test.each([
  { script: 'exit 1', mode: 0o755, why: 'does not know the question' },
  { script: 'echo nothing', mode: 0o755, why: 'answers something else' },
  { script: 'echo 07', mode: 0o644, why: 'cannot be started' },
])('a program that $why does not mean that there is no Landlock', ({ script, mode }) => {
  const program = join(directoryWith('native', `#!/bin/sh\n${script}\n`, mode), 'native')
  expect(() => landlockAbi(program)).toThrow(`${program} does not say what Landlock this kernel has`)
})
