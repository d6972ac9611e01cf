// The runbook in its modal: the words people read, what is known and done of each section, in views that Slack takes.
import * as fc from 'fast-check'
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { RunbookView } from '../../../src/flow/runbook-view.ts'
import { validateView } from '../../../src/sandbox/slack/blocks/validate.ts'
import { RunbookPlaceSchema, runbookModal } from '../../../src/slack/blocks/runbook-modal.ts'
import { FOLDER, runbookOf, shipped, standing } from '../runbook-views.ts'
import { ALICE, AT, BOB, FINDING, activeParts, anyView, hostileText, incidentWith, runWith, viewWith } from '../views.ts' // prettier-ignore

const draw = (view: RunbookView | null, page = 0, round = 0): ReturnType<typeof runbookModal> =>
  runbookModal(view, { at: { page }, round })

/** All pages, as somebody who presses Next to the end sees them. */
function pagesOf(view: RunbookView): ReturnType<typeof runbookModal>[] {
  const pages = [draw(view)]
  while (JSON.stringify(pages.at(-1)).includes('runbook_page:next') && pages.length < 200)
    pages.push(draw(view, pages.length))
  return pages
}

const all = (view: RunbookView): string => JSON.stringify(pagesOf(view))
const LONG = runbookOf(
  `# A test\n\n${Array.from({ length: 500 }, (_, i) => `## Part ${i}\n\n${'word '.repeat(60)}`).join('\n\n')}\n`,
)

describe('View Runbook', () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.md')))
    it(`shows ${file} in pages that Slack takes, without its executable blocks`, () => {
      for (const page of pagesOf(standing(shipped(file.replace('.md', ''))))) {
        expect(validateView(page)).toEqual([])
        expect(JSON.stringify(page)).not.toMatch(/\\nuse: |"use: |yaml/)
      }
    })

  it('looks as people know it: in the middle of an incident', async () => {
    const view = standing(
      shipped('executor-oom'),
      { 'death.signature': 'F02' },
      {
        newer: true,
        votes: { useful: 1, useless: 0, own: null },
        section: (section) => ({
          ...section,
          tick: section.section.id === 'the-application' ? { by: ALICE, at: AT } : null,
          probes: section.probes.map((probe) => ({
            ...probe,
            findings: probe.step.id === 'death' ? [FINDING] : [],
          })),
        }),
      },
    )
    expect(pagesOf(view)).toHaveLength(1)
    await expect(`${JSON.stringify(draw(view), null, 2)}\n`).toMatchFileSnapshot(
      '../golden/runbook-modal.json',
    )
  })

  it('says the title once, and each heading with its words', () => {
    const text = all(standing(shipped('executor-oom')))
    expect(text.split('"Executor out of memory"')).toHaveLength(2)
    expect(text).toContain('Tell it from look-alikes')
  })

  it('says so when there is no runbook', () => {
    expect(validateView(draw(null))).toEqual([])
    expect(JSON.stringify(draw(null))).toContain('no runbook that can be read')
  })

  it('carries which text it shows, so that a press on another one can be told', () => {
    const place = RunbookPlaceSchema.parse(
      JSON.parse(draw(standing(shipped('executor-oom')), 0, 3).private_metadata ?? ''),
    )
    expect(place).toEqual({ incident: 'inc_0000000000000001', hash: 'hash', page: 0, round: 3 })
  })
})

