/** Something outside the command line that it depends on. */
export interface Surrounding {
  readonly name: string
  /** A sentence without a full stop. */
  readonly meaning: string
}

export const ENVIRONMENT: readonly Surrounding[] = [
  { name: 'LINUX_SANDBOX_CONFIG', meaning: 'the configuration, unless --config names one' },
  {
    name: 'XDG_CONFIG_HOME, HOME',
    meaning: 'where linux-sandbox/config.toml is looked for: in the first, else in .config of the second',
  },
  { name: 'PATH', meaning: 'where bwrap is looked for, except in places that the command may write' },
  { name: 'TMPDIR', meaning: 'a directory for temporary files, which :workspace lets the command write' },
  {
    name: 'XDG_RUNTIME_DIR',
    meaning: 'a private directory, in which sandboxes register what they have to clean up',
  },
  { name: 'NO_COLOR', meaning: 'when it is set and not empty, nothing is coloured' },
  { name: 'LC_ALL, LC_CTYPE, LANG', meaning: 'whether lines can be drawn with characters beyond ASCII' },
]
