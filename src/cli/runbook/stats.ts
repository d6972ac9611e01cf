// `arrestor runbook stats`: which runbooks helped, from a running service, worst first; and the alerts that none caught.
import type { Command } from 'commander'
import type * as z from 'zod'
import { spanOf, spoken } from '../../flow/runbook-stats.ts'
import { RunbookStats } from '../../http/api/schemas.ts'
import { forTerminal } from '../../runbooks/terminal.ts'
import { apiAccess, call, understood } from '../api-client.ts'

export function registerStats(runbook: Command): void {
  runbook
    .command('stats')
    .description(
      'which runbooks helped, worst first, and the alerts that none caught; from a running service',
    )
    .option('--days <days>', 'incidents opened within so many days', '30')
    .option('--json', 'as JSON')
    .action(async (options: { days: string; json?: boolean }) => {
      const access = apiAccess(process.env)
      const query = `days=${encodeURIComponent(options.days)}`
      const answer = await call(access, 'GET', `/api/v1/runbooks/stats?${query}`)
      const report = understood(access, answer, RunbookStats)
      console.log(options.json === true ? JSON.stringify(report, null, 2) : formatStats(report))
    })
}

const HEAD = [
  'runbook', 'incidents', 'opened', 'steps', 'fixed by', 'escalated', 'acked', 'resolved', '90 %', 'useful', 'useless',
  'switched', 'last used',
] as const // prettier-ignore

/** The report as an aligned table and lists. */
export function formatStats({ days, runbooks, gaps, unused }: z.infer<typeof RunbookStats>): string {
  const out =
    runbooks.length === 0
      ? [`No incident of the last ${days} days had a runbook.`]
      : aligned([
          HEAD,
          ...runbooks.map((one) => [
            spoken(one),
            String(one.incidents),
            String(one.opened),
            `${one.steps_done}/${one.steps}`,
            String(one.fixed_by),
            String(one.escalated),
            spanOf(one.acknowledged_median_s),
            spanOf(one.resolved_median_s),
            spanOf(one.resolved_p90_s),
            String(one.useful),
            String(one.useless),
            String(one.switched_away),
            one.last_used.slice(0, 10),
          ]),
        ])
  if (gaps.length > 0)
    out.push(
      '',
      'Alerts that no runbook caught',
      ...aligned(gaps.map(({ alert, incidents, last }) => [alert, String(incidents), last.slice(0, 10)])).map(
        (line) => `  ${line}`,
      ),
    )
  if (unused.length > 0)
    out.push('', `Not used in ${days} days: ${unused.map((one) => forTerminal(spoken(one))).join(', ')}`)
  return out.join('\n')
}

/** Rows as lines: the first column to the left, figures to the right; what would steer the terminal is shown. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map((row) => row.map((cell) => forTerminal(cell)))
  const widths = (clean[0] ?? []).map((_, at) => Math.max(...clean.map((row) => row[at]?.length ?? 0)))
  return clean.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
