export { hasFeature, missingFeatures, type Feature } from './features.ts'
export { describeForUsers } from './host-test.ts'
export { stagedDriver, stagedPreload, stagedProbe } from './probe.ts'
export {
  identityOf,
  makeDirectory,
  runProgram,
  runSandboxed,
  runScenario,
  stagedNode,
  stagedProgram,
  userEnvironment,
  type Outcome,
  type ProgramEnd,
  type ReportedError,
  type Scenario,
} from './scenario.ts'
export { ORDINARY_USER, ROOT, TEST_USERS, type TestUser } from './users.ts'
