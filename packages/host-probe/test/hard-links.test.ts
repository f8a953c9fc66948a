import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { hardLinksIn } from '../src/index.ts'

function scratch(): string {
  const at = mkdtempSync(join(tmpdir(), 'hard-links-test-'))
  onTestFinished(() => rmSync(at, { recursive: true, force: true }))
  return at
}

test('files with another name are found, in directories too, but not behind links', () => {
  const at = scratch()
  mkdirSync(`${at}/git/hooks`, { recursive: true })
  mkdirSync(`${at}/git/objects`)
  for (const name of ['config', 'hooks/a', 'objects/b', 'alone']) writeFileSync(`${at}/git/${name}`, '')
  for (const [index, name] of ['config', 'hooks/a', 'objects/b'].entries())
    linkSync(`${at}/git/${name}`, `${at}/${index}`)
  symlinkSync(at, `${at}/git/link`)
  expect(hardLinksIn(`${at}/git`)).toEqual([
    { path: `${at}/git/config`, names: 2 },
    { path: `${at}/git/hooks/a`, names: 2 },
  ])
  expect(hardLinksIn(`${at}/git/config`)).toEqual([{ path: `${at}/git/config`, names: 2 }])
  expect(hardLinksIn(`${at}/missing`)).toEqual([])
})

test('the look ends, however much there is', () => {
  const at = scratch()
  for (let index = 0; index < 1250; index++) {
    writeFileSync(`${at}/${index}`, '')
    linkSync(`${at}/${index}`, `${at}/${index}-again`)
  }
  // The directory itself counts as well.
  expect(hardLinksIn(at)).toHaveLength(1999)
})
