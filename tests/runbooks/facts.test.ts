// What matchers are held against: a sender's labels must not pass for what a probe has found, nor for what is configured.
import { describe, expect, it } from 'vitest'
import { type AlertFacts, factsOf, holdEntry } from '../../src/runbooks/facts.ts'
import { indexOf } from '../../src/runbooks/index-of.ts'
import { matchAlert } from '../../src/runbooks/match.ts'
import { parseMatchers } from '../../src/runbooks/matchers.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'

function alertWith(labels: Record<string, string>): AlertFacts {
  const run = { platform: null, cluster: null, jobName: null, runId: null, attempt: null, retriesLeft: null }
  return { name: 'SparkJobFailed', severity: 'high', labels, annotations: {}, run }
}

function held(text: string, ...facts: Parameters<typeof factsOf>): boolean | null {
  const parsed = parseMatchers(text)
  if (!parsed.ok) throw new Error(parsed.message)
  return holdEntry(factsOf(...facts), { text, matchers: parsed.value, line: 1 })
}

const SPOOF = {
  'death.signature': 'F03',
  'app.app_id': 'app-of-somebody-else',
  platform_kind: 'spark-standalone',
}

describe('P8: a label that is named like a probe’s output', () => {
  it('does not pass for what the probe has found', () => {
    expect(held('death.signature="F03"', alertWith(SPOOF))).toBeNull()
    expect(held('death.signature="F03"', alertWith(SPOOF), { death: { signature: 'F02' } })).toBe(false)
    expect(held('death.signature="F02"', alertWith(SPOOF), { death: { signature: 'F02' } })).toBe(true)
  })

  it('is none of the names that actions aim by', () => {
    expect(factsOf(alertWith(SPOOF)).get('app.app_id')).toBeUndefined()
  })

  it('is still matched as the label it is, in quotes', () => {
    expect(held('"death.signature"="F03"', alertWith(SPOOF))).toBe(true)
    expect(held('"death.signature"="F03"', alertWith({}))).toBe(false)
  })

  it('finds its runbook through the index all the same, and no other', () => {
    const of = (id: string, match: string): ReturnType<typeof parseRunbook>['runbook'] =>
      parseRunbook(`---\nid: ${id}\ntitle: ${id}\nowner: x\nmatch:\n  - '${match}'\n---\nx\n`, `${id}.md`)
        .runbook
    const [label, probe] = [of('label', '"death.signature"="F03"'), of('probe', 'death.signature="F03"')]
    const index = indexOf([label!, probe!])
    expect(matchAlert(index, alertWith(SPOOF)).runbook?.id).toBe('label')
    expect(matchAlert(index, alertWith({}), { death: { signature: 'F03' } }).runbook?.id).toBe('probe')
  })
})

it('the kind of a platform is what the configuration says, or not known', () => {
  expect(held('platform_kind="spark-standalone"', alertWith(SPOOF))).toBeNull()
  expect(held('platform_kind="yarn"', alertWith(SPOOF), {}, 'yarn')).toBe(true)
})

it('labels with other dots are labels: quotes are needed by the matcher’s syntax alone', () => {
  expect(held('"k8s.Pod-1"="web"', alertWith({ 'k8s.Pod-1': 'web' }))).toBe(true)
})
