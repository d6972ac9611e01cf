// The test file of a draft: the alert that must match, and what the probes said then, as the incident had it.
import { createNormaliseJobName } from '../../alerts/job-name.ts'
import { factsOf } from '../facts.ts'
import { indexOf } from '../index-of.ts'
import { matchAlert } from '../match.ts'
import type { Runbook, Scalar } from '../model.ts'
import { viewSections } from '../sections.ts'
import { alertFrom } from '../test-file.ts'
import { type Front, PLACEHOLDER, jobOf } from './front.ts'
import type { Inert } from './inert.ts'
import type { DraftSource, DraftSurroundings } from './source.ts'
import { yaml } from './steps.ts'

/** Labels whose values say what kind of thing failed, not whose data it was. All others are left out. */
const TELLABLE = ['severity', 'team', 'platform', 'cluster', 'env', 'environment']

/** Outputs that name things of the customer's: hosts, applications, tables, people. */
const NAMES = /(?:^|_)(?:id|host|name|user|path|table|address|file|url)s?$/

/** The labels that a test may hold. */
function labelsOf(source: DraftSource, front: Front, inert: Inert): Record<string, string> {
  const labels: Record<string, string> = { alertname: front.alertname }
  for (const name of TELLABLE) {
    const value = source.alert.labels[name]
    if (value === undefined || value === '') continue
    // A value that had to be changed would be another's: better none.
    if (inert.plain(value, 100) === value) labels[name] = value
  }
  const job = jobOf(source, inert)
  if (job !== null) labels['job_name'] = job
  if (front.takenBy !== null) labels[PLACEHOLDER] = front.id
  return labels
}

function tellable(name: string, value: Scalar): boolean {
  if (typeof value === 'string') return !NAMES.test(name) && /^[A-Za-z][A-Za-z0-9_.-]{0,59}$/.test(value)
  return value !== null
}

function outputsOf(source: DraftSource): Record<string, Record<string, Scalar>> {
  return Object.fromEntries(
    source.probes.flatMap(({ step, outputs }) => {
      const kept = Object.entries(outputs).filter(([name, value]) => tellable(name, value))
      return kept.length === 0 ? [] : [[step.id, Object.fromEntries(kept)]]
    }),
  )
}

/**
 * The test file. Its expectations are what matching makes of the draft alone, so that it passes as written; that
 * another runbook takes the alert shows only where both are loaded.
 */
export function testsOf(
  source: DraftSource,
  front: Front,
  runbook: Runbook,
  around: DraftSurroundings,
  inert: Inert,
): string {
  const labels = labelsOf(source, front, inert)
  const outputs = outputsOf(source)
  const { platform } = source
  const alert = alertFrom({ labels, annotations: {} }, createNormaliseJobName([]))
  const index = indexOf([runbook])
  const before = matchAlert(index, alert)
  const after = matchAlert(index, alert, outputs, platform?.kind)
  const views = viewSections(
    runbook,
    factsOf(alert, outputs, platform?.kind),
    platform === null ? null : { ...platform, name: 'test' },
    around.actions,
  )
  const offered = views.flatMap((view) => view.offered.map(({ step }) => step.id))
  const tests = [
    ...(before.runbook === null
      ? []
      : [
          {
            name: `the alert of incident ${source.number}`,
            alert: { labels },
            expect: { match: front.id, why: 'matched', entry: before.explanation[0]?.entry },
          },
        ]),
    ...(after.runbook === null
      ? []
      : [
          {
            name: `what the probes of incident ${source.number} saw`,
            alert: { labels },
            ...(platform === null
              ? {}
              : {
                  platform: {
                    kind: platform.kind,
                    capabilities: [...platform.capabilities].toSorted(),
                  },
                }),
            outputs,
            expect: {
              match: front.id,
              why: 'matched',
              entry: after.explanation[0]?.entry,
              ...(platform === null ? {} : { offered }),
            },
          },
        ]),
  ]
  const other = front.alertname === 'Watchdog' ? 'InfoInhibitor' : 'Watchdog'
  const mustNot = [{ name: 'an alert of another name', alert: { labels: { ...labels, alertname: other } } }]
  const head = `# Drafted with ${front.id}.md. Labels are those that say nothing of anybody's data: add what your alerts carry.\n${front.takenBy === null ? '' : '# The label TODO stands for one that you must choose, as the front matter says.\n'}`
  return head + yaml({ tests, must_not_match: mustNot })
}
