import {
  ReportReader,
  type EndedReport,
  type FailedReport,
  type StartedReport,
  type ViolationReport,
} from '@linux-sandbox/native'

/** What `supervise` has reported of one run so far. */
export class RunReports {
  /** Resolves when the command and all that it started are gone. Stays pending when the command did not start. */
  readonly ended: Promise<EndedReport>
  readonly #reader = new ReportReader()
  #resolveEnded!: (report: EndedReport) => void
  #started: StartedReport | undefined
  #failed: FailedReport | undefined
  readonly #violations: ViolationReport[] = []
  #hasCome = false

  constructor() {
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve))
  }

  /** That the command was started. */
  get started(): StartedReport | undefined {
    return this.#started
  }

  /** Why the command was not started. */
  get failed(): FailedReport | undefined {
    return this.#failed
  }

  /** What was wrong with placeholders. Complete when `ended` has come. */
  get violations(): readonly ViolationReport[] {
    return this.#violations
  }

  /** Whether there has been any report. */
  get hasCome(): boolean {
    return this.#hasCome
  }

  /** Reads the next bytes of the control socket. */
  take(chunk: Uint8Array): void {
    for (const report of this.#reader.push(chunk)) {
      this.#hasCome = true
      if (report.kind === 'started') this.#started = report
      else if (report.kind === 'failed') this.#failed = report
      else if (report.kind === 'violation') this.#violations.push(report)
      else this.#resolveEnded(report)
    }
  }
}
