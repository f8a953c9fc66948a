import { describe, test } from 'vitest'
import { missingFeatures, type Feature } from './features.ts'
import { TEST_USERS, type TestUser } from './users.ts'

/**
 * A group of tests for every user that this process can be. Skipped, with the reason in its title, when the host lacks something
 * that is needed.
 */
export function describeForUsers(
  title: string,
  needed: readonly Feature[],
  define: (user: TestUser) => void,
): void {
  const missing = missingFeatures(['linux', 'bwrap', 'userNamespaces', ...needed])
  if (missing.length > 0) {
    test.skip(`${title} (this host lacks ${missing.join(', ')})`, () => undefined)
    return
  }
  describe.each(TEST_USERS)(`${title}, started by $name`, define)
}
