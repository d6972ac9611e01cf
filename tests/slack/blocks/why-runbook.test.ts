// Why this runbook: in Slack as on the command line, every matcher and every runner-up, inert and within bounds.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMatch } from '../../../src/runbooks/format.ts'
import { explainMatch } from '../../../src/runbooks/explain.ts'
import { indexOf } from '../../../src/runbooks/index-of.ts'
import { whyRunbook, whyRunbookWhole } from '../../../src/slack/blocks/why-runbook.ts'
import { alert, matching, runbook } from '../../runbooks/support.ts'
import { anyView, viewWith } from '../views.ts'

const BOOKS = indexOf([
  matching('best', ['alertname="A", ns="n", a="1", b="2", c="3"']),
  matching('second', ['alertname="A", ns="n"']),
  matching('third', ['alertname="A"']),
  matching('fourth', ['alertname=~"A|B"']),
  runbook('rest', 'catch_all: true'),
])
const SPOKEN = alert({ alertname: 'A', ns: 'n', a: '1', b: '2', c: '3' })
const report = explainMatch(BOOKS, SPOKEN)
const view = viewWith({ match: report.match, runbook: { id: 'best', title: 'Best' } })

describe('why this runbook', () => {
  it('says the same in Slack as `arrestor runbook match`', () => {
    const terminal = formatMatch(report, 'human')
    const whole = whyRunbookWhole(view).join('\n')
    const facts = [
      ...(report.match.explanation[0]?.matchers ?? []).map(({ text }) => text),
      ...report.match.runnersUp.flatMap(({ id, why }) => [id, why]),
    ]
    expect(facts).toHaveLength(5 + 2 * 3)
    for (const fact of facts) {
      expect(terminal).toContain(fact)
      expect(whole).toContain(fact)
    }
  })

  it('is short on the card: four matchers, two runners-up, and how many more', () => {
    expect(whyRunbook(view)).toEqual([
      'Runbook *best*: `alertname="A"`, `ns="n"`, `a="1"`, `b="2"` and 1 more held. Next were second (less specific: 2 equalities against 5 of best), third (less specific: 1 equalities against 5 of best) and 1 more.',
    ])
  })

  it('names a runbook that was named, the catch-all, and none', () => {
    const of = (reason: 'named' | 'catch_all' | 'none'): string =>
      whyRunbookWhole(
        viewWith({ match: { reason, explanation: [], runnersUp: [], unknownName: null } }),
      ).join()
    expect(of('named')).toContain('the alert names it')
    expect(of('catch_all')).toContain('no runbook covers this alert')
    expect(whyRunbookWhole(viewWith({ runbook: null }))).toEqual(['No runbook covers this alert.'])
  })

  it('P9: whatever the labels hold mentions nobody and fits into one text of Slack', () => {
    fc.assert(
      fc.property(anyView, (hostile) => {
        for (const line of [...whyRunbook(hostile), ...whyRunbookWhole(hostile)]) {
          expect(line).not.toMatch(/<[!@#]/)
          expect(line.length).toBeLessThanOrEqual(3_000)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('tells how many matchers more there are than fit', () => {
    const matchers = Array.from({ length: 32 }, (_, i) => ({
      text: `label_${i}="${'x'.repeat(300)}"`,
      held: true,
      actual: 'x'.repeat(300),
    }))
    const many = viewWith({
      match: {
        reason: 'matched',
        explanation: [{ runbookId: 'best', entry: 'e', held: true, matchers }],
        runnersUp: [],
        unknownName: null,
      },
    })
    expect(whyRunbookWhole(many)[0]).toMatch(/\nand \d+ more$/)
  })
})
