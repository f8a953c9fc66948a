import type { OptionSpec } from './command-table.js'

/** What the commands have in common that are about a policy. */
export const POLICY_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'profile',
    short: 'P',
    value: 'NAME',
    suggestions: [':workspace', ':read-only', ':danger-full-access'],
    default: 'what the configuration says, else :workspace',
    description:
      'what the command may do: a profile of the configuration, or :workspace, which writes the directory and the places for temporary files, :read-only, which writes nothing, :danger-full-access, which is not restricted',
  },
  {
    name: 'directory',
    short: 'C',
    value: 'DIR',
    completesTo: 'directory',
    default: 'the current directory',
    description: 'run in DIR, which is also the workspace; PATHs start from it too',
  },
  {
    name: 'config',
    value: 'FILE',
    completesTo: 'file',
    default: '$LINUX_SANDBOX_CONFIG, else linux-sandbox/config.toml in $XDG_CONFIG_HOME or ~/.config',
    description: 'the configuration; one that the command could write is refused',
  },
  {
    name: 'set',
    short: 'c',
    value: 'KEY=VALUE',
    repeatable: true,
    description: 'a key of the configuration, whatever the file says',
  },
  {
    name: 'network',
    short: 'n',
    value: 'MODE',
    choices: ['restricted', 'enabled'],
    default: 'what the profile says',
    description:
      'restricted: a network of its own, with nothing but loopback; enabled: the network of the host; either sets aside what the profile says of domains and proxies',
  },
  {
    name: 'allow-host',
    value: 'PATTERN',
    repeatable: true,
    description:
      'reach what PATTERN names, through a proxy that linux-sandbox starts, and nothing else of the network: NAME, *.DOMAIN, **.DOMAIN, ADDRESS, each also with :PORT, ADDRESS/BITS or *',
  },
  {
    name: 'deny-host',
    value: 'PATTERN',
    repeatable: true,
    description: 'refuse what PATTERN names, whatever else allows it',
  },
  {
    name: 'allow-method',
    value: 'METHOD',
    suggestions: ['GET', 'HEAD', 'OPTIONS', 'POST', 'CONNECT'],
    repeatable: true,
    description: 'use METHOD in requests by HTTP, and no other; https and other tunnels take CONNECT',
  },
  {
    name: 'use-proxy',
    description:
      'reach the proxies on loopback or Unix sockets that the environment names, such as HTTP_PROXY, and nothing else of the network',
  },
  {
    name: 'git-writes',
    short: 'g',
    value: 'MODE',
    choices: ['none', 'commit', 'all'],
    default: 'none',
    description:
      'what may change in git repositories: none; commit, what committing, branching and stashing change, but nothing that git executes; or all',
  },
  {
    name: 'protected-names',
    value: 'LIST',
    choices: ['default', 'extended-2026'],
    default: 'default',
    description:
      'which names stay read-only in writable directories; extended-2026 has those of many more tools',
  },
  {
    name: 'device',
    value: 'PATH',
    completesTo: 'file',
    repeatable: true,
    description: 'a device for the command besides the harmless ones, such as /dev/dri or /dev/kvm',
  },
  {
    name: 'private-tmp',
    description: 'a /tmp for the command alone, in memory, that ends with it',
  },
  {
    name: 'no-proc',
    description: 'keep the /proc of the host visible, read-only, instead of mounting a fresh one',
  },
  {
    name: 'inherit-pid-namespace',
    description: 'no PID namespace of its own: the processes of the host are visible, and so is its /proc',
  },
]

/** What every command has. */
export const HELP: OptionSpec = { name: 'help', short: 'h', description: 'print this' }
