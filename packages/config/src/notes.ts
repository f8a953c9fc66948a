import type { Place } from './place.js'

/** Something that is allowed and probably not meant. */
export interface Note {
  readonly kind:
    | 'grants-nothing'
    | 'roots-without-entry'
    | 'settings-without-effect'
    | 'same-path'
    | 'proxy-without-effect'
    | 'no-domain-allowed'
  /** One sentence. */
  readonly message: string
  /** Keys from the root of the configuration. */
  readonly path: Place['path']
  /** From 1, where it is written in the document. */
  readonly line?: number
  /** From 1, where it is written in the document. */
  readonly column?: number
  /** The override that it is written in, `key=value`. */
  readonly override?: string
}
