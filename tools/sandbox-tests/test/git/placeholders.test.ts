import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, until } from '../../support/index.ts'
import { makeScratch, runInside, runOutside } from './scratch.ts'

/** Whatever stands in for what git would find there while it is missing. */
const PLANT =
  'for name in commondir config.worktree; do echo x > .git/$name && echo planted $name; done; mkdir .git/branches/a refs/a && echo made; cat .git/commondir'

const LISTING = 'find . -path ./.git/index -o -print | sort'

describeForUsers('what stands in for missing files of git', ['git'], (user) => {
  test('stays for the one of two sandboxes that ends last, and is gone afterwards', async () => {
    const scratch = await makeScratch(user)
    const before = await runOutside(scratch, LISTING, scratch.main)
    const [isFirstOver, isSecondThere] = ['first-over', 'second-there'].map((name) =>
      join(scratch.base, name),
    )
    const waitFor = (path = ''): string => `while ! test -e ${path}; do sleep 0.05; done`
    const first = runInside(scratch, `touch ready; ${waitFor(isSecondThere)}; rm ready`, {
      gitWrites: 'commit',
    })
    await until(() => existsSync(join(scratch.main, 'ready')))
    const second = runInside(scratch, `touch too; ${waitFor(isFirstOver)}; rm too; ${PLANT}`, {
      gitWrites: 'commit',
    })
    await until(() => existsSync(join(scratch.main, 'too')))
    writeFileSync(isSecondThere ?? '', '')
    await first
    writeFileSync(isFirstOver ?? '', '')
    expect((await second).stdout).toBe('.\n')
    expect(await runOutside(scratch, LISTING, scratch.main)).toEqual(before)
  })

  test('is not there with gitWrites: all, where the same names can be planted', async () => {
    const scratch = await makeScratch(user)
    const { stdout } = await runInside(scratch, `mkdir refs; ${PLANT}`, { gitWrites: 'all' })
    expect(stdout).toBe('planted commondir\nplanted config.worktree\nmade\nx\n')
  })

  test('is nothing that git would stash or clean away', async () => {
    const scratch = await makeScratch(user)
    const script = 'git status --porcelain -uall; git clean -nd; git clean -fd; git stash -uq'
    const outside = await makeScratch(user)
    const expected = await runOutside(outside, script, outside.main)
    const { exitCode, stdout, stderr } = await runInside(scratch, script, { gitWrites: 'commit' })
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: expected.exitCode,
      stdout: expected.stdout,
      stderr: expected.stderr,
    })
  })
})
