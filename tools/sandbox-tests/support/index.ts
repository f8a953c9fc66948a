export { TEST_BACKEND } from './backend.ts'
export { hasFeature, landlockAbi } from './features.ts'
export { describeForUsers, describeOnHost } from './host-test.ts'
export { stagedDriver, stagedPreload, stagedProbe } from './probe.ts'
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
  type ProgramName,
} from './scenario.ts'
export { ORDINARY_USER, ROOT, TEST_USERS, type TestUser } from './users.ts'
export { startWithLibrary, withLibrary, type Modules } from './library.ts'
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
} from './processes.ts'
export { CTRL_BACKSLASH, CTRL_C, CTRL_D, CTRL_Z, runOnTerminal } from './terminal.ts'
export { stagedCall, stagedStandalone, stagedWords, TESTED_PROGRAMS } from './standalone.ts'
