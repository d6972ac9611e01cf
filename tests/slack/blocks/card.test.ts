// The card: golden files for what people see, and the promise that no text from outside breaks or activates anything (P9).
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validateBlocks } from '../../../src/sandbox/slack/blocks/validate.ts'
import { cardMessage } from '../../../src/slack/blocks/card.ts'
import { MESSAGE_BUDGET, textLength } from '../../../src/slack/blocks/text.ts'
import {
  FINDING,
  OFFER,
  activeParts,
  anyView,
  incidentWith,
  mainStates,
  runWith,
  viewWith,
} from '../views.ts'

const said = (view: Parameters<typeof cardMessage>[0]): string => JSON.stringify(cardMessage(view).blocks)

describe('the card in its main states', () => {
  for (const [name, view] of Object.entries(mainStates()))
    it(`looks as people know it: ${name}`, async () => {
      const message = cardMessage(view)
      expect(validateBlocks('message', message.blocks)).toEqual([])
      await expect(`${JSON.stringify(message, null, 2)}\n`).toMatchFileSnapshot(`../golden/${name}.json`)
    })
})

describe('the runbook on the card', () => {
  it('is as far as people have ticked it, and says nothing while nobody has', () => {
    expect(said(viewWith())).not.toContain('done')
    expect(said(viewWith({ progress: { done: 3, steps: 7 } }))).toContain('Runbook: 3 of 7 steps done')
    expect(said(viewWith({ progress: { done: 1, steps: 1 } }))).toContain('Runbook: 1 of 1 step done')
  })
})

/** What the card itself may say actively: people the configuration names, who pressed, times, links to the web. */
const OURS = [
  /^<@[UW][A-Z0-9]+>$/,
  /^<!subteam\^S[A-Z0-9]+>$/,
  /^<!date\^-?\d+\^\{[a-z_]+\}( \{time\})?\|[^<>|]+>$/,
  /^<https?:\/\/[^\s<>|]+\|[^<>]*>$/,
]

describe('P9: text from outside', () => {
  it('never makes a message that Slack refuses, or one that is too long', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const { text, blocks } = cardMessage(view)
        expect(validateBlocks('message', blocks)).toEqual([])
        expect(textLength(blocks)).toBeLessThanOrEqual(MESSAGE_BUDGET + 500)
        expect(text.length).toBeGreaterThan(0)
        expect(text.length).toBeLessThanOrEqual(300)
      }),
      { numRuns: 300 },
    )
  })

  it('activates nothing: no mention of a channel, no foreign link, nothing half cut', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const { text, blocks } = cardMessage(view)
        for (const part of activeParts(blocks))
          expect(
            OURS.some((form) => form.test(part)),
            part,
          ).toBe(true)
        expect(text).not.toMatch(/[<>]/)
      }),
      { numRuns: 300 },
    )
  })

  it('shows no control or bidirectional character', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        expect(said(view)).not.toMatch(/\\u00[01]\d|[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/)
      }),
      { numRuns: 100 },
    )
  })
})

