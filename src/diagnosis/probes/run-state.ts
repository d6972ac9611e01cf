// What the platform itself says of the run: will it be tried again, has it given up, or does it wait for something.
import type { PlatformReader, PlatformRun } from '../../ports.ts'
import { type Sighting, sightings, strongest } from '../failures/read.ts'
import { classOf } from '../failures/settled-class.ts'
import type { Evidence, Finding, FindingSeverity, Probe } from '../model.ts'
import { NO_PARAMS, blank, blindly, evidence, outputsOf, span, unseen } from './support.ts'

/** A run may wait so long before it is worth a word: low, medium, high. Ours; after `alloc_stuck` of running ones. */
const WAITS_MS = [120_000, 600_000, 1_800_000] as const
const WAIT_GRADES: readonly FindingSeverity[] = ['none', 'low', 'medium', 'high']

export const runState: Probe = {
  id: 'run.state',
  title: 'What the platform says of the run',
  needs: ['run'],
  params: NO_PARAMS,
  outputs: {
    state: 'queued, running, retrying, succeeded, failed, cancelled or unknown',
    attempt: 'the attempt, from 1',
    max_attempts: 'how many there may be',
    will_retry: 'true while the platform makes another attempt by itself; false once it will not',
    exhausted: 'true when the last attempt has failed',
    waits_s: 'seconds that it has waited for its first resources',
    queue: 'the queue or pool',
    app_id: "Spark's own id",
    signature: 'id of the failure mode that its words name, unknown, or none',
    cause: 'the same in words',
    class: 'transient, deterministic, infrastructure, permission, data or unknown',
  },
  async run(_params, { reader, run, signal, now }) {
    const found = await (reader as PlatformReader).run(run, signal)
    if (found === null) {
      const sentence = `${reader?.platform ?? 'The platform'} knows no run of this alert.`
      return { outputs: blank(runState), findings: [blindly(unseen(runState.id, sentence, []))] }
    }
    const best = strongest(found.words)
    const failing = found.state === 'failed' || found.state === 'retrying'
    const waitsMs = waitOf(found, now)
    return {
      outputs: outputsOf(runState, {
        state: found.state,
        attempt: found.attempt,
        max_attempts: found.maxAttempts,
        will_retry: willRetry(found),
        exhausted: found.state === 'failed',
        waits_s: waitsMs === null ? null : Math.round(waitsMs / 1000),
        queue: found.queue,
        app_id: found.applicationId,
        signature: best?.mode.id ?? (failing ? 'unknown' : 'none'),
        cause: best?.cause ?? (failing ? 'unknown' : 'none'),
        class: best === null ? 'unknown' : classOf(best.mode, sightings(found.words)),
      }),
      findings: [findingOf(found, best, waitsMs, now)],
    }
  },
}

function willRetry({ state }: PlatformRun): boolean | null {
  if (state === 'retrying') return true
  return state === 'unknown' || state === 'queued' || state === 'running' ? null : false
}

/** How long it has waited, while it waits. */
function waitOf({ state, submittedAt }: PlatformRun, now: Date): number | null {
  return state === 'queued' && submittedAt !== null ? now.getTime() - submittedAt.getTime() : null
}

function findingOf(run: PlatformRun, best: Sighting | null, waitsMs: number | null, now: Date): Finding {
  const said = best === null ? run.words[0] : (run.words.find(({ text }) => text === best.said.text) ?? null)
  return {
    probe: runState.id,
    severity: severityOf(run, waitsMs),
    sentence: `${sentenceOf(run, waitsMs)}${best === null ? '' : `: ${best.meaning}`}.`,
    evidence: [
      ...(said == null ? [] : [evidence(best?.line ?? said.text, said.from, said.link ?? run.link)]),
      ...(waitsMs === null ? [] : [submission(run, now)]),
    ],
    link: run.link,
    confidence: best?.certainty ?? 'high',
    unreached: run.unreached ?? [],
  }
}

/** From which its wait is counted. */
function submission(run: PlatformRun, now: Date): Evidence {
  const by = run.timesBy === undefined ? '' : `; ${run.timesBy}`
  const text = `submitted ${run.submittedAt?.toISOString()}, seen ${now.toISOString()}`
  return evidence(text, `run ${run.id}${by}`, run.timesAt ?? run.link)
}

function severityOf({ state }: PlatformRun, waitsMs: number | null): FindingSeverity {
  if (state === 'failed') return 'high'
  // It will be tried again: worth knowing, not yet worth a page.
  if (state === 'retrying') return 'low'
  if (waitsMs === null) return 'none'
  return WAIT_GRADES[WAITS_MS.filter((limit) => waitsMs >= limit).length] ?? 'none'
}

function sentenceOf(run: PlatformRun, waitsMs: number | null): string {
  const of =
    run.attempt === null ? '' : ` ${run.attempt}${run.maxAttempts === null ? '' : ` of ${run.maxAttempts}`}`
  switch (run.state) {
    case 'retrying':
      return `Attempt${of} failed and the platform tries again (${run.stateText})`
    case 'failed':
      return of === ''
        ? `The run failed (${run.stateText})`
        : `Attempt${of} failed and there is no other (${run.stateText})`
    case 'queued':
      return `The run waits${run.queue === null ? '' : ` in ${run.queue}`}${waitsMs === null ? '' : ` for ${span(waitsMs)}`} (${run.stateText})`
    case 'running':
      return `The run is under way${of === '' ? '' : `, attempt${of}`}`
    case 'succeeded':
      return 'The run succeeded'
    case 'cancelled':
      return `The run was cancelled (${run.stateText})`
    case 'unknown':
      return `The platform does not say how the run stands (${run.stateText})`
  }
}
