// What entries say about one another: implied only where it is certain, contradictory only where nothing can satisfy them.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SEVERITIES } from '../../../src/alerts/model.ts'
import { holdEntry } from '../../../src/runbooks/facts.ts'
import { contradictionIn, impliesEntry, knowledgeOf } from '../../../src/runbooks/lint/entries.ts'
import { parseMatchers } from '../../../src/runbooks/matchers.ts'
import type { MatchEntry } from '../../../src/runbooks/model.ts'

function entry(text: string): MatchEntry {
  const parsed = parseMatchers(text)
  if (!parsed.ok) throw new Error(parsed.message)
  return { text, matchers: parsed.value, line: 1 }
}
const implies = (a: string, b: string): boolean => impliesEntry(knowledgeOf(entry(a)), entry(b))

describe('one entry holds wherever another does', () => {
  test.each([
    ['a="1"', 'a="1"'],
    ['a="1", b="2"', 'b="2"'],
    ['a="1"', 'a=~"1|2"'],
    ['a=~"2|1"', 'a=~"1|2"'],
    ['a=~"(1|2)"', 'a=~"1|2"'],
    ['"a"="1"', 'a="1"'],
    ['a="1"', 'a!="2"'],
    ['a="1"', 'a!~"2|3"'],
    ['a="1"', 'a=~".+"'],
    ['a="1"', 'b=~".*"'],
    ['a=~"x.+"', 'a=~".+"'],
    ['a=~"Spark.*Oom"', 'a=~"Spark.*"'],
    ['a=~"Spark(A|B).*"', 'a=~"(Hive|Spark).*"'],
    ['a=~".*tail"', 'a=~".*tail"'],
    ['a=~"web-.*"', 'a!="db-1"'],
    ['a=~"web-.*"', 'a!~"db-.*"'],
    ['a!~"1|2"', 'a!="2"'],
    ['a=""', 'a!="x"'],
    ['severity=~"high|critical"', 'severity!="low"'],
    ['b="1"', 'severity=~"critical|high|medium|low"'],
    ['severity!~"low|medium"', 'severity=~"critical|high"'],
    ['p.x="1"', 'p.x!="2"'],
    ['platform="prod"', 'platform=~".*"'],
  ])('%s, then %s', (a, b) => {
    expect(implies(a, b)).toBe(true)
  })

  test.each([
    ['a="1"', 'b="1"'],
    ['a="1"', 'a="2"'],
    ['a=~"1|2|3"', 'a=~"1|2"'],
    ['a="1"', 'b!="2", c="x"'],
    ['a=~"Spark.*"', 'a=~"SparkOom.*"'],
    ['a=~"Spark.*"', 'a=~"Spark.*Oom"'],
    ['a=~"web-.*"', 'a!="web-1"'],
    ['a!="1"', 'a=~".+"'],
    ['b="1"', 'a!="2"'],
    ['b="1"', 'severity=~"critical|high|medium"'],
    // What no probe has answered holds neither way.
    ['a="1"', 'p.x!="2"'],
    ['a="1"', 'p.x=~".*"'],
    ['a="1"', 'platform=~".*"'],
    ['a=~"(?i)x"', 'a="x"'],
    ['a=~"Spark.*"', 'a=~"Spark\\\\.*"'],
  ])('%s, and not therefore %s', (a, b) => {
    expect(implies(a, b)).toBe(false)
  })
})

describe('an entry contradicts itself', () => {
  test.each([
    'a="1", a="2"',
    'a="1", a!="1"',
    'a=~"1|2", a=~"3|4"',
    'a=~"1|2", a!~"2|1"',
    'a="", a=~".+"',
    'a!~".*"',
    'a=~"x.*", a=~"y.*"',
    'severity="high", severity="low"',
    'severity!~"critical|high|medium|low"',
  ])('%s', (text) => {
    expect(contradictionIn(knowledgeOf(entry(text)))).not.toBeNull()
  })

  test.each(['a="1", b="2"', 'a=~"x.*", a=~"xy.*"', 'a=~"x.*", a=~".*y"', 'a="", b=""', 'a!="1", a!="2"'])(
    '%s does not',
    (text) => {
      expect(contradictionIn(knowledgeOf(entry(text)))).toBeNull()
    },
  )
})

test('whatever the entries: what is implied holds in every world where the other does, and a contradiction in none', () => {
  const value = fc.constantFrom('', 'a', 'ab', 'abc', 'b', 'high', 'low')
  const pattern = fc.constantFrom(
    'a|b',
    'a.*',
    'ab.*',
    '.*b',
    '.+',
    '.*',
    'a?',
    '(a|ab)c?',
    'b|',
    'high|a',
    '[ab]+',
  )
  const name = fc.constantFrom('x', 'y', 'severity', 'p.o', 'platform')
  const matcher = fc.oneof(
    fc.tuple(name, fc.constantFrom('=', '!='), value).map(([n, op, v]) => `${n}${op}"${v}"`),
    fc.tuple(name, fc.constantFrom('=~', '!~'), pattern).map(([n, op, v]) => `${n}${op}"${v}"`),
  )
  const anEntry = fc.array(matcher, { minLength: 1, maxLength: 3 }).map((list) => entry(list.join(', ')))
  const world = fc.record(
    {
      x: value,
      y: value,
      severity: fc.constantFrom(...SEVERITIES),
      'p.o': value,
      platform: fc.constantFrom('a', 'b', 'abc'),
    },
    { requiredKeys: ['severity'] },
  )
  let implied = 0
  fc.assert(
    fc.property(anEntry, anEntry, fc.array(world, { minLength: 5, maxLength: 20 }), (a, b, worlds) => {
      const knowledge = knowledgeOf(a)
      const isImplied = impliesEntry(knowledge, b)
      const isContradiction = contradictionIn(knowledge) !== null
      if (isImplied) implied += 1
      for (const one of worlds) {
        const facts = new Map(Object.entries(one) as [string, string][])
        if (holdEntry(facts, a) !== true) continue
        expect(isContradiction, `${a.text} holds`).toBe(false)
        if (isImplied) expect(holdEntry(facts, b), `${a.text} implies ${b.text}`).toBe(true)
      }
    }),
    { numRuns: 3000 },
  )
  expect(implied).toBeGreaterThan(50)
})
