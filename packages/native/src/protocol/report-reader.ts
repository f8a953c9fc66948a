import {
  REPORT_KIND,
  REPORT_TEXT_MAX,
  STEPS,
  VIOLATIONS,
  type PlaceholderViolation,
  type Step,
} from './constants.js'
import { decodeUtf8 } from './utf8.js'
import { decodeWaitStatus, type ProcessEnd } from './wait-status.js'

/** Which attempt of the launcher a report is about. */
export type Attempt = 'first' | 'fallback'

/** The command runs. */
export interface StartedReport {
  readonly kind: 'started'
  readonly attempt: Attempt
}

/** The launcher ended before the command ran, or it could not be started. */
export interface LauncherFailedReport extends ProcessEnd {
  readonly kind: 'failed'
  readonly attempt: Attempt
  readonly step: 'launcher'
  /** The end of what the launcher wrote to stderr. */
  readonly text: string
  /** Why `supervise` killed the launcher or could not start it: ETIMEDOUT when it took too long. Missing if it ended by itself. */
  readonly errno?: number
}

/** A step of the native program failed, and the command did not run. */
export interface StepFailedReport {
  readonly kind: 'failed'
  readonly attempt: Attempt
  readonly step: Exclude<Step, 'launcher' | PathFailedReport['step']>
  /** The kernel's error number, for `interrupted` the signal, 0 where no system call failed. */
  readonly errno: number
}

/**
 * A placeholder could not be made, something else is mounted than was expected, or Landlock could not be had, and the command did
 * not run.
 */
export interface PathFailedReport {
  readonly kind: 'failed'
  readonly attempt: Attempt
  readonly step: 'placeholder' | 'mounts' | 'landlock'
  /** Of a mount the target; of a Landlock rule its path, and empty when it is not about a rule. */
  readonly path: string
  readonly errno: number
}

export type FailedReport = LauncherFailedReport | StepFailedReport | PathFailedReport

/** Something is wrong with a placeholder at the end of the run. Comes before `ended`. */
export interface ViolationReport {
  readonly kind: 'violation'
  readonly attempt: Attempt
  readonly violation: PlaceholderViolation
  readonly path: string
  /** Where `supervise` has moved what it found in place of the placeholder. */
  readonly movedTo?: string
  /** Why it was not moved or not removed; 0 when that is no question. */
  readonly errno: number
}

/** The command has ended, and all that it started. */
export interface EndedReport extends ProcessEnd {
  readonly kind: 'ended'
  readonly attempt: Attempt
}

export type Report = StartedReport | FailedReport | EndedReport | ViolationReport

const HEADER_SIZE = 24

const VIOLATION_NAMES = new Map<number, PlaceholderViolation>(
  Object.entries(VIOLATIONS).map(([name, number]) => [number, name as PlaceholderViolation]),
)

const STEP_NAMES = new Map<number, Step>(
  Object.entries(STEPS).map(([name, number]) => [number, name as Step]),
)

/** Turns what arrives on the control socket, in pieces of any size, into reports. */
export class ReportReader {
  #rest = new Uint8Array(0)

  /**
   * The reports that `chunk` completes.
   *
   * @throws {TypeError} when the bytes are none of the native program's; the stream is of no use from then on.
   */
  push(chunk: Uint8Array): Report[] {
    const bytes = new Uint8Array(this.#rest.length + chunk.length)
    bytes.set(this.#rest)
    bytes.set(chunk, this.#rest.length)
    const reports: Report[] = []
    let at = 0
    while (bytes.length - at >= HEADER_SIZE) {
      const size = HEADER_SIZE + textLength(bytes, at)
      if (bytes.length - at < size) break
      reports.push(decodeReport(bytes.subarray(at, at + size)))
      at += size
    }
    this.#rest = bytes.slice(at)
    return reports
  }

  /** Whether the stream may end here: no report is incomplete. */
  get isAtBoundary(): boolean {
    return this.#rest.length === 0
  }
}

function textLength(bytes: Uint8Array, at: number): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true)
  if (length > REPORT_TEXT_MAX) throw new TypeError(`not a report: a text of ${length} bytes`)
  return length
}

function decodeReport(bytes: Uint8Array): Report {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const attempt = view.getUint32(8, true) === 0 ? 'first' : 'fallback'
  const value = view.getUint32(16, true)
  const kind = view.getUint32(4, true)
  switch (kind) {
    case REPORT_KIND.started:
      return { kind: 'started', attempt }
    case REPORT_KIND.ended:
      return { kind: 'ended', attempt, ...decodeWaitStatus(value) }
    case REPORT_KIND.failed:
      return decodeFailure(
        view.getUint32(12, true),
        { attempt, value, text: bytes.subarray(HEADER_SIZE) },
        view.getUint32(20, true),
      )
    case REPORT_KIND.violation:
      return decodeViolation(view.getUint32(12, true), { attempt, value, text: bytes.subarray(HEADER_SIZE) })
    default:
      throw new TypeError(`not a report: kind ${kind}`)
  }
}

interface Found {
  readonly attempt: Attempt
  readonly value: number
  readonly text: Uint8Array
}

function decodeFailure(number: number, { attempt, value, text }: Found, errno: number): FailedReport {
  const step = STEP_NAMES.get(number)
  if (step === undefined) throw new TypeError(`not a report: step ${number}`)
  if (step === 'placeholder' || step === 'mounts' || step === 'landlock')
    return { kind: 'failed', attempt, step, path: decodeUtf8(text), errno: value }
  if (step !== 'launcher') return { kind: 'failed', attempt, step, errno: value }
  const report = {
    kind: 'failed',
    attempt,
    step,
    ...decodeWaitStatus(value),
    text: decodeUtf8(text),
  } as const
  return errno === 0 ? report : { ...report, errno }
}

function decodeViolation(number: number, { attempt, value, text }: Found): ViolationReport {
  const violation = VIOLATION_NAMES.get(number)
  if (violation === undefined) throw new TypeError(`not a report: violation ${number}`)
  const [path = '', movedTo] = decodeUtf8(text).split('\0')
  const report = { kind: 'violation', attempt, violation, path, errno: value } as const
  return movedTo === undefined ? report : { ...report, movedTo }
}
