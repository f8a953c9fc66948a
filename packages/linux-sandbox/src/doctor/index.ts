export { examineHost, type ExamineOptions, type HostReport, type PolicyOptions } from './examine-host.js'
export { FINDING_SEVERITIES, type Finding, type FindingId, type Severity } from './finding.js'
export { formatHostReport } from './format-report.js'
export { startupWarnings } from './startup-warnings.js'
