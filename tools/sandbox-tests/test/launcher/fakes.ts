/** Words that a bwrap of today has in its help, so that it is taken for one. */
export const BWRAP_HELP =
  '# --as-pid-1 --cap-drop --die-with-parent --new-session --perms --unshare-cgroup-try'

/** A script in place of bwrap: lines of the shell. */
export function fakeBwrap(body: string): string {
  return `#!/bin/sh\n${BWRAP_HELP}\n${body}\n`
}

/** Where the bwrap of this host is. */
export const REAL_BWRAP = '/usr/bin/bwrap'
