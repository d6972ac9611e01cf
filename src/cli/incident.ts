// `arrestor incident list|show|evidence`: what the service knows, from a terminal.
import type { Command } from 'commander'
import * as z from 'zod'
import { ArrestorError } from '../errors.ts'
import { Incident, IncidentDetail, IncidentEvidence } from '../http/api/schemas.ts'
import { forTerminal } from '../runbooks/terminal.ts'
import { apiAccess, call, understood } from './api-client.ts'

export function registerIncident(program: Command): void {
  const incident = program
    .command('incident')
    .description('incidents of a running service (ARRESTOR_URL, ARRESTOR_TOKEN)')
  incident
    .command('list')
    .description('open incidents, newest first')
    .option('--state <state>', 'open, triggered, acknowledged, resolved or all', 'open')
    .option('--limit <number>', 'at most so many', '50')
    .option('--json', 'as JSON')
    .action(async (options: { state: string; limit: string; json?: boolean }) => {
      const access = apiAccess(process.env)
      const query = `state=${encodeURIComponent(options.state)}&limit=${encodeURIComponent(options.limit)}`
      const answer = await call(access, 'GET', `/api/v1/incidents?${query}`)
      const { incidents } = understood(access, answer, z.object({ incidents: z.array(Incident) }))
      console.log(
        options.json === true
          ? JSON.stringify(incidents, null, 2)
          : incidents.length === 0
            ? 'No incident.'
            : incidents.map(line).join('\n'),
      )
    })
  incident
    .command('show <incident>')
    .description('one incident, by number or id, with findings and timeline')
    .option('--json', 'as JSON')
    .action(async (reference: string, options: { json?: boolean }) => {
      const detail = await read(reference, '', IncidentDetail)
      console.log(options.json === true ? JSON.stringify(detail, null, 2) : describe(detail))
    })
  incident
    .command('evidence <incident>')
    .description('what was captured of an incident before it was gone')
    .option('--json', 'as JSON')
    .action(async (reference: string, options: { json?: boolean }) => {
      const evidence = await read(reference, '/evidence', IncidentEvidence)
      console.log(options.json === true ? JSON.stringify(evidence, null, 2) : captured(evidence))
    })
}

/** What the service answers of one incident. Throws ARR-703 for one that it does not know. */
async function read<T>(reference: string, below: string, schema: z.ZodType<T>): Promise<T> {
  const access = apiAccess(process.env)
  const path = `/api/v1/incidents/${encodeURIComponent(reference.replace(/^#/, ''))}${below}`
  const answer = await call(access, 'GET', path)
  if (answer.status === 404)
    throw new ArrestorError('ARR-703', {
      kind: 'incident',
      id: reference,
      list: 'with `arrestor incident list --state all`',
    })
  return understood(access, answer, schema)
}

function captured({ captures }: z.infer<typeof IncidentEvidence>): string {
  if (captures.length === 0) return 'Nothing was captured.'
  const out = captures.flatMap(({ occasion, at, files, missing }) => [
    `# ${at.slice(0, 19).replace('T', ' ')} UTC, ${occasion}`,
    ...missing.map((one) => `could not be captured: ${one}`),
    ...files.flatMap(({ name, title, text, cut }) => [
      '',
      `## ${name}: ${title}${cut ? ' (a part was left out)' : ''}`,
      ...text.split('\n'),
    ]),
    '',
  ])
  return out.map(forTerminal).join('\n')
}

type Row = z.infer<typeof Incident>

function line(incident: Row): string {
  return [
    `#${incident.number}`.padEnd(6),
    incident.state.padEnd(12),
    incident.severity.padEnd(8),
    forTerminal(incident.team).padEnd(16),
    incident.opened_at.slice(0, 16).replace('T', ' '),
    forTerminal(incident.title),
  ].join(' ')
}

function describe(detail: z.infer<typeof IncidentDetail>): string {
  const out = [
    `#${detail.number} ${detail.title}`,
    `${detail.state}, ${detail.severity}, team ${detail.team}${detail.platform === null ? '' : `, platform ${detail.platform}`}; opened ${detail.opened_at}`,
    `${detail.alerts_total} alerts, ${detail.alerts_firing} firing; runbook ${detail.runbook ?? 'none'}; key ${detail.key}`,
  ]
  if (detail.page !== null)
    out.push(
      `page: ${detail.page.state}${detail.page.last_error === null ? '' : ` (${detail.page.last_error})`}`,
    )
  if (detail.findings.length > 0) out.push('', 'Findings')
  for (const finding of detail.findings) {
    out.push(`  ${finding.severity.padEnd(8)} ${finding.sentence}`)
    for (const { from, text, link } of finding.evidence) {
      out.push(`           ${from}: ${(text.split('\n')[0] ?? '').slice(0, 160)}`)
      if (link !== null) out.push(`             ${link}`)
    }
    for (const unreached of finding.unreached) out.push(`           could not be seen: ${unreached}`)
  }
  if (detail.actions.length > 0) out.push('', 'Actions')
  for (const run of detail.actions)
    out.push(
      `  ${run.action} ${run.target}: ${run.state}, ${run.verified}; asked by ${run.requested_by}${run.detail === null ? '' : `; ${run.detail}`}`,
    )
  out.push('', 'Timeline')
  for (const entry of detail.timeline)
    out.push(
      ...`  ${entry.at.slice(0, 19).replace('T', ' ')}  ${entry.kind.padEnd(18)} ${entry.actor}: ${entry.reason}${entry.count > 1 ? ` (${entry.count} times)` : ''}`
        .split('\n')
        .map((text, at) => (at === 0 ? text : `${' '.repeat(42)}${text}`)),
    )
  return out.map(forTerminal).join('\n')
}
