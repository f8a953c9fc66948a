import { createEgressProxy } from '@linux-sandbox/egress-proxy'
import { PolicyInvalidError, type Issue } from 'linux-sandbox'
import { egressRules, type FilteredNetwork } from './network.js'

/**
 * Looks whether the rules of `network` mean something.
 *
 * @throws {PolicyInvalidError} with every rule that does not, and where it is written.
 */
export async function checkHostRules(network: FilteredNetwork): Promise<void> {
  try {
    await createEgressProxy({ rules: egressRules(network) }).close()
  } catch (error) {
    if (!(error instanceof PolicyInvalidError)) throw error
    const issues = error.issues.map((issue) => placed(issue, network))
    throw new PolicyInvalidError('what may be reached', issues, { cause: error })
  }
}

/** `issue` of the rules at the place where they are written. */
function placed({ path: [list, index], message }: Issue, { allow, deny }: FilteredNetwork): Issue {
  if (list === 'methods') return { path: ['--allow-method'], message }
  const source = (list === 'allow' ? allow : deny)[Number(index)]?.source
  if (source === undefined) throw new TypeError(`no rule is at ${list}[${index}]`)
  if (typeof source === 'string') return { path: [source], message }
  const { override, ...place } = source
  return { ...place, message: override === undefined ? message : `${message} (in -c ${override})` }
}
