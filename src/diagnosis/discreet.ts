// The gate around a diagnosis: what a platform says passes it before probes cut it, what probes conclude before it is kept.
import type { Discretion } from '../alerts/discretion.ts'
import type { PlatformReader } from '../ports.ts'
import type { Finding, Outputs } from './model.ts'
import { PROBES } from './registry.ts'
import type { StepResult } from './run-probes.ts'

/**
 * A reader whose words have passed the team's patterns. Probes quote the beginning of a line: a pattern that only saw
 * that would miss what the cut divides. What things are found by (ids, addresses, names) stays as it is.
 */
export function discreetReader(reader: PlatformReader, discretion: Discretion): PlatformReader {
  if (!discretion.own) return reader
  const { text } = discretion
  const maybe = (value: string | null): string | null => (value === null ? null : text(value))
  const { metrics } = reader
  return {
    ...reader,
    ...(metrics === undefined
      ? {}
      : {
          metrics: {
            ...metrics,
            query: async (query, signal) => {
              const answer = await metrics.query(query, signal)
              const named = (labels: Readonly<Record<string, string>>): Record<string, string> =>
                Object.fromEntries(
                  Object.entries(labels).map(([key, value]) => [key, discretion.name(value)]),
                )
              return {
                ...answer,
                series: answer.series.map((one) => ({ ...one, labels: named(one.labels) })),
                warnings: answer.warnings.map(text),
              }
            },
          },
        }),
    executors: async (...args) =>
      (await reader.executors(...args)).map((one) => ({ ...one, removeReason: maybe(one.removeReason) })),
    stages: async (...args) =>
      (await reader.stages(...args)).map((one) => ({
        ...one,
        name: text(one.name),
        failureReason: maybe(one.failureReason),
      })),
    queries: async (...args) =>
      (await reader.queries(...args)).map((one) => ({
        ...one,
        description: text(one.description),
        plan: text(one.plan),
      })),
    failedTasks: async (...args) =>
      (await reader.failedTasks(...args)).map((one) => ({ ...one, errorMessage: maybe(one.errorMessage) })),
    environment: async (...args) =>
      new Map([...(await reader.environment(...args))].map(([key, value]) => [key, discretion.name(value)])),
    run: async (...args) => {
      const run = await reader.run(...args)
      return run === null ? null : discreetRun(run, text)
    },
    runs: async (...args) => (await reader.runs(...args)).map((run) => discreetRun(run, text)),
    log: async (...args) => {
      const tail = await reader.log(...args)
      return tail === null ? null : { ...tail, text: text(tail.text) }
    },
    threads: async (...args) =>
      (await reader.threads(...args))?.map((one) => ({
        ...one,
        name: text(one.name),
        stack: one.stack.map(text),
        lock: maybe(one.lock),
      })) ?? null,
    containers: async (...args) =>
      (await reader.containers(...args)).map((one) => ({
        ...one,
        reason: maybe(one.reason),
        message: maybe(one.message),
      })),
    events: async (...args) =>
      (await reader.events(...args)).map((one) => ({ ...one, text: text(one.text), about: text(one.about) })),
  }
}

type Run = Awaited<ReturnType<PlatformReader['runs']>>[number]

function discreetRun(run: Run, text: (given: string) => string): Run {
  return {
    ...run,
    stateText: text(run.stateText),
    words: run.words.map((word) => ({ ...word, text: text(word.text) })),
    ...(run.traits === undefined
      ? {}
      : { traits: Object.fromEntries(Object.entries(run.traits).map(([key, value]) => [key, text(value)])) }),
    // Two that must not be kept would look like one.
    ...(run.dates === undefined
      ? {}
      : {
          dates: Object.fromEntries(Object.entries(run.dates).filter(([, value]) => text(value) === value)),
        }),
  }
}

/** What a step found, as its team keeps it: findings and outputs through the gate, nothing quoted where it wants none. */
export function discreetResult(discretion: Discretion, use: string, result: StepResult): StepResult {
  const quoting = new Set(PROBES.get(use)?.quoting ?? [])
  const outputs: Outputs = Object.fromEntries(
    Object.entries(result.outputs).map(([name, value]) => [
      name,
      !discretion.quotes && quoting.has(name)
        ? null
        : typeof value === 'string'
          ? discretion.name(value)
          : value,
    ]),
  )
  return { ...result, outputs, findings: result.findings.map((one) => discreetFinding(discretion, one)) }
}

function discreetFinding(discretion: Discretion, finding: Finding): Finding {
  const { quotes, text, link } = discretion
  const linked = (url: string | null): string | null => (url === null ? null : link(url))
  // What other rooms hang on a finding (a chart's names and labels) passes as well.
  const {
    probe,
    severity,
    confidence,
    sentence: _sentence,
    evidence: _evidence,
    link: _link,
    unreached: _unreached,
    ...rest
  } = finding
  return {
    ...discretion.measured(rest),
    probe,
    severity,
    confidence,
    sentence: text(quotes ? finding.sentence : unquoted(finding)),
    evidence: quotes
      ? finding.evidence.map((one) => ({
          text: text(one.text),
          from: text(one.from),
          link: linked(one.link),
        }))
      : [],
    link: linked(finding.link),
    unreached: finding.unreached.map(text),
  }
}

/** Sentences are ours; where one repeats a line that it has as evidence, that part goes with it. */
function unquoted({ sentence, evidence }: Finding): string {
  return evidence.reduce(
    (rest, { text }) => (text.length < 4 ? rest : rest.replaceAll(text, '(kept out)')),
    sentence,
  )
}