describe('what is known of a section', () => {
  const view = (facts: Readonly<Record<string, string>>): RunbookView =>
    standing(shipped('executor-oom'), facts)

  it('applies, by what its condition says', () => {
    const text = all(view({ 'death.signature': 'F02' }))
    expect(text).toContain('"Applies: "')
    expect(text).toContain('death.signature=\\"F02\\"')
    expect(text).toContain('Fewer cores for each executor')
  })

  it('does not apply: one line with the reason, and none of its words', () => {
    const text = all(view({ 'death.signature': 'F02' }))
    expect(text).toContain('*If the container was killed* · Does not apply: death.signature is F02')
    expect(text).not.toContain('Memory outside of the heap')
  })

  it('hides what stands under a hidden heading with it', () => {
    const runbook = runbookOf(
      '# A test\n\n## Outer\n\n```yaml when\n- \'x="1"\'\n```\n\n### Inner\n\nWords within.\n\n## After\n\nWords after.\n',
    )
    const text = all(standing(runbook, { x: '2' }))
    expect(text).toContain('*Outer* · Does not apply')
    expect(text).not.toContain('Inner')
    expect(text).toContain('Words after.')
  })

  it('is not yet known: says what is missing, and shows the words', () => {
    const text = all(view({}))
    expect(text).toContain('Not yet known:')
    expect(text).toContain('death.signature is not known')
    expect(text).toContain('Memory outside of the heap')
  })

  it('shows what its probes found in one line, the worst first', () => {
    const low = { ...FINDING, severity: 'low' as const, sentence: 'Something small.' }
    const text = all(
      standing(
        shipped('executor-oom'),
        {},
        {
          section: (section) => ({
            ...section,
            probes: section.probes.map((probe) => ({
              ...probe,
              findings: probe.step.id === 'death' ? [low, FINDING] : probe.step.id === 'skew' ? [] : null,
            })),
          }),
        },
      ),
    )
    expect(text).toContain('→ critical: 3 of 4 executors died of Java heap space (F02). (and 1 more)')
    expect(text).toContain('→ not looked at yet')
    expect(text).toContain('→ nothing to say')
  })

  it('says of each action whether the card offers it, why not, or who had it done', () => {
    const kill =
      '# A test\n\n## End it\n\nWhy.\n\n```yaml action\nid: kill\nuse: spark.kill-application\nrequires: commander\n```\n'
    const withStanding = (to: RunbookView['sections'][number]['actions'][number]['standing']): string =>
      all(
        standing(
          runbookOf(kill),
          {},
          {
            section: (section) => ({
              ...section,
              actions: section.actions.map((action) => ({ ...action, standing: to })),
            }),
          },
        ),
      )
    expect(withStanding({ kind: 'offered' })).toContain(
      'Kill Application → offered on the card (needs a commander)',
    )
    expect(withStanding({ kind: 'withheld', says: 'The platform is read-only.' })).toContain(
      'not offered: The platform is read-only.',
    )
    expect(withStanding({ kind: 'waiting' })).toContain('not offered yet')
    const run = (change: Parameters<typeof runWith>[0]): string =>
      withStanding({ kind: 'run', run: runWith(change) })
    expect(run({ state: 'succeeded', verified: 'verified' })).toContain('done and verified, asked by bob')
    expect(run({ state: 'succeeded', verified: 'not_verified' })).toContain('done, but not confirmed')
    expect(run({ state: 'unknown' })).toContain('ended without an answer')
    expect(run({ state: 'failed' })).toContain('→ failed, asked by bob')
    expect(run({ state: 'running' })).toContain('→ on its way')
  })
})

