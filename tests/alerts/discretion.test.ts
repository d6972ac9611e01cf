// P12: a team's own patterns are taken out wherever its evidence passes, and stand beside what everybody has.
import { describe, expect, it } from 'vitest'
import {
  DISCREET,
  createDiscretion,
  discreetAlert,
  patternProblem,
  patternWarning,
  wordFor,
} from '../../src/alerts/discretion.ts'
import type { Alert } from '../../src/alerts/model.ts'

const CUSTOMER = { name: 'customer', pattern: 'CUST-[0-9]{8}' }
const acme = createDiscretion([CUSTOMER, { name: 'plan', pattern: '(?i)project \\w+' }], true)

const ALERT: Alert = {
  source: 'alertmanager',
  fingerprint: 'f00d',
  status: 'firing',
  name: 'SparkJobFailed',
  severity: 'high',
  labels: { alertname: 'SparkJobFailed', owner: 'jane@acme.example', row: 'CUST-12345678', run: '4111111111111111' },
  annotations: { summary: 'CUST-12345678 of jane@acme.example' },
  startsAt: new Date(0),
  endsAt: null,
  links: [
    { title: 'Row', url: 'https://x.example/?q=CUST-12345678' },
    { title: 'Plan', url: 'https://x.example/?q=project%20apollo' },
  ],
  run: { platform: 'CUST-12345678', cluster: null, jobName: 'job-CUST-12345678', runId: 'app-20261122143000-0001', attempt: null, retriesLeft: null },
} // prettier-ignore

describe('a secret of ours', () => {
  const ours = createDiscretion([CUSTOMER], true, ['Bearer hush-hush-1', 'abc'])

  it('passes neither as a text, a name, a link, nor in a record', () => {
    expect(ours.text('your hush-hush-1 of CUST-12345678')).toBe('your [redacted] of [redacted:customer]')
    expect(ours.name('hush-hush-1')).toBe('[redacted]')
    expect(ours.link('https://x.example/hush-hush-1')).toBe('https://x.example/[redacted]')
    expect(ours.link('https://x.example/hush%2Dhush-1')).toBeNull()
    expect(ours.record({ 'hush-hush-1': ['hush-hush-1'] })).toEqual({ '[redacted]': ['[redacted]'] })
    expect(ours.text('abc of abcdef')).toBe('abc of abcdef')
  })

  it('is what a reader is gated for, with no pattern of the team beside it', () => {
    expect(createDiscretion([], true, ['hush-hush-1']).own).toBe(true)
    expect(createDiscretion([], true).own).toBe(false)
  })
})

describe('a text', () => {
  it('loses what the team names, with its name in place, and what everybody loses', () => {
    expect(acme.text('row CUST-12345678, Project Apollo, jane@acme.example, password=x')).toBe(
      'row [redacted:customer], [redacted:plan], [redacted address], password=[redacted]',
    )
  })

  it.each([
    'CUST-12345678',
    'password=CUST-12345678abc',
    'jdbc:x://CUST-12345678/y?a=b',
    'project x@y.example',
  ])('that passes again stays as it is: %s', (text) => {
    expect(acme.text(acme.text(text))).toBe(acme.text(text))
  })

  it('leaves nothing of a secret that a pattern of the team cuts in two', () => {
    expect(acme.text('password=CUST-12345678rest-of-it')).not.toContain('rest')
  })

  it('is linear in hostile text, whatever the pattern', () => {
    const hostile = createDiscretion([{ name: 'evil', pattern: '(a+)+b|(x|x)*y' }], true)
    expect(hostile.text('a'.repeat(1_000_000))).toHaveLength(1_000_000)
  })
})

describe('a name', () => {
  it('keeps the numbers and addresses that names are made of', () => {
    expect(acme.name('jane@acme.example 4111111111111111')).toBe('jane@acme.example 4111111111111111')
    expect(acme.name('token=hunter2 CUST-12345678')).toBe('token=[redacted] [redacted:customer]')
  })

  it('is the same however often and after however many others it is asked', () => {
    for (let at = 0; at < 12_000; at += 1) acme.name(`label ${at} CUST-12345678`)
    expect(acme.name('label 7 CUST-12345678')).toBe('label 7 [redacted:customer]')
  })
})

