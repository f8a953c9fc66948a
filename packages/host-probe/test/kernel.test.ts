import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { describeKernel, describeUserNamespaces } from '../src/index.ts'

function program(script: string): string {
  const at = mkdtempSync(join(tmpdir(), 'kernel-test-'))
  onTestFinished(() => rmSync(at, { recursive: true, force: true }))
  const path = join(at, 'native')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

test.each([
  { script: 'test "$1" = landlock-abi && echo 07', abi: 7, why: 'as the program prints it' },
  { script: 'echo 00', abi: 0, why: 'no Landlock' },
  { script: 'exit 1', abi: 0, why: 'a program that does not know the question' },
])('the Landlock ABI is $abi: $why', ({ script, abi }) => {
  expect(describeKernel(program(script))).toMatchObject({ release: release(), landlockAbi: abi })
})

test('a switch that forbids user namespaces only to ordinary users does not bind root', () => {
  const [asRoot, asUser] = [describeUserNamespaces(true), describeUserNamespaces(false)]
  if (asRoot.kind === 'forbidden') expect(asUser).toEqual(asRoot)
  if (asUser.kind === 'forbidden') expect(asUser.setting).toMatch(/^\/proc\/sys\//)
})
