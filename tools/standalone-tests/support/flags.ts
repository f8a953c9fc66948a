/** One way to give each flag that the helper does not need, all meaning the same policy. */
export const OPTIONAL = [
  ['--command-cwd', '/tmp'],
  ['--no-proc'],
  ['--inherit-pid-namespace'],
  ['--use-legacy-landlock'],
  ['--backend', 'native'],
  ['--sandbox-policy', '{"type":"danger-full-access"}'],
  ['--file-system-sandbox-policy', '{"kind":"unrestricted"}'],
  ['--network-sandbox-policy', '"enabled"'],
  ['--managed-network', '{}'],
  ['--allow-network-for-proxy'],
  ['--apply-seccomp-then-exec'],
  ['--proxy-route-spec', '{"routes":[{"env_key":"HTTP_PROXY","control_fd":900}]}'],
  ['--verify-fd-mount', '901:/tmp'],
] as const

export const UNRESTRICTED = '{"type":"managed","file_system":{"type":"unrestricted"},"network":"enabled"}'

export const READ_ONLY =
  '{"type":"managed","file_system":{"type":"restricted","entries":[{"path":{"type":"special","value":{"kind":"root"}},"access":"read"}]},"network":"restricted"}'

/** Every set of `items`. */
export function subsets<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: 2 ** items.length }, (_, bits) =>
    items.filter((_item, index) => (bits & (1 << index)) !== 0),
  )
}
