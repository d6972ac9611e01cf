// Thread entries: all evidence, who is called and why, inert and within Slack's limits.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validateBlocks } from '../../../src/sandbox/slack/blocks/validate.ts'
import type { ThreadEntry } from '../../../src/flow/thread.ts'
import { threadMessage } from '../../../src/slack/blocks/thread.ts'
import { MESSAGE_BUDGET, textLength } from '../../../src/slack/blocks/text.ts'
import { ALICE, FINDING, activeParts, finding, hostileText } from '../views.ts'

const entry: fc.Arbitrary<ThreadEntry> = fc.oneof(
  fc.record({ type: fc.constant('findings' as const), findings: fc.array(finding, { minLength: 1, maxLength: 20 }) }),
  fc.record({ type: fc.constant('mention' as const), people: fc.array(fc.oneof(fc.constant('U0BOB'), hostileText), { maxLength: 200 }), minutes: fc.nat() }),
  fc.record({ type: fc.constant('action' as const), action: hostileText, target: hostileText, state: fc.constantFrom('succeeded', 'unknown'), detail: hostileText, by: fc.constant(ALICE) }),
  fc.record({ type: fc.constant('note' as const), text: hostileText, by: fc.constant(ALICE) }),
  fc.record({ type: fc.constant('verified' as const), action: hostileText, target: hostileText, verified: fc.constantFrom('verified', 'not_verified'), state: fc.constant('succeeded'), detail: hostileText }),
  fc.record({ type: fc.constant('runbook_updated' as const), runbook: hostileText, by: fc.constant(ALICE), again: fc.boolean() }),
  fc.record({ type: fc.constant('runbook_switched' as const), from: fc.option(hostileText), to: hostileText, because: fc.array(fc.record({ text: hostileText, actual: fc.option(hostileText) }), { maxLength: 40 }) }),
) // prettier-ignore