describe('a record', () => {
  it('is redacted in all its texts, by their names too, and keeps its shape', () => {
    const value = { a: ['CUST-12345678', 1, null, true], token: 'hunter2', card: 4111111111111111, deep: { x: 'fine' } }
    expect(acme.record(value)).toEqual({
      a: ['[redacted:customer]', 1, null, true],
      token: '[redacted]',
      card: '[redacted number]',
      deep: { x: 'fine' },
    })
  }) // prettier-ignore
})

describe('an alert', () => {
  it('is kept without what its team names, in labels, annotations, run and links', () => {
    const kept = discreetAlert(acme, ALERT)
    expect(JSON.stringify({ ...kept, run: { ...kept.run, platform: null } })).not.toMatch(/CUST-1|apollo/)
    expect(kept.annotations['summary']).toBe('[redacted:customer] of [redacted address]')
    expect(kept.run.jobName).toBe('job-[redacted:customer]')
  })

  it('can still be found and matched by what its labels name', () => {
    const kept = discreetAlert(acme, ALERT)
    expect(kept.labels).toMatchObject({ alertname: 'SparkJobFailed', owner: 'jane@acme.example', run: '4111111111111111' }) // prettier-ignore
    expect(kept.run).toMatchObject({ platform: 'CUST-12345678', runId: 'app-20261122143000-0001' })
    expect(kept.fingerprint).toBe('f00d')
  })

  it('is the same signal each time, also where its fingerprint cannot be kept', () => {
    const odd = { ...ALERT, fingerprint: 'CUST-12345678' }
    expect(discreetAlert(acme, odd).fingerprint).toMatch(/^[0-9a-f]{16}$/)
    expect(discreetAlert(acme, odd).fingerprint).toBe(discreetAlert(acme, odd).fingerprint)
  })

  it('loses a link that says it encoded, and keeps one that can do without', () => {
    expect(discreetAlert(acme, ALERT).links).toEqual([
      { title: 'Row', url: 'https://x.example/?q=[redacted:customer]' },
    ])
    expect(discreetAlert(DISCREET, ALERT).links).toHaveLength(2)
  })
})

describe('a pattern in the configuration', () => {
  const words = [wordFor('customer'), wordFor('plan')]
  it.each([
    ['CUST-[0-9]{8}', null],
    ['(?i)\\bproject [a-z]+\\b', null],
    ['(', 'RE2 does not take this pattern'],
    ['(?=x)y', 'RE2 does not take this pattern'],
    ['(a)\\1', 'RE2 does not take this pattern'],
    ['x*', 'matches an empty text'],
    ['[a-z]+', 'is what stands in the place of a secret'],
    ['customer', 'is what stands in the place of a secret'],
  ])('%s: %s', (pattern, problem) => {
    const said = patternProblem({ name: 'customer', pattern }, words)
    if (problem === null) expect(said).toBeNull()
    else expect(said).toContain(problem)
  })
})

describe('a pattern that can be used and does harm', () => {
  it.each([
    ['\\d', true],
    ['\\d+', true],
    ['high|Triggered', true],
    ['(?i)executor', true],
    ['[A-Z]', true],
    ['.', true],
    ['app-\\d{14}-\\d{4}', true],
    ['CUST-[0-9]{8}', false],
    ['(?i)\\bpol[ -]?[0-9]{6,9}\\b', false],
    ['(?i)\\bproject [a-z]+\\b', false],
  ])('%s: %s', (pattern, warned) => {
    const said = patternWarning({ name: 'x', pattern })
    if (warned) expect(said).toMatch(/takes our own words and figures away: ".*" becomes ".*\[redacted:x\].*; ask for more/)
    else expect(said).toBeNull()
  }) // prettier-ignore
})
