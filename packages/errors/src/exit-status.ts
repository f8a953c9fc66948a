/**
 * Exit statuses of every program of linux-sandbox. A command that ran gives its own status, and 128 + N when
 * signal N ended it. `native/src/status.h` repeats these; a test compares the two.
 */
export const EXIT_STATUS = {
  /** Wrong usage, or a policy document that cannot be parsed. */
  usage: 2,
  /** A defect of linux-sandbox itself. */
  bug: 70,
  /** The sandbox could not be set up; the command did not run. */
  setup: 125,
  /** The command was found but could not be executed. */
  cannotExecute: 126,
  /** The command was not found. */
  notFound: 127,
} as const

export type ExitStatus = (typeof EXIT_STATUS)[keyof typeof EXIT_STATUS]
