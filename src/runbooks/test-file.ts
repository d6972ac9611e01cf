// The format of `<id>.test.yml`: alerts that must match, what must follow, alerts that must not match.
import * as z from 'zod'
import { SEVERITIES, severityOf, type Alert } from '../alerts/model.ts'
import type { NormaliseJobName } from '../alerts/job-name.ts'
import { runFromLabels } from '../alerts/run.ts'
import type { Problem } from './model.ts'
import { WITHHELD_REASONS } from './sections.ts'
import { readBlock } from './yaml-block.ts'

const words = z.record(z.string(), z.string('expected text'))
const plainAlert = z.strictObject({
  labels: words.describe('the alert’s labels; alertname names it'),
  annotations: words.default({}).describe('the alert’s annotations'),
})
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const outputs = z.record(z.string(), z.record(z.string(), scalar))
const reasons = z.enum(WITHHELD_REASONS)

/** What probes see: a recording that is shipped, or a folder of one beside the test file. */
export const RECORDED = /^(?:[a-z0-9-]+(?:@[0-9.]+)?|\.{1,2}\/[^\p{Cc}]+)$/u

const given = {
  alert: plainAlert.optional().describe('an alert in normal form; instead of it a body as a source posts it'),
  platform: z
    .strictObject({
      name: z.string().optional().describe('its name; without it what the alert says'),
      kind: z.string().default('spark-standalone').describe('its kind'),
      capabilities: z.array(z.string()).default([]).describe('what may be done to it'),
    })
    .optional()
    .describe('where the alert comes from; without it no action is offered'),
  webhooks: z
    .array(z.string())
    .default([])
    .describe('webhooks that serve the team; without one nothing is offered that needs one'),
  outputs: outputs
    .optional()
    .describe('probe outputs by step id, for the second pass; they go over those of recorded'),
  recorded: z
    .string()
    .regex(RECORDED, 'expected a recording such as executor-oom, executor-oom@3.5 or ./recordings/x')
    .optional()
    .describe('recorded answers of a platform that the probes are run against'),
}

const expectation = z.strictObject({
  match: z
    .string()
    .nullable()
    .optional()
    .describe('id of the runbook; by default the one this file stands beside; null for none'),
  why: z.enum(['named', 'matched', 'catch_all', 'none']).optional().describe('why it was matched'),
  entry: z.string().optional().describe('the entry that held, as written in the runbook'),
  severity: z.enum(SEVERITIES).optional().describe('what the incident would start with'),
  sections: z
    .record(z.string(), z.enum(['shown', 'hidden', 'undecided']))
    .optional()
    .describe('by section id or heading; only the named ones are looked at'),
  offered: z.array(z.string()).optional().describe('all actions that are offered, by step id'),
  withheld: z
    .record(
      z.string(),
      z.union([
        reasons,
        z.strictObject({
          reason: reasons.optional().describe('why it is withheld'),
          says: z.string().optional().describe('a part of the sentence that people read'),
        }),
      ]),
    )
    .optional()
    .describe('by step id; only the named ones are looked at'),
  buttons: z
    .array(
      z.strictObject({
        title: z.string().describe('what the button says'),
        requires: z.enum(['viewer', 'responder', 'commander']).optional().describe('who may press it'),
      }),
    )
    .optional()
    .describe('all buttons that the card would show, in order, and who may press them'),
  key: z.string().optional().describe('the key of the incident'),
  findings: z
    .array(
      z.strictObject({
        probe: z.string().optional().describe("the step's id or the probe's name"),
        severity: z
          .enum([...SEVERITIES, 'none'])
          .optional()
          .describe('how grave it is'),
        says: z.string().optional().describe('a part of its sentence'),
      }),
    )
    .optional()
    .describe('each must be among those found'),
  outputs: outputs.optional().describe('probe outputs; only the named ones are looked at'),
})

interface Body {
  /** A body as a source posts it; null where the alert stands in normal form. */
  readonly body: { readonly source: string; readonly value: unknown } | null
}

/** What a case starts from, with expectations or without. */
export type GivenAlert = z.output<z.ZodObject<typeof given>> & Body
export type Expectation = z.output<typeof expectation>
export type TestCase = GivenAlert & { readonly name: string; readonly expect: Expectation }

export interface TestFile {
  readonly tests: readonly TestCase[]
  readonly must_not_match: readonly (GivenAlert & { readonly name?: string | undefined })[]
}

/** The schema for test files that may hold bodies of these sources; it is strict, and a case gives one alert. */
export function testFileSchema(sources: readonly string[]): z.ZodType<TestFile> {
  const bodies = Object.fromEntries(sources.map((name) => [name, z.unknown().optional()]))
  const message = `give one alert: as alert${sources.length === 0 ? '' : `, or as ${sources.join(', ')} posts it`}`
  const one = (value: Readonly<Record<string, unknown>>): boolean =>
    ['alert', ...sources].filter((name) => value[name] !== undefined).length === 1
  const alert = <T extends Readonly<Record<string, unknown>>>(value: T): T & Body => {
    const source = sources.find((name) => value[name] !== undefined) ?? null
    return { ...value, body: source === null ? null : { source, value: value[source] } }
  }
  return z.strictObject({
    tests: z
      .array(
        z
          .strictObject({
            name: z.string().min(1).describe('what this case shows'),
            ...given,
            ...bodies,
            expect: expectation.describe('what must follow; leave out what the case is not about'),
          })
          .refine(one, message)
          .transform(alert),
      )
      .min(1)
      .describe('alerts, and what must follow from each'),
    must_not_match: z
      .array(
        z
          .strictObject({
            name: z.string().optional().describe('what this case shows'),
            ...given,
            ...bodies,
          })
          .refine(one, message)
          .transform(alert),
      )
      .default([])
      .describe('alerts that must not get this runbook'),
  })
}

/** A test file as read; `lineAt` gives the line of the node that a path leads to, or of the nearest above it. */
export interface ReadTestFile {
  readonly tests: TestFile | null
  readonly problems: readonly Problem[]
  lineAt(path: readonly PropertyKey[]): number
}

/** Reads a test file whose cases may hold bodies of these sources; never throws for what it holds. */
export function readTestFile(text: string, file: string, sources: readonly string[] = []): ReadTestFile {
  const block = readBlock({ file, kind: 'test file', text, firstLine: 1 }, testFileSchema(sources), [
    'tests',
    'must_not_match',
  ])
  return { tests: block.value, problems: block.problems, lineAt: (path) => block.lineAt(path) }
}

/** An alert as a source would normalise one with these labels. */
export function alertFrom(plain: z.output<typeof plainAlert>, normaliseJobName: NormaliseJobName): Alert {
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
