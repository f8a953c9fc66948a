// What the guest has for the package `vitest`: its runner and its assertions, without the machinery that reads TypeScript, which
// is too slow on an emulated processor.
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect'

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin)

/** @type {any} */
const assertions = (/** @type {unknown} */ value, /** @type {string} */ message) =>
  chai.expect(value, message)
/** @type {any} */
const matchers = globalThis
Object.assign(assertions, chai.expect, matchers[ASYMMETRIC_MATCHERS_OBJECT])
setState({ assertionCalls: 0 }, assertions)

export const expect = assertions

export {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  it,
  onTestFailed,
  onTestFinished,
  test,
} from '@vitest/runner'
