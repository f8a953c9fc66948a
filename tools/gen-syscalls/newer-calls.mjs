/**
 * System calls that may be newer than the installed kernel headers. From 424 on a call has the same number on all
 * architectures.
 *
 * Source: scripts/syscall.tbl and arch/x86/entry/syscalls/syscall_64.tbl in Linux 6.18. `since` is the first Linux
 * that has the call.
 */
export const NEWER_CALLS = [
  { number: 335, name: 'uretprobe', since: '6.11', only: 'x86_64' },
  { number: 336, name: 'uprobe', since: '6.18', only: 'x86_64' },
  { number: 442, name: 'mount_setattr', since: '5.12' },
  { number: 443, name: 'quotactl_fd', since: '5.14' },
  { number: 444, name: 'landlock_create_ruleset', since: '5.13' },
  { number: 445, name: 'landlock_add_rule', since: '5.13' },
  { number: 446, name: 'landlock_restrict_self', since: '5.13' },
  { number: 447, name: 'memfd_secret', since: '5.14' },
  { number: 448, name: 'process_mrelease', since: '5.15' },
  { number: 449, name: 'futex_waitv', since: '5.16' },
  { number: 450, name: 'set_mempolicy_home_node', since: '5.17' },
  { number: 451, name: 'cachestat', since: '6.5' },
  { number: 452, name: 'fchmodat2', since: '6.6' },
  { number: 453, name: 'map_shadow_stack', since: '6.6' },
  { number: 454, name: 'futex_wake', since: '6.7' },
  { number: 455, name: 'futex_wait', since: '6.7' },
  { number: 456, name: 'futex_requeue', since: '6.7' },
  { number: 457, name: 'statmount', since: '6.8' },
  { number: 458, name: 'listmount', since: '6.8' },
  { number: 459, name: 'lsm_get_self_attr', since: '6.8' },
  { number: 460, name: 'lsm_set_self_attr', since: '6.8' },
  { number: 461, name: 'lsm_list_modules', since: '6.8' },
  { number: 462, name: 'mseal', since: '6.10' },
  { number: 463, name: 'setxattrat', since: '6.13' },
  { number: 464, name: 'getxattrat', since: '6.13' },
  { number: 465, name: 'listxattrat', since: '6.13' },
  { number: 466, name: 'removexattrat', since: '6.13' },
  { number: 467, name: 'open_tree_attr', since: '6.15' },
  { number: 468, name: 'file_getattr', since: '6.17' },
  { number: 469, name: 'file_setattr', since: '6.17' },
]
