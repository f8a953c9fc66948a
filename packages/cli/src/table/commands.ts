import type { CommandSpec, ExitStatusSpec } from './command-table.js'
import { HELP, POLICY_OPTIONS } from './policy-options.js'

const USAGE: ExitStatusSpec = { status: '2', meaning: 'wrong usage' }
const UNENFORCEABLE: ExitStatusSpec = { status: '125', meaning: 'the policy cannot be enforced here' }

const RUN: CommandSpec = {
  name: 'run',
  summary: 'run a command under a policy',
  description: [
    'Runs COMMAND under a policy: what it may read, write and reach. By default it reads everything, writes the current directory and the directories for temporary files, and has a network of its own with nothing but loopback.',
    'Options end at the first word that is none, or at --. What follows belongs to COMMAND. Signals go to COMMAND, and the status is its own.',
    'The word run can be left out, unless COMMAND has the name of another command of linux-sandbox.',
  ],
  operands: { kind: 'command', synopsis: '[--] COMMAND [ARG...]' },
  options: [
    ...POLICY_OPTIONS,
    {
      name: 'backend',
      value: 'NAME',
      choices: ['auto', 'bwrap', 'native'],
      default: 'what the configuration says, else auto',
      description:
        'what makes the sandbox: bwrap; native, which needs no bwrap; or auto: native where there is no bwrap or very much to mount',
    },
    {
      name: 'use-legacy-landlock',
      description:
        'confine by Landlock instead of bubblewrap; only for policies that it can express, and it keeps less apart',
    },
    {
      name: 'limit',
      value: 'NAME=VALUE',
      suggestions: ['processes=', 'memory=', 'file-size=', 'open-files=', 'cpu-seconds='],
      repeatable: true,
      description:
        'a resource limit: processes, memory, file-size, open-files or cpu-seconds; memory and file-size are bytes, or take K, M or G',
    },
    {
      name: 'proxy-log',
      value: 'FILE|FD',
      completesTo: 'file',
      description:
        'add a line of JSON for each request to the proxy of --allow-host to FILE, which the command must not be able to write, or write it to descriptor FD',
    },
    {
      name: 'json',
      value: 'FD',
      description: 'print the result as JSON on descriptor FD when the command has ended',
    },
    HELP,
    { name: 'version', short: 'V', description: 'print the version' },
  ],
  examples: [
    { line: 'linux-sandbox npm test', does: 'writes here and in /tmp, and has no network' },
    { line: 'linux-sandbox -P :read-only -- git log --oneline', does: 'writes nothing' },
    { line: 'linux-sandbox -C ~/project -n enabled -- npm install', does: 'elsewhere, with the network' },
    {
      line: 'linux-sandbox -c sandbox_workspace_write.exclude_slash_tmp=true make',
      does: 'with a setting of the configuration',
    },
    {
      line: 'linux-sandbox --allow-host registry.example:443 npm install',
      does: 'reaches that host and no other',
    },
    { line: 'linux-sandbox -g commit -- git switch -c attempt', does: 'writes the repository too' },
    { line: 'linux-sandbox --limit memory=4G --private-tmp make', does: 'in 4 GiB, with a /tmp of its own' },
    { line: 'linux-sandbox --json 3 make 3>result.json', does: 'the result, on a descriptor' },
  ],
  statuses: [
    { status: 'that of COMMAND', meaning: 'it ran; 128 + N when signal N ended it' },
    { status: '2', meaning: 'wrong usage, or a policy that cannot be parsed' },
    { status: '125', meaning: 'the sandbox could not be set up; COMMAND did not run' },
    { status: '126', meaning: 'COMMAND could not be executed' },
    { status: '127', meaning: 'COMMAND was not found' },
  ],
}

const DOCTOR: CommandSpec = {
  name: 'doctor',
  summary: 'find out what this host can enforce',
  description: [
    'Looks at everything that sandboxes need of this host, and runs one that does nothing. Says of each thing what was found and how; of what is wrong, what it costs and what would help.',
  ],
  operands: { kind: 'none', synopsis: '' },
  options: [{ name: 'json', description: 'print it as JSON' }, HELP],
  examples: [
    { line: 'linux-sandbox doctor', does: 'for people' },
    { line: 'linux-sandbox doctor --json > host.json', does: 'for programs' },
  ],
  statuses: [
    { status: '0', meaning: 'commands can run in a sandbox' },
    { status: '1', meaning: 'they cannot: there is a problem' },
    USAGE,
  ],
}

