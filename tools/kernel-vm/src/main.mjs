// Usage: npm run test:kernels [-- GUEST... [--brief | --tests LIST]], or npm run test:kernels -- --shell GUEST
// Boots other kernels and runs our checks and tests there; see README.md. 1 when something failed.
import { parseArgs } from 'node:util'
import { ATTACKS, GUESTS } from './guests.mjs'
import { openShell, runGuest } from './run-guest.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { shell: { type: 'string' }, tests: { type: 'string' }, brief: { type: 'boolean' } },
})

process.once('SIGINT', () => process.exit(130))
if (values.shell !== undefined) await openShell(guestNamed(values.shell))
else await runAll(chosenGuests())

function chosenGuests() {
  const guests = positionals.length === 0 ? GUESTS : positionals.map(guestNamed)
  return guests.map((guest) => ({ ...guest, tests: chosenTests(guest) }))
}

/** @param {import('./guests.mjs').Guest} guest */
function chosenTests({ tests }) {
  if (values.brief) return tests.filter((name) => ATTACKS.includes(name))
  return values.tests?.split(',').filter((name) => name !== '') ?? tests
}

/** @param {readonly import('./guests.mjs').Guest[]} guests */
async function runAll(guests) {
  for (const guest of guests) {
    const startedAt = performance.now()
    const { passed, failed, skipped, problems } = await runGuest(guest).catch(failureOf)
    for (const problem of problems) console.log(`${guest.name}: ${problem}`)
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    console.log(`${guest.name}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
    console.error(`${guest.name} took ${seconds} s`)
    if (failed > 0 || problems.length > 0 || passed === 0) process.exitCode = 1
  }
}

/**
 * A guest that could not be made; the others may do.
 *
 * @param {unknown} error
 * @returns {import('./report.mjs').Report}
 */
function failureOf(error) {
  return { passed: 0, failed: 1, skipped: 0, problems: [String(error)] }
}

/** @param {string} name */
function guestNamed(name) {
  const guest = GUESTS.find((one) => one.name === name)
  if (guest === undefined) {
    throw new TypeError(`there is no guest ${name}, only ${GUESTS.map((one) => one.name).join(', ')}`)
  }
  return guest
}
