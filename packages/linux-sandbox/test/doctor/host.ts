import type { HostFacts } from '@linux-sandbox/host-probe'

/** An ordinary user on a host on which nothing is wrong. */
export const HEALTHY: HostFacts = {
  distribution: 'Debian GNU/Linux 12 (bookworm)',
  kernel: { release: '6.12.1', hasUserNamespaces: true, hasSeccompFilters: true },
  process: {
    uid: 1000,
    isFiltered: false,
    isPrivileged: false,
    hasAdminInBounds: true,
    hasAmbientCapabilities: false,
    isInFirstUserNamespace: true,
    isMapped: true,
  },
  userNamespaces: { kind: 'allowed' },
  appArmor: { restrictsUserNamespaces: false, bwrapProfile: 'none' },
  wsl: 'none',
  isInChroot: false,
  procMasks: [],
  limits: { openFiles: 1024, hasStrictMemory: false },
  hasProc: true,
  hasSharedMemory: true,
  hasTmp: true,
}

/** By the switch of Ubuntu. */
export const RESTRICTED_BY_APPARMOR: HostFacts = {
  ...HEALTHY,
  userNamespaces: {
    kind: 'forbidden',
    by: 'apparmor',
    setting: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    value: '1',
  },
  appArmor: { restrictsUserNamespaces: true, bwrapProfile: 'none' },
}

/** In a container with the default filter. */
export const IN_DOCKER: HostFacts = {
  ...HEALTHY,
  process: { ...HEALTHY.process, uid: 0, isFiltered: true, hasAdminInBounds: false },
  container: { kind: 'docker', evidence: '/.dockerenv exists' },
}
