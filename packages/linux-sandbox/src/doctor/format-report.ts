import type { HostReport } from './examine-host.js'
import type { Finding, Severity } from './finding.js'

/** How the lines of a finding are named, all of one width. */
const LABELS = { how: 'found by', cost: 'costs', remedy: 'remedy' } as const
const LABEL_WIDTH = Math.max(...Object.values(LABELS).map((label) => label.length))
const SEVERITY_WIDTH = 'problem'.length

/** `report` as text for people: a line for what is as it should be, and for the rest how it was found, what it costs and what helps. */
export function formatHostReport({ facts, findings }: HostReport): string {
  const idWidth = Math.max(...findings.map(({ id }) => id.length))
  const heading = [facts.distribution, facts.kernel.release, facts.arch]
    .filter((word) => word !== '')
    .join(', ')
  return [
    heading,
    '',
    ...findings.flatMap((one) => findingLines(one, idWidth)),
    '',
    summary(findings),
    '',
  ].join('\n')
}

function findingLines(finding: Finding, idWidth: number): string[] {
  const first = [finding.severity.padEnd(SEVERITY_WIDTH), finding.id.padEnd(idWidth), finding.what].join('  ')
  if (finding.severity === 'ok') return [first]
  const details = (['how', 'cost', 'remedy'] as const).flatMap((key) =>
    finding[key]
      .split('\n')
      .map(
        (line, index) =>
          `${' '.repeat(SEVERITY_WIDTH + 2)}${(index === 0 ? LABELS[key] : '').padEnd(LABEL_WIDTH)}  ${line}`,
      ),
  )
  return [first, ...details]
}

function summary(findings: readonly Finding[]): string {
  const problems = countOf(findings, 'problem')
  const warnings = countOf(findings, 'warning')
  const counts = `${problems} ${problems === 1 ? 'problem' : 'problems'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`
  return problems === 0
    ? `Commands can run in a sandbox: ${counts}.`
    : `Commands cannot run in a sandbox: ${counts}.`
}

function countOf(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((one) => one.severity === severity).length
}
