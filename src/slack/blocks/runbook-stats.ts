// The record of runbooks as an answer in Slack: the ten that most deserve time, and the alerts that none caught. Pure.
import type { KnownBlock } from '@slack/types'
import { type RunbookStats, type StatsReport, spanOf, spoken } from '../../flow/runbook-stats.ts'
import { inline, mrkdwn, when } from './text.ts'

const SHOWN = 10

/** The answer to `/spark runbook stats`. `teams` are those whose incidents are counted. */
export function statsBlocks(report: StatsReport, teams: readonly string[]): KnownBlock[] {
  const { days, runbooks, gaps, unused } = report
  const of = teams.slice(0, 5).map((team) => inline(team, 40)).join(', ') // prettier-ignore
  const head = `*Runbooks of the last ${days === 1 ? 'day' : `${days} days`}* · ${of}${teams.length > 5 ? ` and ${teams.length - 5} more` : ''}`
  const blocks: KnownBlock[] = [
    { type: 'section', text: mrkdwn(head) },
    runbooks.length === 0
      ? { type: 'section', text: mrkdwn('No incident had a runbook.') }
      : { type: 'section', text: mrkdwn(runbooks.slice(0, SHOWN).map(line).join('\n')) },
  ]
  if (gaps.length > 0) {
    const lines = gaps
      .slice(0, SHOWN)
      .map((gap) => `• ${inline(gap.alert, 100)}: ${count(gap.incidents)}, last ${when(gap.last, 'day')}`)
    blocks.push({ type: 'section', text: mrkdwn(['*Alerts that no runbook caught*', ...lines].join('\n')) })
  }
  const more = [
    runbooks.length > SHOWN ? `${runbooks.length - SHOWN} more runbooks` : null,
    gaps.length > SHOWN ? `${gaps.length - SHOWN} more alerts` : null,
  ].filter((part) => part !== null)
  const small = [
    ...(more.length > 0 ? [`${more.join(' and ')}: \`arrestor runbook stats\` has all.`] : []),
    ...(unused.length > 0 ? [`Not used: ${unused.slice(0, 8).map((one) => inline(spoken(one), 60)).join(', ')}${unused.length > 8 ? '…' : ''}`] : []), // prettier-ignore
  ]
  if (small.length > 0) blocks.push({ type: 'context', elements: small.map((text) => mrkdwn(text)) })
  return blocks
}

/** At most 280 characters, so that ten fit into one block. */
function line(one: RunbookStats): string {
  const facts = [
    count(one.incidents),
    `opened in ${one.opened}`,
    one.steps > 0 ? `${one.stepsDone} of ${one.steps} steps` : null,
    one.fixedBy > 0 ? `fixed by it ${one.fixedBy}` : null,
    one.escalated > 0 ? `escalated ${one.escalated}` : null,
    one.acknowledgedMedian === null ? null : `acknowledged in ${spanOf(one.acknowledgedMedian)}`,
    one.resolvedMedian === null
      ? null
      : `resolved in ${spanOf(one.resolvedMedian)} (90 %: ${spanOf(one.resolvedP90)})`,
    one.useful + one.useless > 0 ? `useful ${one.useful}, not ${one.useless}` : null,
    one.switchedAway > 0 ? `switched away ${one.switchedAway}` : null,
  ]
  return `• *${inline(spoken(one), 60)}*: ${facts.filter((fact) => fact !== null).join(' · ')}`
}

function count(incidents: number): string {
  return `${incidents} ${incidents === 1 ? 'incident' : 'incidents'}`
}
