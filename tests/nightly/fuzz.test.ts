// Long fuzzing of what reads text from outside: bodies, runbooks, matchers, job names, mrkdwn, logs. Nothing throws, hangs or grows.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quote, redact } from '../../src/alerts/redact.ts'
import { entriesOf } from '../../src/diagnosis/failures/log-entries.ts'
import { readLog } from '../../src/diagnosis/failures/read-log.ts'
import { sightings } from '../../src/diagnosis/failures/read.ts'
import { WRITTEN, asJson, plainly } from '../diagnosis/failures/log-lines.ts'
import { createNormaliseJobName } from '../../src/alerts/job-name.ts'
import { parseMatchers } from '../../src/runbooks/matchers.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import { inline } from '../../src/slack/blocks/text.ts'
import { markdownPages } from '../../src/slack/blocks/rich-text.ts'
import { SOURCES } from '../../src/sources/registry.ts'
import { validateBlocks } from '../../src/sandbox/slack/blocks/validate.ts'

const normaliseJobName = createNormaliseJobName([])
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({ maxLength: 400 }),
)
const numRuns = 20_000

const PLACES = ['driver', 'executor', 'task', 'stage', 'container', 'platform'] as const
/** What logs are made of: real lines in both layouts, halves of them, secrets, noise, and any of it again and again. */
const fragment = fc.oneof(
  text,
  fc.constantFrom(...WRITTEN).map(({ message }) => message),
  fc.constantFrom(...WRITTEN.flatMap((one) => [plainly(one), asJson(one)])),
  fc
    .tuple(fc.constantFrom(...WRITTEN.flatMap((one) => [plainly(one), asJson(one)])), fc.nat(400))
    .map(([line, at]) => (at % 2 === 0 ? line.slice(0, at) : line.slice(at))),
  fc.constantFrom(
    '26/11/22 14:51:00 INFO SparkContext: Running Spark version 4.3.0', 'Container: container_1 on h_45454', 'LogType:stderr',
    '26/11/22 14:51:00 INFO DAGScheduler: ResultStage 1 (collect at a.py:1) finished in 53 ms',
    '26/11/22 14:51:00 INFO DAGScheduler: ResultStage 1 (x) failed in 2 s due to batch (7) finished in 3 s',
    '26/11/22 14:51:00 ERROR Main: Job aborted: a shuffle map stage with indeterminate output was failed and retried',
    'ResultStage 1 (', ') finished in ', ') failed in ', 'Lost task 0.0 in stage 1.0 (TID 3)',
    'password=hunter2 ', 'jdbc:postgresql://u:p@h/db', 'Bearer abc.def.ghi', 'a@b.example', '4111 1111 1111 1111',
    '26/11/22 14:51:00 ERROR ', 'Caused by: ', '\tat a.b.C.d(E.java:1)', 'Traceback (most recent call last):', '\n  File "a.py", line 1, in x\n',
    'Exception in thread "main" ', 'exit code ', 'exitCode: 137', 'driver ', 'token (', 'evicted ', 'Worker ', 'a.b.',
    'MetaException', 'FsHistoryProvider ', '{"msg":"', '"}', '\u0000', '\u001b[31m', '\ud800', '[', '(', ' ', '-', '1', 'A_', '$',
  ),
) // prettier-ignore
const repeated = fc
  .tuple(fragment, fc.integer({ min: 2, max: 4_000 }))
  .map(([one, times]) => one.repeat(Math.min(times, Math.ceil(10_000 / Math.max(1, one.length)))))
const logs = fc
  .array(fc.tuple(fc.oneof({ weight: 8, arbitrary: fragment }, repeated), fc.constantFrom('\n', '\n', '')), {
    maxLength: 25,
  })
  .map((parts) => parts.flat().join(''))