describe('the card says', () => {
  it('which runbook an alert named in vain', () => {
    const match = { ...viewWith().match, unknownName: 'exeutor-oom' }
    expect(said(viewWith({ match }))).toContain('The alert names exeutor-oom, which is no runbook here.')
  })

  it('P13: that nothing covers the alert, and then offers no runbook', () => {
    const card = said(viewWith({ runbook: null, match: { ...viewWith().match, reason: 'none' } }))
    expect(card).toContain('No runbook covers this alert.')
    expect(card).not.toContain('view_runbook')
  })

  it('P13: that a page would be due where the team cannot be paged', () => {
    expect(said(viewWith({ canPage: false }))).toContain('this team has no PagerDuty routing key')
  })

  it('how many are called next, but not whom: a name on a card that is posted would call them at once', () => {
    const card = said(viewWith({ next: { dueAt: new Date(0), page: false, mention: ['U0BOB', 'S0ONCALL'] } }))
    expect(card).toContain('2 people and groups are called in the thread')
    expect(card).not.toContain('U0BOB')
  })

  it('why an action is not offered', () => {
    const withheld = [{ title: 'Kill Application', says: 'platform yarn has no way to do this' }]
    expect(said(viewWith({ withheld }))).toContain(
      'Kill Application is not offered: platform yarn has no way to do this',
    )
  })

  it('P8: who may press, however long what will happen is', () => {
    const consequence = `Goes from v2 back to v1: ${'long-job-'.repeat(60)}.`
    const blocks = JSON.stringify(cardMessage(viewWith({ offers: [{ ...OFFER, consequence }] })).blocks)
    expect(blocks).toMatch(/Goes from v2 back to v1: [^"]*… Needs a commander\./)
  })

  it('what a kill does, before it is confirmed', () => {
    const { blocks } = cardMessage(viewWith({ offers: [OFFER] }))
    expect(JSON.stringify(blocks)).toContain('Work it has not written is lost. Needs a commander.')
  })

  it('P7: how to settle an action without an answer, on a resolved incident too', () => {
    const incident = incidentWith({ state: 'resolved', resolution: 'source' })
    const card = said(viewWith({ incident, offers: [OFFER], runs: [runWith({ state: 'unknown' })] }))
    expect(card).toContain('It Did Not Happen')
    expect(card).not.toContain('"act:0"')
  })

  it('whether a rerun is safe, though that is nothing grave by itself', () => {
    const sentence =
      'A rerun is unsafe: it has appended to /data/<orders>; a rerun appends the same rows again.'
    const verdict = { ...FINDING, probe: 'run.rerun', severity: 'none' as const, sentence, evidence: [] }
    const view = viewWith({ incident: incidentWith({ diagnosis: 'done' }), findings: [FINDING, verdict] })
    expect(said(view)).toContain('A rerun is unsafe: it has appended to /data/&lt;orders&gt;')
    expect(validateBlocks('message', cardMessage(view).blocks)).toEqual([])
  })

  it('a line that several probes found once, with what each of them says', () => {
    const findings = [FINDING, { ...FINDING, sentence: 'Stage 0.0 is in trouble.' }]
    const card = said(viewWith({ incident: incidentWith({ diagnosis: 'done' }), findings }))
    expect(card.split('java.lang.OutOfMemoryError: Java heap space')).toHaveLength(2)
    expect(card).toContain('Stage 0.0 is in trouble.')
  })

  it('a link as text when it leads to no web page', () => {
    const card = said(viewWith({ links: [{ title: 'Query', url: 'javascript:alert(1)' }] }))
    expect(card).not.toContain('javascript')
    expect(card).toContain('Query')
  })

  it('the host of a link whatever its title claims', () => {
    const links = [{ title: 'https://good.example', url: 'http://good.example@evil.example/x|y' }]
    expect(said(viewWith({ links }))).toContain(
      '<http://good.example@evil.example/x%7Cy|https://good.example (evil.example)>',
    )
  })
})

describe('what was asked of a pipeline', () => {
  const rollback = runWith({ action: 'deploy.roll-back', target: 'a/orders', state: 'succeeded', verified: 'pending' }) // prettier-ignore

  it('is accepted while it is being verified, and done only then', () => {
    expect(said(viewWith({ runs: [rollback] }))).toContain('accepted, being verified')
    expect(said(viewWith({ runs: [{ ...rollback, action: 'run.rerun' }] }))).toContain('done, being verified')
    expect(said(viewWith({ runs: [{ ...rollback, verified: 'verified' }] }))).toContain('done and verified')
  })
})

describe('the dialogs of the card', () => {
  const confirms = (view: Parameters<typeof cardMessage>[0]): { title: string; text: string }[] =>
    cardMessage(view).blocks.flatMap((block) =>
      block.type !== 'actions'
        ? []
        : block.elements.flatMap((one) =>
            'confirm' in one && one.confirm !== undefined
              ? [{ title: one.confirm.title!.text, text: one.confirm.text.text }]
              : [],
          ),
    )

  it('say which action is settled: two pairs look alike, and what is settled stays so', () => {
    const runs = [
      runWith({ id: 'act_1', action: 'deploy.roll-back', target: 'a/orders', state: 'unknown' }),
      runWith({ id: 'act_2', action: 'spark.kill-application', target: 'app-1', state: 'unknown' }),
    ]
    const asked = confirms(viewWith({ runs })).filter(({ title }) => title.includes('Happen'))
    expect(asked.map(({ title }) => title)).toEqual([
      'Roll back: It Happened?',
      'Roll back: It Did Not Happen?',
      'Kill application: It Happened?',
      'Kill application: It Did Not Happen?',
    ])
    expect(asked.map(({ text }) => text.includes('a/orders'))).toEqual([true, true, false, false])
    expect(asked.map(({ text }) => text.includes('app-1'))).toEqual([false, false, true, true])
    for (const { text } of asked) expect(text).toContain('This is final.')
  })

  it('fit and warn, however long the words are', () => {
    const runs = [runWith({ action: 'x'.repeat(300), target: 'y'.repeat(300), state: 'unknown' })]
    const warning = 'No good run of the job is known: what was there before may be bad, too.'
    const offers = [{ ...OFFER, consequence: `${'Goes far. '.repeat(60)}${warning}`, warning }]
    const view = viewWith({ runs, offers })
    expect(validateBlocks('message', cardMessage(view).blocks)).toEqual([])
    const act = confirms(view).find(({ title }) => title === `${OFFER.title}?`)
    expect(act!.text).toMatch(/^Goes far\. .*… No good run of .* may be bad, too\. Needs a commander\.$/)
  })
})