describe('ticks', () => {
  const body = '# A test\n\n## Group\n\n### First\n\nDo this.\n\n### Second\n\nDo that.\n'
  const ticked = (id: string, round = 0): ReturnType<typeof runbookModal> =>
    draw(
      standing(
        runbookOf(body),
        {},
        {
          section: (section) =>
            section.section.id === id ? { ...section, tick: { by: ALICE, at: AT } } : section,
        },
      ),
      0,
      round,
    )

  it('has a box for each section with something to do, and none for a mere heading', () => {
    const boxes = draw(standing(runbookOf(body))).blocks.filter((block) => 'accessory' in block)
    expect(boxes).toHaveLength(2)
    expect(JSON.stringify(boxes)).not.toContain('initial_options')
  })

  it('shows who and when, and counts', () => {
    const text = JSON.stringify(ticked('second'))
    expect(text).toMatch(/✓ <@U0ALICE>, <!date\^1793588400\^\{time\}\|2026-11-02 03:00 UTC>/)
    expect(text).toContain('1 of 2 steps done')
    expect(text.split('initial_options')).toHaveLength(2)
  })

  it('draws every box anew each round, since Slack keeps what was in a box of the same id', () => {
    const ids = (round: number): unknown[] =>
      ticked('second', round).blocks.flatMap((block) => ('accessory' in block ? [block.block_id] : []))
    expect(ids(0)).toEqual(['step:1:0', 'step:2:0'])
    expect(ids(1)).toEqual(['step:1:1', 'step:2:1'])
  })

  it('keeps a tick in sight though its section does not apply any more', () => {
    const runbook = runbookOf('# A test\n\n## Part\n\n```yaml when\n- \'x="1"\'\n```\n\nWords.\n')
    const text = all(
      standing(runbook, { x: '2' }, { section: (one) => ({ ...one, tick: { by: BOB, at: AT } }) }),
    )
    expect(text).toContain('Does not apply: x is 2')
    expect(text).toContain('✓ <@U0BOB>')
    expect(text).toContain('1 of 1 steps done')
  })

  it('stays on the page of the section, and ticking moves no section to another page', () => {
    const before = standing(LONG)
    const after = standing(LONG, {}, { section: (one) => ({ ...one, tick: { by: ALICE, at: AT } }) })
    const numbers = (view: RunbookView): string[][] =>
      pagesOf(view).map((page) => JSON.stringify(page).match(/"Part \d+"/g) ?? [])
    expect(numbers(after)).toEqual(numbers(before))
    const drawn = runbookModal(after, { at: { section: 250 }, round: 1 })
    expect(JSON.stringify(drawn)).toContain('"Part 250"')
  })
})

describe('after a switch', () => {
  it('says what was done by the runbook before', () => {
    const earlier = [
      { runbookId: 'any-failure', done: 1 },
      { runbookId: 'lost-executors', done: 3 },
    ]
    const text = all(standing(shipped('executor-oom'), {}, { earlier }))
    expect(text).toContain(
      'Before the switch to this runbook: 1 step of *any-failure*, 3 steps of *lost-executors* done.',
    )
  })
})

describe('the end of the runbook', () => {
  it('asks whether it was useful, once, on the last page', () => {
    const pages = pagesOf(standing(LONG))
    expect(pages.filter((page) => JSON.stringify(page).includes('Was this useful?'))).toEqual([pages.at(-1)])
  })

  it('shows what this person said, and what all did', () => {
    const text = all(standing(shipped('executor-oom'), {}, { votes: { useful: 2, useless: 1, own: false } }))
    expect(text).toContain('You said no; you may change that. 2 yes, 1 no so far.')
    expect(text).toMatch(/"action_id":"runbook_vote:no","text":[^}]+},"value":"no","style":"primary"/)
    expect(text).not.toMatch(/"value":"yes","style":"primary"/)
  })
})

describe('a newer text', () => {
  it('is offered at the head with what it does, and only where there is one', () => {
    expect(all(standing(shipped('executor-oom')))).not.toContain('newer text')
    const text = JSON.stringify(draw(standing(shipped('executor-oom'), {}, { newer: true })))
    expect(text).toContain('A newer text of this runbook is loaded* (changed since #42 opened)')
    expect(text).toContain('"action_id":"runbook_newer"')
  })

  it('once taken, is said to be the newer one, with who took it', () => {
    const text = all(standing(shipped('executor-oom'), {}, { updated: { by: BOB, at: AT } }))
    expect(text).toContain('newer text, taken by <@U0BOB>')
    expect(text).not.toContain('text as it was when')
  })
})

