export { hasFeature, missingFeatures, type Feature } from './features.ts'
export { describeForUsers } from './host-test.ts'
export {
  identityOf,
  makeDirectory,
  runProgram,
  runSandboxed,
  runScenario,
  stageDirectory,
  stagedNode,
  stagedProgram,
  userEnvironment,
  type Outcome,
  type ProgramEnd,
  type ReportedError,
  type Scenario,
} from './scenario.ts'
export { ORDINARY_USER, ROOT, TEST_USERS, type TestUser } from './users.ts'
export {
  startWithLibrary,
  withLibrary,
  type ActOptions,
  type Attempt,
  type ChildEnd,
  type LibraryError,
  type Modules,
} from './library.ts'
export {
  descendantsOf,
  follow,
  LAUNCHERS,
  launcherWords,
  processesWith,
  startProgram,
  survivorsOf,
  uniqueSeconds,
  until,
  workspaceProfileJson,
  type Launcher,
  type ProcessMark,
  type StartedProgram,
  type StartOptions,
} from './processes.ts'
export {
  CTRL_BACKSLASH,
  CTRL_C,
  CTRL_D,
  CTRL_Z,
  runOnTerminal,
  type TerminalEnd,
  type TerminalStep,
} from './terminal.ts'
