// A team's own runbooks over the shared ones: whatever they are, the answer is that of one index over both.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explainMatch } from '../../src/runbooks/explain.ts'
import { factsOf, holdEntry } from '../../src/runbooks/facts.ts'
import { indexOf, specificityOf } from '../../src/runbooks/index-of.ts'
import { matchAlert } from '../../src/runbooks/match.ts'
import type { Runbook } from '../../src/runbooks/model.ts'
import { overlay } from '../../src/runbooks/overlay.ts'
import { alert, matching, runbook } from './support.ts'

const oom = alert({ alertname: 'OOM', severity: 'high' })
const winner = (shared: readonly Runbook[], own: readonly Runbook[]): string | undefined =>
  matchAlert(overlay(indexOf(shared), own), oom).runbook?.id

describe('whose runbook an alert gets', () => {
  test('the more specific one, whoever has it', () => {
    const plain = matching('z-plain', ['alertname="OOM"'])
    const precise = matching('precise', ['alertname="OOM", severity="high"'])
    expect(winner([precise], [plain])).toBe('precise')
    expect(winner([plain], [precise])).toBe('precise')
  })

  test('of two that are as specific the one of higher priority, then the team’s own, whatever the ids', () => {
    const shared = matching('a-shared', ['alertname="OOM"'])
    const own = matching('z-own', ['alertname="OOM"'])
    expect(winner([shared], [own])).toBe('z-own')
    expect(winner([matching('a-shared', ['alertname="OOM"'], 'priority: 1')], [own])).toBe('a-shared')
    const match = matchAlert(overlay(indexOf([shared]), [own]), oom)
    expect(match.runnersUp).toEqual([
      { id: 'a-shared', why: 'equally specific, but z-own is the team’s own' },
    ])
  })

  test('its own of the same id hides the shared one, even where it would match better', () => {
    const shared = matching('oom', ['alertname="OOM", severity="high"'])
    expect(winner([shared], [matching('oom', ['alertname="Other"'])])).toBeUndefined()
    const own = matching('oom', ['alertname="OOM"'])
    const index = overlay(indexOf([shared]), [own])
    expect(matchAlert(index, oom)).toMatchObject({ runbook: own, runnersUp: [] })
    expect(index.byId.get('oom')).toBe(own)
    expect(index.runbooks).toEqual([own])
  })

  test('its own catch-all before the shared one, however high that one’s priority', () => {
    const shared = runbook('shared', 'catch_all: true\npriority: 100')
    const own = runbook('zz-own', 'catch_all: true')
    expect(winner([shared], [own])).toBe('zz-own')
    expect(winner([shared], [])).toBe('shared')
  })

  test('an alert names a runbook of its team or a shared one, by annotation or address', () => {
    const index = overlay(indexOf([matching('shared', ['a="1"'])]), [matching('own', ['a="2"'])])
    const naming = (name: string): string | undefined =>
      matchAlert(index, alert({}, { runbook: name })).runbook?.id
    expect([naming('own'), naming('shared'), naming('theirs')]).toEqual(['own', 'shared', undefined])
    expect(matchAlert(index, alert({}, { runbook: 'theirs' })).unknownName).toBe('theirs')
    expect(matchAlert(index, alert({}, { runbook_url: 'https://git/x/own.md#a' })).runbook?.id).toBe('own')
  })

  test('the long explanation lists what nearly matched of both', () => {
    const index = overlay(indexOf([matching('shared', ['alertname="OOM", a="1"'])]), [
      matching('own', ['alertname="OOM", b="1"']),
    ])
    expect(explainMatch(index, oom).nearly.map(({ runbookId }) => runbookId)).toEqual(['own', 'shared'])
  })
})

test('it agrees with looking at every entry of both, for any runbooks', () => {
  const value = fc.constantFrom('1', '2', '3')
  const matcher = fc.oneof(
    fc.tuple(fc.constantFrom('a', 'b', 'c'), value).map(([name, is]) => `${name}="${is}"`),
    fc.tuple(fc.constantFrom('a', 'b', 'c'), value).map(([name, is]) => `${name}=~"${is}.*"`),
    fc.tuple(fc.constantFrom('a', 'b', 'c'), value).map(([name, is]) => `${name}!="${is}"`),
  )
  const book = fc.record({
    id: fc.constantFrom('k', 'l', 'm', 'n', 'o', 'p'),
    entry: fc.array(matcher, { minLength: 1, maxLength: 3 }).map((all) => all.join(', ')),
    priority: fc.integer({ min: 0, max: 2 }),
  })
  const books = fc.uniqueArray(book, { selector: ({ id }) => id, maxLength: 5 })
  fc.assert(
    fc.property(
      books,
      books,
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), value),
      (sharedPlans, ownPlans, labels) => {
        const make = ({ id, entry, priority }: { id: string; entry: string; priority: number }): Runbook =>
          matching(id, [entry], `priority: ${priority}`)
        const shared = sharedPlans.map(make)
        const own = ownPlans.map(make)
        const facts = factsOf(alert(labels))
        const all = [
          ...own.map((one) => ({ one, mine: 0 })),
          ...shared.filter(({ id }) => !own.some((mine) => mine.id === id)).map((one) => ({ one, mine: 1 })),
        ]
        const expected = all
          .flatMap(({ one, mine }) =>
            one.match
              .filter((entry) => holdEntry(facts, entry) === true)
              .map((entry) => ({ one, mine, of: specificityOf(entry) })),
          )
          .sort(
            (x, y) =>
              y.of[0] - x.of[0] ||
              y.of[1] - x.of[1] ||
              y.one.priority - x.one.priority ||
              x.mine - y.mine ||
              (x.one.id < y.one.id ? -1 : 1),
          )
          .map(({ one }) => one.id)
        const index = overlay(indexOf(shared), own)
        const match = matchAlert(index, alert(labels))
        const got = [
          ...(match.runbook === null ? [] : [match.runbook.id]),
          ...match.runnersUp.map(({ id }) => id),
        ]
        expect(got).toEqual([...new Set(expected)].slice(0, 6))
        expect(index.candidates.map(({ rank }) => rank)).toEqual(
          index.candidates.map(({ rank }) => rank).toSorted((x, y) => x - y),
        )
        expect(new Set(index.candidates.map(({ rank }) => rank)).size).toBe(index.candidates.length)
      },
    ),
    { numRuns: 300 },
  )
})