describe('a text that came by a switch', () => {
  it('is said to be of then, not of the opening; so is what a newer one is newer than', () => {
    const view = standing(shipped('executor-oom'), {}, { switched: AT, newer: true })
    expect(all(view)).toContain('text as it was when #42 went over to it at <!date^')
    expect(all(view)).toContain('(changed since this one was pinned)')
    expect(all(view)).not.toMatch(/(?:when|since) #42 opened/)
  })
})

describe('any runbook', () => {
  it('of 500 sections is turned page by page within what Slack takes, and a page that does not exist is the nearest', () => {
    const view = standing(LONG)
    const pages = pagesOf(view)
    expect(pages.length).toBeGreaterThan(5)
    for (const page of pages) {
      expect(validateView(page)).toEqual([])
      expect(page.blocks.length).toBeLessThanOrEqual(100)
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(250_000)
    }
    for (let part = 0; part < 500; part += 1)
      expect(pages.filter((page) => JSON.stringify(page).includes(`"Part ${part}"`))).toHaveLength(1)
    expect(draw(view, 10_000)).toEqual(pages.at(-1))
    expect(draw(view, -1)).toEqual(pages[0])
    expect(draw(view, Number.NaN)).toEqual(pages[0])
    expect(runbookModal(view, { at: { section: 10_000 }, round: 0 })).toEqual(pages[0])
  })

  it('with one section that fills many pages keeps its box at its end', () => {
    const view = standing(runbookOf(`# A test\n\n## Long\n\n${'Many words here.\n\n'.repeat(3_000)}\n`))
    const pages = pagesOf(view)
    expect(pages.length).toBeGreaterThan(3)
    for (const page of pages) expect(validateView(page)).toEqual([])
    expect(pages.map((page) => JSON.stringify(page).includes('step:0:')).lastIndexOf(true)).toBe(
      pages.length - 1,
    )
    expect(JSON.stringify(pages).split('"runbook_tick"')).toHaveLength(2)
  })

  it('keeps right-to-left headings and emoji, and lets none of them turn or mention anything', () => {
    const view = standing(
      runbookOf(
        '# A test\n\n## תקלה 🧯 בזיכרון\n\nWords.\n\n## \u202Eevil <!channel> @here\n\nWords.\n\n### [Click](https://evil.example) <@U0BOB>\n\nWords.\n',
      ),
    )
    const text = all(view)
    expect(text).toContain('תקלה 🧯 בזיכרון')
    expect(text).not.toContain('\u202E')
    expect(activeParts(pagesOf(view))).toEqual([])
    expect(text).not.toContain('"type":"user"')
  })

  it('P9: takes any runbook, any card, any finding and any person', () => {
    const base = runbookOf(
      '# A test\n\n## Part\n\nWords.\n\n```yaml probe\nid: app\nuse: spark.application\n```\n',
    )
    const section = base.sections[0]!
    const actor = fc.record({ kind: fc.constant('person' as const), id: hostileText, name: hostileText, via: fc.constant('slack' as const) }) // prettier-ignore
    const runbook = fc.record({ title: hostileText, owner: hostileText, intro: hostileText, heading: hostileText, prose: hostileText, when: hostileText, says: hostileText, sentence: hostileText, by: actor, level: fc.integer({ min: 1, max: 6 }), state: fc.constantFrom('shown' as const, 'hidden' as const, 'undecided' as const), ticked: fc.boolean() }) // prettier-ignore
    fc.assert(
      fc.property(anyView, runbook, fc.nat(), hostileText, (card, any, page, notice) => {
        const { title, owner, intro, heading, prose, level } = any
        const one = { ...section, heading, prose, level, when: [{ text: any.when, matchers: [], line: 1 }] }
        const text = { ...base, title, owner, intro, sections: [one] }
        const view = standing(
          text,
          {},
          {
            card,
            updated: any.ticked ? { by: any.by, at: AT } : null,
            newer: any.ticked,
            section: (drawn) => ({
              ...drawn,
              state: any.state,
              says: any.says,
              tick: any.ticked ? { by: any.by, at: AT } : null,
              probes: drawn.probes.map((probe) => ({ ...probe, findings: [{ ...FINDING, sentence: any.sentence }] })), // prettier-ignore
            }),
          },
        )
        expect(validateView(runbookModal(view, { at: { page }, round: page, notice }))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('P9: of a resolved incident too', () => {
    const card = viewWith({
      incident: incidentWith({ state: 'resolved', resolvedAt: AT, resolvedBy: ALICE }),
    })
    expect(validateView(draw(standing(shipped('executor-oom'), {}, { card })))).toEqual([])
  })
})
