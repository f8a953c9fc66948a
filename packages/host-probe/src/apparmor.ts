import { nodeFiles, type HostFiles } from './host-files.js'

/** What AppArmor has to say about bwrap. */
export interface AppArmor {
  /** Whether it keeps programs without a profile of their own from using user namespaces. */
  readonly restrictsUserNamespaces: boolean
  /** `loaded`: the kernel has a profile for bwrap. `installed`: a file for one is there; ordinary users cannot see more. */
  readonly bwrapProfile: 'loaded' | 'installed' | 'none'
  /** The file of a profile that the distribution ships but does not load. */
  readonly shippedProfile?: string
  /** The profile that this process runs under, for example `docker-default (enforce)`. */
  readonly confinement?: string
}

const RESTRICTION = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'
const LOADED = '/sys/kernel/security/apparmor/profiles'
const INSTALLED = '/etc/apparmor.d'
/** Where the package apparmor-profiles of Ubuntu 24.04 puts it. */
const SHIPPED = '/usr/share/apparmor/extra-profiles'
const PROFILE_NAMES = ['bwrap-userns-restrict', 'bwrap', 'usr.bin.bwrap']

export function describeAppArmor(files: HostFiles = nodeFiles): AppArmor {
  const shipped = files.names(SHIPPED).find((name) => PROFILE_NAMES.includes(name))
  const confinement = (
    files.text('/proc/self/attr/apparmor/current') ??
    files.text('/proc/self/attr/current') ??
    ''
  ).replaceAll(/[\0\n]/g, '')
  return {
    restrictsUserNamespaces: files.text(RESTRICTION)?.trim() === '1',
    bwrapProfile: bwrapProfile(files),
    ...(shipped === undefined ? {} : { shippedProfile: `${SHIPPED}/${shipped}` }),
    ...(/ \(\w+\)$/.test(confinement) ? { confinement } : {}),
  }
}

function bwrapProfile(files: HostFiles): AppArmor['bwrapProfile'] {
  const loaded = files.text(LOADED)
  if (loaded !== undefined) return /^(\/usr\/bin\/)?bwrap \(/m.test(loaded) ? 'loaded' : 'none'
  const disabled = files.names(`${INSTALLED}/disable`)
  const isInstalled = files
    .names(INSTALLED)
    .some((name) => PROFILE_NAMES.includes(name) && !disabled.includes(name))
  return isInstalled ? 'installed' : 'none'
}
