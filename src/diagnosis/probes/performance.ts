// What slows an application down or wastes its cluster: the performance findings, those that matter.
import * as z from 'zod'
import { type Finding, type Probe, byGravity } from '../model.ts'
import { PERFORMANCE } from '../performance/findings.ts'
import { type Measured, type Performance, severityOf } from '../performance/measure.ts'
import { asEvidence } from '../performance/shown.ts'
import { type Snapshot, takeSnapshot } from '../performance/snapshot.ts'
import { type Thresholds, falls, fourSchema, materialFor, thresholdsFor } from '../thresholds.ts'
import { outputsOf, unseen, withApplication } from './support.ts'

const IDS = PERFORMANCE.map(({ id }) => id)

const params = z
  .strictObject({
    /** Look for these only. */
    only: z.array(z.enum(IDS)).min(1).optional(),
    /** By id, in place of ours. */
    thresholds: z.partialRecord(z.enum(IDS), fourSchema).default({}),
  })
  .prefault({})

/** More than these nobody reads at 03:00; the outputs have all. */
const TOLD = 4

interface Graded {
  readonly of: Performance
  readonly measured: Measured
  readonly severity: Finding['severity']
}

export const performance: Probe = {
  id: 'spark.performance',
  title: 'What slows it down',
  needs: ['application', 'executors', 'stages', 'tasks', 'environment'],
  params,
  outputs: {
    app_id: 'application id',
    worst: 'id of the gravest finding, or none; null where nothing is told and not all could be looked for',
    severity: 'its severity; null as above',
    ...Object.fromEntries(
      PERFORMANCE.map(({ id, meaning }) => [id, `${meaning}; null where it does not apply`]),
    ),
  },
  run: (raw, context) =>
    withApplication(performance, context, async (app, reader) => {
      const { only, thresholds } = params.parse(raw ?? {})
      const snapshot = await takeSnapshot(reader, app, context.now, context.signal)
      const wanted = PERFORMANCE.filter(
        ({ id, needs = [] }) =>
          (only?.includes(id) ?? true) && needs.every((need) => reader.capabilities.has(need)),
      )
      const looked = wanted.filter(({ from }) => from.every((part) => !snapshot.unread.has(part)))
      const material = materialFor(context)
      const graded = looked
        .flatMap((of) => {
          const limits = thresholdsFor(of.id, of.thresholds, context, thresholds[of.id])
          return worst(of, of.measure(snapshot), limits, material)
        })
        .sort((a, b) => byGravity(a.severity, b.severity))
      const told = graded.filter(({ severity }) => severity !== 'none').slice(0, TOLD)
      const [first] = told
      // Nothing told is an all-clear only where all was looked for.
      const none = looked.length === wanted.length ? 'none' : null
      return {
        outputs: outputsOf(performance, {
          app_id: app.id,
          worst: first?.of.id ?? none,
          severity: first?.severity ?? none,
          ...Object.fromEntries(graded.map(({ of, measured }) => [of.id, Number(measured.value.toFixed(3))])),
        }),
        findings:
          told.length > 0
            ? told.map((one) => findingOf(one, snapshot))
            : [
                {
                  ...unseen(performance.id, quiet(app.name, looked, wanted), snapshot.unreached),
                  link: app.link,
                },
              ],
      }
    }),
}

/** What is said where nothing is told: how much was looked for, and what could not be. */
function quiet(name: string, looked: readonly Performance[], wanted: readonly Performance[]): string {
  if (looked.length === 0) return `What may slow ${name} down was not seen.`
  if (looked.length === wanted.length)
    return `Nothing slows ${name} down that would matter (${looked.length} looked for).`
  const missed = wanted.filter((one) => !looked.includes(one)).map(({ id }) => id)
  return `Nothing slows ${name} down that would matter, of the ${looked.length} of ${wanted.length} looked for; not seen: ${missed.join(', ')}.`
}

/** The gravest of what one formula measured; the largest cost among equals. */
function worst(
  of: Performance,
  all: readonly Measured[],
  thresholds: Thresholds,
  materialMs: Thresholds,
): Graded[] {
  const [first] = all
    .map((measured) => ({ of, measured, severity: severityOf(measured, thresholds, materialMs) }))
    .sort(
      (a, b) =>
        byGravity(a.severity, b.severity) ||
        (b.measured.affectedMs ?? 0) - (a.measured.affectedMs ?? 0) ||
        beyond(b.measured.value, a.measured.value, thresholds),
    )
  return first === undefined ? [] : [first]
}

/** How much further one value is on the bad side than another. */
function beyond(a: number, b: number, thresholds: Thresholds): number {
  return falls(thresholds) ? b - a : a - b
}

function findingOf({ of, measured, severity }: Graded, { app, unreached }: Snapshot): Finding {
  return {
    probe: performance.id,
    severity,
    sentence: `${measured.says}.`,
    evidence: [
      asEvidence(app, { ...measured, figures: `${of.id}: ${measured.figures}` }),
      ...(measured.also ?? []).map((one) => asEvidence(app, one)),
    ],
    link: measured.link,
    // What could not be read may hold something graver.
    confidence: unreached.length === 0 ? 'high' : 'medium',
    unreached,
  }
}
