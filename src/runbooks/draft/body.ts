// The text of a draft: what was looked at, what was done and what came of it, with a TODO wherever people must write.
import type { Inert } from './inert.ts'
import type { DraftAction, DraftFinding, DraftProbe, DraftSource } from './source.ts'
import { actionBlock, probeBlock } from './steps.ts'

/** Quoted at most; what is left out is counted. */
const FINDINGS_PER_PROBE = 6
const QUOTES_PER_FINDING = 2
const NOTES = 50
const RUNS_PER_ACTION = 10

/** Everything below the front matter, as pieces between which a blank line stands. */
export function bodyOf(source: DraftSource, title: string, inert: Inert): string {
  const probes = source.probes.filter(first(({ step }) => step.id))
  const ids = new Set(probes.map(({ step }) => step.id))
  const pieces = [
    `# ${inert.inline(title, 150)}`,
    ...intro(source, inert),
    '## Diagnose',
    ...(probes.length === 0
      ? ['TODO: say what to look at first. No probe ran in this incident.']
      : [
          'What each of these found in the incident is quoted below it. TODO: keep what told the cause, remove what did not.',
          ...probes.flatMap((probe) => diagnosis(probe, ids, inert)),
        ]),
    '## Act',
    ...(source.actions.length === 0
      ? ['TODO: say what to do. No action was pressed in this incident.']
      : [
          'TODO: say when each of these is worth it, and when not.',
          ...withFreeIds(source.actions, ids).flatMap(([action, id]) => doing(action, id, ids, inert)),
        ]),
    ...(source.ticked.length === 0 ? [] : ticked(source, inert)),
    ...(source.notes.length === 0 ? [] : notes(source, inert)),
    '## Escalate when',
    ...escalation(source),
    '## Hand over',
    ...handOver(source),
  ]
  return `${pieces.join('\n\n')}\n`
}

function intro(source: DraftSource, inert: Inert): string[] {
  const { annotations } = source.alert
  const said = annotations['summary'] ?? annotations['description'] ?? annotations['message'] ?? ''
  const summary = inert.paragraphs(said, 1_000)
  const { served } = source
  const how =
    served === null
      ? 'no runbook served it'
      : served.catchAll
        ? `only the catch-all, ${inert.inline(served.title, 150)}, served it`
        : `the runbook ${inert.inline(served.title, 150)} served it`
  return [
    ...(summary === '' ? [] : [summary]),
    `Drafted from incident ${source.number} of ${day(source.openedAt)}; ${how}.`,
    'TODO: say in two sentences what this means and who is hurt by it.',
  ]
}

function diagnosis(probe: DraftProbe, ids: ReadonlySet<string>, inert: Inert): string[] {
  const { step, findings } = probe
  const shown = findings.slice(0, FINDINGS_PER_PROBE)
  const more = findings.length - shown.length
  return [
    `### ${inert.inline(step.heading, 150) || 'Probe'}`,
    ...(step.prose.trim() === '' ? [] : [step.prose.trim()]),
    probeBlock(step, ids),
    ...(shown.length === 0 ? ['It found nothing to speak of.'] : shown.flatMap((one) => found(one, inert))),
    ...(more > 0 ? [`It found ${more} more of the kind.`] : []),
  ]
}

function found({ severity, sentence, evidence, unreached }: DraftFinding, inert: Inert): string[] {
  const words = severity === 'none' ? sentence : `${severity}: ${sentence}`
  return [
    inert.paragraphs(words, 800, '> ') || '> (without words)',
    ...evidence
      .slice(0, QUOTES_PER_FINDING)
      .flatMap(({ text, from }) => [
        `It read, in ${inert.inline(from, 150) || 'its source'}:`,
        inert.code(text, 600),
      ]),
    ...(unreached.length === 0
      ? []
      : [
          `Could not be seen: ${unreached
            .slice(0, 4)
            .map((one) => inert.inline(one, 200))
            .join('; ')}.`,
        ]),
  ]
}

