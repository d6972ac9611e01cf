// Probes run against recorded answers: a real reader asks a replay on loopback, and time stands where it was recorded.
import path from 'node:path'
import { createNormaliseJobName } from '../../alerts/job-name.ts'
import { runProbes } from '../../diagnosis/run-probes.ts'
import { createPlatform, platformConfigSchema } from '../../platforms/registry.ts'
import { probesOf } from '../../runbooks/model.ts'
import { onPlatform } from '../../runbooks/on-platform.ts'
import { lookupIn } from '../../runbooks/template-names.ts'
import type { Replayed, ReplayRequest } from '../../runbooks/test-runner.ts'
import {
  type Recording,
  listRecordings,
  loadRecording,
  readRecording,
} from '../../sandbox/spark/recording.ts'
import { createSparkReplay } from '../../sandbox/spark/replay.ts'

/** A replay on loopback answers at once; a probe that takes longer than this hangs. */
const LIMITS = { deadlineMs: 10_000, concurrency: 4 }
const NEWEST = '4'
/** A test has neither an incident nor a team. */
const NOWHERE = { team: 'test', incidentNumber: 1, incidentUrl: null }

/** Runs a runbook's probes against a recording. Throws what there is instead, when there is no such recording. */
export async function replayProbes(request: ReplayRequest): Promise<Replayed> {
  const { runbook, alert, platform } = request
  if (platform.kind !== 'spark-standalone')
    throw new Error(`recordings are of spark-standalone, and the platform here is ${platform.kind}`)
  const recording = recordingOf(request)
  const at = recording.live.at
  const replay = await createSparkReplay({ port: 0, now: () => at, line: recording.line })
  try {
    const { appId } = replay.start(recording, alert.run.runId ?? undefined)
    const normaliseJobName = createNormaliseJobName([])
    const config = platformConfigSchema.parse({
      kind: platform.kind,
      master_url: replay.masterUrl,
      history_url: replay.historyUrl,
    })
    const { reader } = createPlatform(platform.name, config, { normaliseJobName })
    const steps = probesOf(runbook).map((step) => ({ ...step, ...onPlatform(step, platform) }))
    const results = await runProbes(
      steps,
      {
        // The alert is about the application that was recorded, whatever it is called.
        run: { ...alert.run, platform: platform.name, runId: appId },
        labels: alert.labels,
        reader,
        signal: AbortSignal.timeout(LIMITS.deadlineMs * 2),
        now: new Date(at),
        names: (outputs, own) => lookupIn({ ...NOWHERE, alert, platformKind: platform.kind, outputs }, own),
      },
      LIMITS,
    )
    return {
      outputs: Object.fromEntries(results.map(({ step, outputs }) => [step, outputs])),
      findings: results.flatMap(({ step, findings }) =>
        findings.map(({ probe, severity, sentence }) => ({ step, use: probe, severity, sentence })),
      ),
    }
  } finally {
    await replay.close()
  }
}

function recordingOf({ recorded, testFile }: Pick<ReplayRequest, 'recorded' | 'testFile'>): Recording {
  if (recorded.startsWith('.')) return readRecording(path.resolve(path.dirname(testFile), recorded))
  const [id = '', line] = recorded.split('@')
  const lines = listRecordings().find((one) => one.id === id)?.lines ?? []
  if (line !== undefined && lines.length > 0 && !lines.includes(line))
    throw new Error(`${id} was recorded on Spark ${lines.join(' and ')}, not on ${line}`)
  return loadRecording(id, line ?? (lines.includes(NEWEST) ? NEWEST : (lines.at(-1) ?? NEWEST)))
}
