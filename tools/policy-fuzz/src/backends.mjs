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
 * @typedef {'bwrap' | 'native' | 'landlock'} Enforcer - as the option `backend`
 * @typedef {Enforcer | 'both'} BackendName - `both`: bwrap and native, which have to answer the same
 *
 * @typedef {object} Backend
 * @property {readonly Enforcer[]} enforcers - each enforces the case, and all have to give the same
 * @property {typeof randomCase} randomCase
 * @property {(policy: ResolvedPolicy, tree: import('./oracle.mjs').Tree) => Expected} expect
 *
 * @typedef {object} Expected
 * @property {AnyOracle} oracle
 * @property {(scene: { base: string, isOrdinaryUser: boolean }) => Refusal[]} refusals
 */

/** No repository is in a tree, and where none is, this name keeps the command from making a directory one. */
const HEAD = { name: 'HEAD', reason: 'see docs/git.md' }

/** @type {Omit<Backend, 'enforcers'>} */
const mounts = {
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
  if (name !== 'landlock') return { ...mounts, enforcers: name === 'both' ? ['bwrap', 'native'] : [name] }
  const limits = await landlockLimits()
  return {
    enforcers: [name],
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

const BACKEND_NAMES = /** @type {const} */ (['bwrap', 'native', 'both', 'landlock'])

/**
 * @param {string} text
 * @returns {BackendName}
 * @throws {TypeError} when there is none of that name.
 */
export function parseBackend(text) {
  const name = BACKEND_NAMES.find((one) => one === text)
  if (name === undefined) throw new TypeError(`--backend takes ${BACKEND_NAMES.join(', ')}`)
  return name
}
