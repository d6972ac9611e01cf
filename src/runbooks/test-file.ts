// The format of `<id>.test.yml`: alerts that must match, what must follow, alerts that must not match.
import * as z from 'zod'
import { severityOf, type Alert } from '../alerts/model.ts'
import type { NormaliseJobName } from '../alerts/job-name.ts'
import { runFromLabels } from '../alerts/run.ts'
import type { Problem } from './model.ts'
import { readBlock } from './yaml-block.ts'

const words = z.record(z.string(), z.string('expected text'))
const plainAlert = z.strictObject({ labels: words, annotations: words.default({}) })
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const source = {
  /** An alert in normal form. */
  alert: plainAlert.optional(),
  /** A body as Alertmanager posts it; the case holds for each alert in it. */
  alertmanager: z.unknown().optional(),
}
const eitherSource = (value: { alert?: unknown; alertmanager?: unknown }): boolean =>
  (value.alert === undefined) !== (value.alertmanager === undefined)
const SOURCE_MESSAGE = 'give either alert or alertmanager'

const caseSchema = z
  .strictObject({
    name: z.string().min(1),
    ...source,
    platform: z
      .strictObject({
        name: z.string().default('test'),
        kind: z.string(),
        capabilities: z.array(z.string()).default([]),
      })
      .optional(),
    /** Probe outputs by step id; with them the second pass is tested. */
    outputs: z.record(z.string(), z.record(z.string(), scalar)).optional(),
    expect: z.strictObject({
      /** Id of the runbook; by default the one this file stands beside; null for none. */
      match: z.string().nullable().optional(),
      why: z.enum(['named', 'matched', 'catch_all', 'none']).optional(),
      /** The entry that held, as written in the runbook. */
      entry: z.string().optional(),
      /** By section id or heading; only the named ones are looked at. */
      sections: z.record(z.string(), z.enum(['shown', 'hidden', 'undecided'])).optional(),
      /** All actions that are offered, by step id. */
      offered: z.array(z.string()).optional(),
      /** By step id; only the named ones are looked at. */
      withheld: z
        .record(z.string(), z.enum(['hidden', 'undecided', 'no_platform', 'unknown_action', 'no_capability']))
        .optional(),
      key: z.string().optional(),
    }),
  })
  .refine(eitherSource, SOURCE_MESSAGE)

const testFileSchema = z.strictObject({
  tests: z.array(caseSchema).min(1),
  must_not_match: z
    .array(z.strictObject({ name: z.string().optional(), ...source }).refine(eitherSource, SOURCE_MESSAGE))
    .default([]),
})

export type TestFile = z.infer<typeof testFileSchema>
export type TestCase = TestFile['tests'][number]

/** A test file as read; `lineOf` gives the line of a case. */
export interface ReadTestFile {
  readonly tests: TestFile | null
  readonly problems: readonly Problem[]
  lineOf(list: 'tests' | 'must_not_match', i: number): number
}

/** Reads a test file; never throws for what it holds. */
export function readTestFile(text: string, file: string): ReadTestFile {
  const block = readBlock({ file, kind: 'test file', text, firstLine: 1 }, testFileSchema, [
    'tests',
    'must_not_match',
  ])
  return { tests: block.value, problems: block.problems, lineOf: (list, i) => block.lineAt([list, i]) }
}

/** An alert as a source would normalise one with these labels. */
export function alertFrom(plain: z.infer<typeof plainAlert>, normaliseJobName: NormaliseJobName): Alert {
  const { labels, annotations } = plain
  return {
    source: 'test',
    fingerprint: 'test',
    status: 'firing',
    name: labels['alertname'] ?? 'unnamed',
    severity: severityOf(labels['severity']),
    labels,
    annotations,
    startsAt: new Date(0),
    endsAt: null,
    links: [],
    run: runFromLabels(labels, normaliseJobName),
  }
}