const EXPLAIN: CommandSpec = {
  name: 'explain',
  summary: 'show a policy as it would be enforced here and now',
  description: [
    'Shows what a command would find: each path at which something begins to hold, what may be done there and below, and the rule behind it; then the protected names, the denied patterns and what is not enforced. With PATHs it explains those: which rule decides, which do not and why, and what would have to change.',
    'Nothing is started and nothing is changed. The disk is looked at as it is now.',
  ],
  operands: { kind: 'paths', synopsis: '[PATH...]' },
  options: [
    ...POLICY_OPTIONS,
    { name: 'bwrap', description: 'print the arguments of bwrap instead, one group on each line' },
    { name: 'seccomp', description: 'print the seccomp filter instead, disassembled' },
    { name: 'json', description: 'print all of it as JSON' },
    HELP,
  ],
  examples: [
    { line: 'linux-sandbox explain', does: 'what the default profile allows here' },
    { line: 'linux-sandbox explain .git/config /etc/hosts', does: 'why a path may or may not be written' },
    { line: 'linux-sandbox explain -P :read-only --bwrap', does: 'how bwrap is called' },
    { line: 'linux-sandbox explain -n enabled --seccomp', does: 'which system calls are refused' },
    { line: 'linux-sandbox explain --json', does: 'for programs' },
  ],
  statuses: [{ status: '0', meaning: 'it was explained' }, USAGE, UNENFORCEABLE],
}

const CHECK: CommandSpec = {
  name: 'check',
  summary: 'ask whether a command could read or write paths',
  description: [
    'Says yes or no for each PATH, with the rule that decides, as the sandbox would: symbolic links are followed, and protected names, git repositories and denied patterns are those on the disk now. Without --read and --write it is about reading; with both, both must be allowed.',
    'It is about what the policy allows. Permissions of files come on top: what this user cannot open, a command cannot either.',
  ],
  operands: { kind: 'paths', synopsis: 'PATH...' },
  options: [
    ...POLICY_OPTIONS,
    { name: 'read', description: 'ask whether the policy allows reading' },
    { name: 'write', description: 'ask whether the policy allows writing, or creating what is not there' },
    HELP,
  ],
  examples: [
    { line: 'linux-sandbox check /etc/hosts', does: 'may it be read?' },
    { line: 'linux-sandbox check --write . /tmp', does: 'may all of these be written?' },
    { line: 'linux-sandbox check --write .git/config || true', does: 'no: git executes what it names' },
  ],
  statuses: [
    { status: '0', meaning: 'yes, for all of them' },
    { status: '1', meaning: 'no, for at least one' },
    USAGE,
    UNENFORCEABLE,
  ],
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const

const COMPLETION: CommandSpec = {
  name: 'completion',
  summary: 'print completions for a shell',
  description: ['Prints a script that makes SHELL complete commands, options and values of linux-sandbox.'],
  operands: { kind: 'words', synopsis: SHELLS.join('|'), choices: SHELLS },
  options: [HELP],
  examples: [
    { line: 'linux-sandbox completion bash > ~/.linux-sandbox.bash', does: 'to be sourced in ~/.bashrc' },
    { line: 'linux-sandbox completion zsh > _linux-sandbox', does: 'in a directory of $fpath' },
    { line: 'linux-sandbox completion fish > linux-sandbox.fish', does: 'in ~/.config/fish/completions' },
  ],
  statuses: [{ status: '0', meaning: 'it was printed' }, USAGE],
}

/** Every command of the multitool. The first is meant when none is named. */
export const COMMANDS: readonly [CommandSpec, ...CommandSpec[]] = [RUN, DOCTOR, EXPLAIN, CHECK, COMPLETION]

export type Shell = (typeof SHELLS)[number]
