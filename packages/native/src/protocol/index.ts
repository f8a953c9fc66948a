export {
  BROKER_NAME_SIZE,
  BROKER_PIPES,
  BROKER_REPLY_SIZE,
  BrokerEventReader,
  decodeBrokerReply,
  encodeBrokerSignal,
  encodeBrokerSpawn,
  type BrokerEvent,
  type BrokerReply,
  type BrokerSlot,
  type BrokerSpawn,
} from './broker-messages.js'
export { decodeWaitStatus, type ProcessEnd } from './wait-status.js'
export { expectation } from './encode-operations.js'
export { encodeEnterRequest, encodeSuperviseRequest } from './encode-request.js'
export {
  ENTER_PROGRAM,
  GRANTED_DESCRIPTORS_MAX,
  LANDLOCK_RULES_MAX,
  LAUNCHER_OPTIONS,
  LISTENER_PORT_MIN,
  MOUNTS_MAX,
  OPERATIONS_MAX,
  PLACEHOLDER_CONTENT_MAX,
  PLACEHOLDERS_MAX,
  PROTOCOL_VERSION,
  REQUEST_SIZE_MAX,
  ROUTES_MAX,
  STATUS_SOCKET,
  STEPS,
  VIOLATIONS,
  type NamespaceName,
  type PlaceholderViolation,
  type Step,
} from './constants.js'
export {
  ReportReader,
  type Attempt,
  type EndedReport,
  type FailedReport,
  type LauncherFailedReport,
  type PathFailedReport,
  type Report,
  type StartedReport,
  type StepFailedReport,
  type ViolationReport,
} from './report-reader.js'
export type {
  EnterRequest,
  ExpectedMount,
  LandlockRule,
  LandlockRuleset,
  LaunchOperation,
  LimitValue,
  Placeholder,
  ResourceLimit,
  Route,
  SuperviseRequest,
} from './request.js'
export { RESOURCES, type ResourceName } from './resources.js'
