import { BlockList, isIPv6 } from 'node:net'
import { LOOPBACK_HOSTS } from '@linux-sandbox/proxy-bridge'

/**
 * The names of loopback that a command connects to by itself, inside the sandbox: all but those that `patterns` allow, which are meant to be
 * the host's.
 */
export function ownLoopbackHosts(patterns: readonly string[]): string[] {
  const allowed = new BlockList()
  const names = new Set<string>()
  for (const pattern of patterns) {
    const [address = '', bits] = pattern.split('/')
    if (bits === undefined) names.add(hostOf(pattern))
    else allowed.addSubnet(address, Number(bits), familyOf(address))
  }
  return LOOPBACK_HOSTS.filter((host) => !names.has(host) && !isIn(allowed, host))
}

/** Without its port, in the one spelling of the URL standard and without brackets. */
function hostOf(pattern: string): string {
  if (isIPv6(pattern)) return hostOf(`[${pattern}]`)
  const url = `http://${pattern}`
  return URL.canParse(url) ? new URL(url).hostname.replaceAll(/^\[|\]$|\.$/g, '') : pattern
}

function isIn(networks: BlockList, host: string): boolean {
  return host !== 'localhost' && networks.check(host, familyOf(host))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
