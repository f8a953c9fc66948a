/** What `linux-sandbox --help` prints. */
export function helpText(): string {
  return `Usage: linux-sandbox [run] [OPTIONS] [--] COMMAND [ARG...]

Runs COMMAND on Linux under a policy: what it may read, write and reach. By default it reads everything, writes the
current directory and the directories for temporary files, and has a network of its own with nothing but loopback.

Options:
  -P, --profile NAME    :workspace (default), :read-only, or :danger-full-access
  -C, --directory DIR   run in DIR, which is also the workspace; default: the current directory
  -n, --network MODE    restricted or enabled; default: what the profile says
  -g, --git-writes MODE what may change in git repositories: none (default); commit, what committing, branching and
                        stashing change, but nothing that git executes; or all
      --json FD         print the result as JSON on descriptor FD when the command has ended
  -h, --help            print this
  -V, --version         print the version

Options end at the first word that is none, or at --. What follows belongs to COMMAND.

Examples:
  linux-sandbox npm test
  linux-sandbox -P :read-only -- git log --oneline
  linux-sandbox -C ~/project --network enabled -- npm install
  linux-sandbox -g commit -- git commit -am 'a change'
  linux-sandbox --json 3 make 3>result.json

Status: that of COMMAND, 128 + N when signal N ended it; 2 wrong usage, 125 the sandbox could not be set up,
126 COMMAND could not be executed, 127 it was not found.
`
}
