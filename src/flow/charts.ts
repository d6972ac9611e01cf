// The charts of a diagnosis on their way to the thread: asked for once its findings are told, read when they are delivered.
import { byGravity } from '../diagnosis/model.ts'
import { type Chart, chartSchema } from '../diagnosis/chart/model.ts'
import type { Finding } from '../diagnosis/model.ts'
import { lockIncident } from '../incidents/repository.ts'
import { append } from '../store/outbox.ts'
import type { Tx } from '../store/store.ts'
import { DESTINATIONS, PRIORITY } from './destinations.ts'

/** A thread of pictures is read by nobody: those of the gravest findings. */
export const MAX_CHARTS = 4

/** Findings as the thread tells them: their pictures follow by themselves. */
export function withoutCharts(findings: readonly Finding[]): Finding[] {
  return findings.map(({ chart: _chart, ...finding }) => finding)
}

/** Part of the transaction that records that the findings were told, so that pictures never stand above them. */
export async function chartsFollow(tx: Tx, incidentId: string, generation: number, now: Date): Promise<void> {
  if ((await lockIncident(tx, incidentId)) === null) return
  await append(tx, {
    destination: DESTINATIONS.chart,
    subject: incidentId,
    priority: PRIORITY.chart,
    payload: { type: 'charts', generation },
    now,
  })
}

/** The charts of one diagnosis, the gravest finding's first, at most four. What this version cannot read is left out. */
export async function readCharts(tx: Tx, incidentId: string, generation: number): Promise<Chart[]> {
  const rows = await tx
    .selectFrom('findings')
    .select('findings')
    .where('incident_id', '=', incidentId)
    .where('generation', '=', generation)
    .orderBy('position')
    .execute()
  return rows
    .flatMap(({ findings }) => findings as Finding[])
    .toSorted((a, b) => byGravity(a.severity, b.severity))
    .flatMap(({ chart }) => {
      const read = chartSchema.safeParse(chart)
      return read.success ? [read.data] : []
    })
    .slice(0, MAX_CHARTS)
}
