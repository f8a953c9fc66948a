import { readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { PermissionProfile } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  stagedCall,
  stagedNode,
  startProgram,
  withLibrary,
  type TestUser,
} from '../../support/index.ts'
import { makeTree, profileOf } from './policies.ts'

const STARTS = 150
/** Without the verification some 50 of them would lead out. */
const EXCHANGED_STARTS = 300

/** Gives `link` one target and the other, until it is killed. */
const SWAPPER = `
const { renameSync, symlinkSync } = require('node:fs')
const [link, ...targets] = process.argv.slice(1)
console.log('swapping')
for (let turn = 0; ; turn = 1 - turn) {
  symlinkSync(targets[turn], link + '.next')
  renameSync(link + '.next', link)
}
`

/**
 * Exchanges the directory `a` with a link that leads out, until it is killed, and stays a while in either state: the lengths of time
 * change from turn to turn, so that some meet every moment of a start.
 */
const EXCHANGER = `
const { mkdirSync, renameSync, symlinkSync, writeFileSync } = require('node:fs')
const [workspace, does] = process.argv.slice(1)
process.chdir(workspace)
mkdirSync('a')
writeFileSync('a/x.env', '')
symlinkSync('../outside', 'leads-out')
console.log('exchanging')
if (does === 'nothing') setInterval(() => {}, 1000)
else for (let turn = 1; ; turn++) {
  renameSync('a', 'a.real')
  renameSync('leads-out', 'a')
  pause(1 + turn % 7)
  renameSync('a', 'leads-out')
  renameSync('a.real', 'a')
  pause(1 + turn % 5)
}
function pause(count) { for (let left = count * 100_000; left > 0; left--); }
`

/** What `script` printed in each of many sandboxes that are started one after the other; nothing where none came to be. */
async function startMany(
  user: TestUser,
  {
    profile,
    script,
    starts = STARTS,
  }: { readonly profile: PermissionProfile; readonly script: string; readonly starts?: number },
): Promise<string[]> {
  return await withLibrary(
    user,
    { profile, script, starts },
    async ({ lib, attempt }, { profile: policy, script: text, starts: count }) => {
      const printed: string[] = []
      for (let start = 0; start < count; start++) {
        const { value } = await attempt(async () => {
          const sandbox = await lib.Sandbox.create({ profile: policy })
          return await sandbox.run('/bin/sh', ['-c', text, 'sh', String(start)], { cwd: '/' })
        })
        if (value !== undefined) printed.push(value.stdout)
      }
      return printed
    },
  )
}

/*
 * The invariant: a policy that names a link holds for one target, the one that the link had at one moment of the start. A
 * sandbox writes that target and nothing else, with all that the policy keeps from it in that target. It never writes both,
 * nor anything beside them, nor one of them without its protection.
 */
describeForUsers('a link that is swapped while sandboxes start', [], (user) => {
  test('names one target for each of them, with all that is protected and denied in it', async () => {
    const names = ['a', 'b'].flatMap((name) => [`${name}/.git/config`, `${name}/secret`])
    const directory = makeTree(user, [...names, 'beside/x', 'x'])
    symlinkSync('a', join(directory, 'link'))
    const swapper = startProgram(user, stagedNode(), ['-e', SWAPPER, join(directory, 'link'), 'a', 'b'])
    await swapper.wrote('swapping')
    const script = `
      cd ${directory}
      for target in a b; do
        echo x 2>&- > $target/new-$1 && printf "$target written, "
        echo x 2>&- >> $target/.git/config && printf "$target/.git written, "
        cat 2>&- < $target/secret > /dev/null || printf "$target/secret denied, "
      done
      echo x 2>&- > link/by-link-$1
      echo x 2>&- > beside/new
      echo x 2>&- > new
      ln -s b other && echo replaced`
    const link = join(directory, 'link')
    const profile = profileOf({ ':root': 'read', [link]: 'write', [`${link}/secret`]: 'deny' })
    const seen = await startMany(user, { profile, script })
    swapper.child.kill('SIGTERM')
    await swapper.ended
    expect(seen).toHaveLength(STARTS)
    const ofOne = ['a', 'b'].map((target) => `${target} written, ${target}/secret denied, `)
    expect(seen.filter((output) => !ofOne.includes(output))).toEqual([])
    // Both, or nothing was swapped.
    expect(new Set(seen)).toEqual(new Set(ofOne))

    const newIn = (place: string): string[] =>
      readdirSync(join(directory, place)).filter((name) => name.startsWith('new-'))
    expect([...newIn('a'), ...newIn('b')].toSorted()).toEqual(
      Array.from({ length: STARTS }, (_, start) => `new-${start}`).toSorted(),
    )
    expect(readdirSync(join(directory, 'beside'))).toEqual(['x'])
    expect(readdirSync(directory).filter((name) => !name.startsWith('link'))).toEqual([
      'a',
      'b',
      'beside',
      'x',
    ])
  })
})

interface Exchange {
  readonly user: TestUser
  readonly does: 'exchange' | 'nothing'
  readonly starts: number
}

/** What sandboxes print that are started while a command of the same policy exchanges a directory, and what is outside then. */
async function startDuringExchange({ user, does, starts }: Exchange) {
  const directory = makeTree(user, ['w/.git/config', 'outside/x.env'])
  const workspace = join(directory, 'w')
  const profile = profileOf({ ':root': 'read', [workspace]: 'write', [`${workspace}/**/*.env`]: 'deny' })
  const words = ['--sandbox-policy-cwd', workspace, '--permission-profile', JSON.stringify(profile), '--']
  const exchanger = startProgram(
    user,
    ...stagedCall('codex-linux-sandbox', [...words, ...[stagedNode(), '-e', EXCHANGER, workspace, does]]),
  )
  await exchanger.wrote('exchanging')
  const script = `
    echo started
    echo x 2>&- > ${directory}/outside/new-$1 && echo written outside
    echo x 2>&- >> ${workspace}/.git/config && echo written where it is protected`
  const printed = await startMany(user, { profile, script, starts })
  exchanger.child.kill('SIGTERM')
  await exchanger.ended
  return { printed, outside: readdirSync(join(directory, 'outside')) }
}

/*
 * The invariant: what a command does to the workspace of its policy never lets another sandbox of that policy write what the policy
 * does not grant. A start that meets the exchange half done may fail.
 */
describeForUsers('a directory that a command exchanges with a link while sandboxes start', [], (user) => {
  test('never leads one of them out', { timeout: 120_000 }, async () => {
    const { printed, outside } = await startDuringExchange({
      user,
      does: 'exchange',
      starts: EXCHANGED_STARTS,
    })
    expect(new Set(printed)).toEqual(new Set(['started\n']))
    expect(outside).toEqual(['x.env'])
  })

  test('lets each of them start when it stays what it is', async () => {
    const { printed, outside } = await startDuringExchange({ user, does: 'nothing', starts: 20 })
    expect(printed).toEqual(Array(20).fill('started\n'))
    expect(outside).toEqual(['x.env'])
  })
})