describe('P9: a thread entry', () => {
  it('is one that Slack takes, and activates nothing of what it quotes', () => {
    fc.assert(
      fc.property(entry, (any) => {
        const { text, blocks } = threadMessage(any)
        expect(validateBlocks('message', blocks)).toEqual([])
        expect(textLength(blocks)).toBeLessThanOrEqual(MESSAGE_BUDGET)
        expect(blocks.length).toBeGreaterThan(0)
        expect(text.length).toBeGreaterThan(0)
        for (const part of activeParts(blocks)) expect(part).toMatch(/^<@U0(BOB|ALICE)>$/)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a thread entry says', () => {
  const said = (any: ThreadEntry): string => JSON.stringify(threadMessage(any))

  it('what was deployed and how many, and outside text formats nothing of ours', () => {
    const none = { commit: null, image: null, summary: null, by: '*bob*', url: null }
    const text = said({ type: 'deployed', what: 'deploy', count: 12, version: '```', at: '2026-11-22T10:00:00Z', ...none }) // prettier-ignore
    expect(text).toContain('12 deploys, newest: *Deployed* at ')
    expect(text).toContain('version ˋˋˋ, by ∗bob∗')
  })

  it('that a pipeline has accepted, and not that anything has been done', () => {
    const about = {
      type: 'action',
      target: 'a/orders',
      state: 'succeeded',
      detail: 'taken',
      by: ALICE,
    } as const
    expect(said({ ...about, action: 'deploy.roll-back' })).toContain('a/orders: accepted. taken')
    expect(said({ ...about, action: 'run.rerun' })).toContain('a/orders: succeeded. taken')
    expect(said({ ...about, action: 'deploy.roll-back', state: 'failed' })).toContain(
      'a/orders: failed. taken',
    )
  })

  it('who is called, and that nobody has acknowledged', () => {
    const text = said({ type: 'mention', people: ['U0BOB', 'S0ONCALL'], minutes: 5, while: 'unacknowledged' })
    expect(text).toContain('<@U0BOB> <!subteam^S0ONCALL> nobody has acknowledged this for 5 minutes.')
  })

  it('who went over to the newer text, and what that does', () => {
    const again = { type: 'runbook_updated', runbook: 'first', by: ALICE } as const
    expect(said({ ...again, again: true })).toContain(
      '<@U0ALICE> went over to the newer text of runbook *first*. Spark is looked into again by it',
    )
    expect(said({ ...again, again: false })).not.toContain('looked into again')
  })

  it('that the runbook is another now, and what was found that decided it', () => {
    const because = [
      { text: 'alertname=~"Spark.*"', actual: 'SparkJobFailed' },
      { text: 'death.signature="F02"', actual: 'F02' },
    ]
    const entry = { type: 'runbook_switched', from: 'first', to: 'executor-oom', because } as const
    expect(said(entry)).toContain('Runbook: now *executor-oom*, was *first*, because death.signature is F02.')
    expect(said({ ...entry, because: because.slice(0, 1) })).toContain('because alertname is SparkJobFailed.')
    expect(said({ ...entry, from: null, because: [] })).toContain('was none, because the alert names it.')
  })

  it('the truth to people called about an incident that is acknowledged but not resolved', () => {
    const text = said({ type: 'mention', people: ['U0BOB'], minutes: 1, while: 'unresolved' })
    expect(text).toContain('this is not resolved after 1 minute.')
    expect(text).not.toContain('acknowledged')
  })

  it('where each figure can be read, and links nowhere else', () => {
    const link = 'http://history:18080/api/v1/applications/app-1/allexecutors'
    const evidence = [
      { text: 'gc_ratio: sum totalGCTime 5 ms', from: 'all executors', link },
      { text: 'by hand', from: 'somebody', link: 'javascript:alert(1)' },
      { text: 'spark.executor.memory 1g', from: 'environment', link: null },
    ]
    const sources = threadMessage({ type: 'findings', findings: [{ ...FINDING, evidence }] })
      .blocks.flatMap((block) => (block.type === 'rich_text' ? block.elements : []))
      .flatMap((part) => (part.type === 'rich_text_section' ? part.elements : []))
      .filter((one) => 'text' in one && /^(all executors|somebody|environment):$/.test(one.text ?? ''))
    expect(sources).toMatchObject([
      { type: 'link', url: link, text: 'all executors:' },
      { type: 'text', text: 'somebody:' },
      { type: 'text', text: 'environment:' },
    ])
  })

  it('what several probes say alike once', () => {
    const text = said({ type: 'findings', findings: [FINDING, FINDING, FINDING] })
    expect(text.split(JSON.stringify(FINDING.sentence).slice(1, -1))).toHaveLength(3)
  })

  it('how many findings did not fit', () => {
    const findings = Array.from({ length: 15 }, (_, at) => ({
      ...FINDING,
      sentence: `${FINDING.sentence} ${at}`,
    }))
    expect(said({ type: 'findings', findings })).toContain('3 more findings did not fit')
  })

  it('each finding with the line Spark wrote and where it stood', () => {
    const text = said({ type: 'findings', findings: [FINDING] })
    expect(text).toContain('java.lang.OutOfMemoryError: Java heap space')
    expect(text).toContain('executor 2, removeReason:')
    expect(text).toContain('"url":"http://spark.example:4040/executors/"')
  })

  it('a note in its own words, and whose it is', () => {
    const text = said({ type: 'note', text: 'restarted it\n<!here> *by hand*', by: ALICE })
    expect(text).toContain('restarted it\\n<!here> *by hand*')
    expect(text).toContain(`Noted by <@U0ALICE>`)
  })

  it('what was found without alarm, without a word of alarm', () => {
    const text = said({ type: 'findings', findings: [{ ...FINDING, severity: 'none' }] })
    expect(text).not.toContain('none')
    expect(said({ type: 'findings', findings: [{ ...FINDING, severity: 'high' }] })).toContain('"high: "')
  })

  it('nothing as a link that leads to no web page', () => {
    expect(said({ type: 'findings', findings: [{ ...FINDING, link: 'javascript:alert(1)' }] })).not.toContain(
      'javascript',
    )
  })
})
