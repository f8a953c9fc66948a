/** What a guest is asked to do. */
export interface Job {
  /** Run first, one after the other. */
  readonly commands: readonly Command[]
  /** Tests, relative to the directory of the payload. */
  readonly files: readonly string[]
  /** For each test. */
  readonly testSeconds: number
  /** `SANDBOX_TEST_REQUIRE` of tools/sandbox-tests. */
  readonly require: string
  /** `SANDBOX_TEST_BACKEND` of tools/sandbox-tests. */
  readonly backend?: string
}

export interface Command {
  readonly user: 'root' | 'ordinary'
  readonly words: readonly string[]
  /** Files, and what root writes to them before. */
  readonly settings: Readonly<Record<string, string>>
}

/** What a guest answers. */
export interface JobResult {
  /** Of the kernel, as uname(2) says it. */
  readonly release: string
  /** As in the job. */
  readonly commands: readonly CommandResult[]
  readonly files: readonly FileResult[]
}

export interface CommandResult {
  /** An exit status, or a signal or an error in words. */
  readonly end: number | string
  readonly stdout: string
  readonly stderr: string
}

export interface FileResult {
  readonly file: string
  readonly tests: readonly TestResult[]
}

export interface TestResult {
  readonly name: string
  readonly state: 'passed' | 'failed' | 'skipped'
  readonly errors: readonly string[]
}
