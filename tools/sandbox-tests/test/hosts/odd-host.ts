import {
  makeDirectory,
  ROOT,
  runProgram,
  stageDirectory,
  stagedNode,
  stagedProgram,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'

/** What is different about a host, and for whom. */
export interface OddHost {
  /** Shell lines, run by root in a mount namespace of their own; `$WORK` is the user's directory, `$STAGE` the programs'. */
  readonly preparation?: string
  /** Words before the program, for example to drop capabilities. They run as the user. */
  readonly prefix?: readonly string[]
}

/** Runs `linux-sandbox ARGS` in a directory of `user`'s, on a host that is odd. Only root can make one. */
export async function runOnHost(
  user: TestUser,
  { preparation = ':', prefix = [] }: OddHost,
  args: readonly string[],
): Promise<ProgramEnd> {
  const work = makeDirectory(user)
  const script = `set -e
WORK=${work} STAGE=${stageDirectory()} STAGED=${stageDirectory()}
${preparation}
export HOME="$WORK"
cd "$WORK"
shift
exec setpriv --reuid ${user.uid} --regid ${user.gid} --clear-groups "\${@/#$STAGED/$STAGE}"`
  const words = [...prefix, stagedNode(), stagedProgram('linux-sandbox'), ...args]
  return await runProgram(ROOT, 'unshare', ['--mount', 'bash', '-c', script, 'bash', '--', ...words], {
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: work,
      LANG: 'C.UTF-8',
    },
  })
}
