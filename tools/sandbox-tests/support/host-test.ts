import { describe, test } from 'vitest'
import { TEST_BACKEND } from './backend.ts'
import { missingFeatures, type Feature } from './features.ts'
import { HELPER_IS_STANDALONE } from './standalone.ts'
import { TEST_USERS, type TestUser } from './users.ts'

const NEEDS: Readonly<Record<typeof TEST_BACKEND, readonly Feature[]>> = {
  bwrap: ['bwrap', 'userNamespaces'],
  native: ['nativeLaunch'],
}

const HELPER_NEEDS: readonly Feature[] = HELPER_IS_STANDALONE ? ['standalone'] : []

/**
 * A group of tests for every user that this process can be. Skipped, with the reason in its title, when the host lacks something
 * that is needed.
 */
export function describeForUsers(
  title: string,
  needed: readonly Feature[],
  define: (user: TestUser) => void,
): void {
  describeOnHost(title, [...NEEDS[TEST_BACKEND], ...needed], define)
}

/** The same for sandboxes that name their backend. */
export function describeOnHost(
  title: string,
  needed: readonly Feature[],
  define: (user: TestUser) => void,
): void {
  const missing = missingFeatures(['linux', ...HELPER_NEEDS, ...needed])
  if (missing.length > 0) {
    test.skip(`${title} (this host lacks ${missing.join(', ')})`, () => undefined)
    return
  }
  describe.each(TEST_USERS)(`${title}, started by $name`, define)
}
