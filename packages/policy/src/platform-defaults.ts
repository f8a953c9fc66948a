import { absolutePath, type AbsolutePath } from './path.js'

/**
 * What `:minimal` makes readable, as far as it exists: programs, libraries and their configuration.
 *
 * The last two are where NixOS and Nix have theirs.
 */
export const PLATFORM_DEFAULT_PATHS: readonly AbsolutePath[] = /* @__PURE__ */ Object.freeze(
  ['/bin', '/sbin', '/usr', '/etc', '/lib', '/lib64', '/nix/store', '/run/current-system/sw'].map(
    absolutePath,
  ),
)
