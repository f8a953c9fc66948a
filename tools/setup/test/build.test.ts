import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SELECTIONS } from '../build.mjs'
import { ROOT } from '../repository.mjs'
import { toolEnvironment } from '../tool-environment.mjs'

/** What turbo would build. */
function tasksOf(selection: readonly string[]): string[] {
  const turbo = join(ROOT, 'node_modules/.bin/turbo')
  const words = ['run', 'build', ...selection, '--dry=json']
  const answer = execFileSync(turbo, words, { cwd: ROOT, env: toolEnvironment(), encoding: 'utf8' })
  const { tasks } = JSON.parse(answer) as { readonly tasks: readonly { readonly taskId: string }[] }
  return tasks.map(({ taskId }) => taskId)
}

const NEEDED_TO_START = [
  '@linux-sandbox/cli#build',
  'linux-sandbox#build',
  '@linux-sandbox/native#build:native',
]
const STATIC_HELPER = ['@linux-sandbox/standalone#build', '@linux-sandbox/standalone#build:engine']

test('npm start does not wait for the static helper', () => {
  const tasks = tasksOf(SELECTIONS['linux-sandbox'])
  expect(tasks).toEqual(expect.arrayContaining(NEEDED_TO_START))
  expect(tasks.filter((task) => STATIC_HELPER.includes(task))).toEqual([])
})

test('everything is all that npm start needs, and the static helper', () => {
  expect(tasksOf(SELECTIONS.everything)).toEqual(
    expect.arrayContaining([...NEEDED_TO_START, ...STATIC_HELPER]),
  )
})
