import { Sandbox, readOnly } from 'linux-sandbox'
import { randomCase } from './generate.mjs'
import { randomLandlockCase } from './generate-landlock.mjs'
import { LandlockOracle } from './landlock-oracle.mjs'
import { expectedLandlockRefusals } from './landlock-refusals.mjs'
import { Oracle } from './oracle.mjs'
import { expectedRefusals } from './refusals.mjs'

/*
 * What differs between the ways in which a policy is enforced.
 */

/**
 * @typedef {import('@linux-sandbox/policy').ResolvedPolicy} ResolvedPolicy
 * @typedef {import('./refusals.mjs').Refusal} Refusal
 * @typedef {Oracle | LandlockOracle} AnyOracle
 * @typedef {'bwrap' | 'landlock'} BackendName
 *
 * @typedef {object} Backend
 * @property {BackendName} name
 * @property {typeof randomCase} randomCase
 * @property {(policy: ResolvedPolicy, tree: import('./oracle.mjs').Tree) => Expected} expect
 *
 * @typedef {object} Expected
 * @property {AnyOracle} oracle
 * @property {(scene: { base: string, isOrdinaryUser: boolean }) => Refusal[]} refusals
 */

/** No repository is in a tree, and where none is, this name keeps the command from making a directory one. */
const HEAD = { name: 'HEAD', reason: 'see docs/git.md' }

/** @type {Backend} */
const bwrap = {
  name: 'bwrap',
  randomCase,
  expect(policy, tree) {
    const oracle = new Oracle({ ...policy, protectedNames: [...policy.protectedNames, HEAD] }, tree)
    return { oracle, refusals: (scene) => expectedRefusals(oracle, scene) }
  },
}

/**
 * @param {BackendName} name
 * @returns {Promise<Backend>}
 */
export async function backendNamed(name) {
  if (name === 'bwrap') return bwrap
  const limits = await landlockLimits()
  return {
    name,
    randomCase: randomLandlockCase,
    expect(policy) {
      const oracle = new LandlockOracle(policy, limits)
      return { oracle, refusals: () => expectedLandlockRefusals(oracle, policy) }
    },
  }
}

/** What a sandbox on this kernel says that it cannot do. */
async function landlockLimits() {
  const sandbox = await Sandbox.create({ profile: readOnly(), backend: 'landlock' })
  const { enforced } = await sandbox.run('true', [], { cwd: '/' })
  return new Set(enforced.notes.flatMap((note) => (note.kind === 'landlock-limit' ? [note.limit] : [])))
}