function doing(action: DraftAction, id: string, ids: ReadonlySet<string>, inert: Inert): string[] {
  const prose = action.step?.prose.trim() ?? ''
  const shown = action.runs.slice(-RUNS_PER_ACTION)
  return [
    `### ${inert.inline(action.step?.heading ?? action.title, 150) || 'Action'}`,
    prose === '' ? 'TODO: say what it does and what it may cost.' : prose,
    actionBlock(action, id, ids),
    ...shown.map(({ state, verified, detail, afterMs }) => {
      const outcome = `${OUTCOMES[state] ?? 'ended in a way we do not know'}${VERIFIED[verified] ?? ''}`
      const why = detail === null || detail.trim() === '' ? '' : ` It said: ${inert.inline(detail, 400)}`
      return `In the incident a ${action.requires} asked for it ${span(afterMs)} after the start; it ${outcome}.${why}`
    }),
  ]
}

const OUTCOMES: Readonly<Record<string, string>> = {
  requested: 'had not begun when this was drafted',
  approved: 'had not begun when this was drafted',
  running: 'was running when this was drafted',
  succeeded: 'succeeded',
  failed: 'failed',
  unknown: 'ended without an answer',
}
const VERIFIED: Readonly<Record<string, string>> = {
  verified: ', and a probe confirmed it',
  not_verified: ', and nothing confirmed it',
}

function ticked(source: DraftSource, inert: Inert): string[] {
  return [
    '## What was worked through',
    'These sections were ticked in the runbook that served. TODO: take over what is needed here as well.',
    source.ticked.map((heading) => `- ${inert.inline(heading, 150) || 'a section'}`).join('\n'),
  ]
}

function notes(source: DraftSource, inert: Inert): string[] {
  const shown = source.notes.slice(-NOTES)
  const more = source.notes.length - shown.length
  return [
    '## Notes',
    'Written while it was worked on. TODO: turn them into steps, or remove them.',
    ...(more > 0 ? [`The oldest ${more} are left out.`] : []),
    ...shown.flatMap(({ text, afterMs }) => [
      `${span(afterMs)} after the start:`,
      inert.paragraphs(text, 2_000, '> ') || '> (empty)',
    ]),
  ]
}

function escalation(source: DraftSource): string[] {
  const { escalations } = source
  const steps = escalations.map(({ afterMs, page, mentions }) => {
    const whom = [page ? 'PagerDuty was called' : '', mentions > 0 ? 'people were mentioned in Slack' : '']
    return `- ${span(afterMs)} after the start ${whom.filter((one) => one !== '').join(', and ') || 'a step was due'}`
  })
  return [
    'TODO: say when this needs somebody else, and whom.',
    ...(steps.length === 0
      ? ['Nobody was called in this incident.']
      : ['In this incident:', steps.slice(0, 20).join('\n')]),
  ]
}

const RESOLUTIONS: Readonly<Record<string, string>> = {
  source: 'its source said that it was over',
  person: 'a person resolved it',
  pagerduty: 'it was resolved in PagerDuty',
  successful_run: 'the next run of the job succeeded',
}

function handOver(source: DraftSource): string[] {
  const { openedAt, acknowledgedAt, resolvedAt, resolution } = source
  const since = (at: Date): string => span(at.getTime() - openedAt.getTime())
  const taken =
    acknowledgedAt === null ? 'Nobody acknowledged it' : `It was acknowledged after ${since(acknowledgedAt)}`
  const ended =
    resolvedAt === null
      ? 'it was still open when this was drafted'
      : `after ${since(resolvedAt)} ${RESOLUTIONS[resolution ?? ''] ?? 'it was resolved'}`
  return [
    'TODO: say what the next person must know: what was changed, what is left to do, who waits for what.',
    `${taken}; ${ended}.`,
  ]
}

/** Keeps the first of those that share a key. */
function first<T>(keyOf: (one: T) => string): (one: T) => boolean {
  const seen = new Set<string>()
  return (one) => {
    const key = keyOf(one)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  }
}

/** Steps of several runbooks may share an id; within one file each has its own. */
function withFreeIds(actions: readonly DraftAction[], probes: ReadonlySet<string>): [DraftAction, string][] {
  const taken = new Set(probes)
  return actions.map((action) => {
    let id = action.id
    for (let n = 2; taken.has(id); n += 1) id = `${action.id.slice(0, 58)}-${n}`
    taken.add(id)
    return [action, id]
  })
}

function day(at: Date): string {
  return at.toISOString().slice(0, 10)
}

/** `40 seconds`, `3 minutes`, `2 hours`: as exact as a reader needs it. */
function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const [count, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5_400
        ? [Math.round(seconds / 60), 'minute']
        : [Math.round(seconds / 3_600), 'hour']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