describe('fuzzing', () => {
  it('P1: any JSON is understood or refused, and every alert of it can be stored', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.array(fc.jsonValue()).map((alerts) => ({ version: '4', alerts })),
        ),
        (body) => {
          for (const source of SOURCES.values()) {
            const read = source.normalise(body, { now: new Date(0), normaliseJobName })
            if (read.kind === 'alerts')
              for (const { alert } of read.elements) expect(JSON.stringify(alert)).not.toContain('\\u0000')
          }
        },
      ),
      { numRuns },
    )
  })

  it('any text is a runbook or has problems with a place', () => {
    const parts = fc.array(
      fc.oneof(
        text,
        fc.constantFrom(
          '---\n',
          '# A\n',
          '```yaml probe\n',
          '```\n',
          'id: x\n',
          'match:\n',
          '  - \'a="b"\'\n',
          '## If\n',
          '```yaml when\n',
        ),
      ),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(parts, (pieces) => {
        const { runbook, problems } = parseRunbook(pieces.join(''), 'x.md')
        if (runbook === null)
          expect(problems.some((problem) => problem.level === 'error' && problem.line >= 1)).toBe(true)
      }),
      { numRuns: numRuns / 4 },
    )
  })

  it('any text is matchers or an error with an offset inside it', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom('=', '!=', '=~', '!~', '"', '{', '}', ',', 'a', '\\', ' ', '.*', '('),
        fc.string({ maxLength: 5 }),
      ),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(pieces, (parts) => {
        const input = parts.join('')
        const parsed = parseMatchers(input)
        if (!parsed.ok) expect(parsed.offset).toBeLessThanOrEqual(input.length)
      }),
      { numRuns },
    )
  })

  it('P9: no text becomes a mention, and every page of Markdown is one that Slack takes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            text,
            fc.constantFrom(
              '<!channel>',
              '<@U1>',
              '[a](http://b)',
              '```',
              '**',
              '- ',
              '\n\n',
              '> ',
              '| a |\n|--|\n',
            ),
          ),
          { maxLength: 20 },
        ),
        (parts) => {
          const source = parts.join('')
          expect(inline(source)).not.toMatch(/<[!@#]/)
          for (const page of markdownPages(source)) {
            expect(validateBlocks('modal', page)).toEqual([])
            expect(JSON.stringify(page)).not.toMatch(/"type":"(broadcast|user|usergroup|channel)"/)
          }
        },
      ),
      { numRuns: numRuns / 4 },
    )
  })

  it('stripping a job name twice is stripping it once, and never leaves nothing', () => {
    fc.assert(
      fc.property(text, (name) => {
        const once = normaliseJobName(name)
        expect(normaliseJobName(once)).toBe(once)
        if (name.trim() !== '') expect(once).not.toBe('')
      }),
      { numRuns },
    )
  })

  it('P12: any log is read to its end, and what is quoted of it is one of its lines, redacted', async () => {
    await fc.assert(
      fc.asyncProperty(logs, fc.constantFrom('driver', 'executor', null), async (log, owner) => {
        const lines = log.split('\n')
        const { seen, unexplained, intended, lines: count } = await readLog(lines, owner)
        expect(count).toBe(lines.length)
        expect(redact(log).isWellFormed()).toBe(true)
        // What the run went on after stands last, is never sure, and is never told alone.
        const standing = seen.filter(({ passed }) => passed !== true)
        const passed = seen.slice(standing.length)
        expect(passed.every((one) => one.passed === true && one.certainty === 'low')).toBe(true)
        if (passed.length === seen.length && seen.length > 0) expect(unexplained).not.toBeNull()
        const quoted = new Set(saidBy(lines).flatMap((one) => [quote(one), quote(one.slice(0, LOOKED_AT))]))
        for (const told of [...seen, unexplained, intended]) {
          if (told === null) continue
          expect(quoted).toContain(told.quote)
          expect(told.quote.isWellFormed()).toBe(true)
          expect(told.line).toBeLessThanOrEqual(lines.length)
        }
      }),
      { numRuns: numRuns / 4 },
    )
  })

  it('any words, whoever says them, name failures by one of their lines or none', () => {
    fc.assert(
      fc.property(logs, fc.constantFrom(...PLACES), (said, place) => {
        const lines = new Set(saidBy(said.split('\n')).map((one) => one.slice(0, LOOKED_AT).trim()))
        for (const { line } of sightings([{ text: said, place }])) expect(lines).toContain(line)
      }),
      { numRuns: numRuns / 4 },
    )
  })
})

/** Of a longer line no more is looked at. */
const LOOKED_AT = 8_000

/** Every line that a log says: as it stands, without what its layout puts before it, and what JSON holds. */
function saidBy(lines: readonly string[]): readonly string[] {
  const texts = entriesOf(lines, 'driver').map(({ text: entry }) => entry)
  const held = lines.flatMap((one) => wordsIn(one.slice(0, LOOKED_AT)))
  const all = [...lines.map((one) => one.slice(0, LOOKED_AT)), ...held].join('\n')
  // The reader of logs makes nothing up: what it takes for a line stands in what it was given.
  for (const one of texts.flatMap((entry) => entry.split('\n'))) expect(all.includes(one)).toBe(true)
  // A driver's message may be a line of a log itself, as where a collector has put a prefix of its own before it.
  const inner = texts.flatMap((entry) => entriesOf(entry.split('\n'), 'driver').map(({ text: one }) => one))
  return [...lines, ...[...texts, ...inner].flatMap((entry) => [entry, ...entry.split('\n')])]
}

/** The words in a line of JSON, each, and as an exception is printed. */
function wordsIn(line: string): string[] {
  try {
    const { msg, exception } = JSON.parse(line) as { msg?: unknown; exception?: Record<string, unknown> }
    const parts = [exception?.['class'], exception?.['msg']].filter(
      (one) => typeof one === 'string' && one !== '',
    )
    return [msg, parts.join(': '), exception?.['stacktrace']].filter((one) => typeof one === 'string')
  } catch {
    return []
  }
}
