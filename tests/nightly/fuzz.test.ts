// Long fuzzing of what reads text from outside: bodies, runbooks, matchers, job names, mrkdwn. Nothing throws, hangs or grows.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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
})
