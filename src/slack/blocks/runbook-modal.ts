// The runbook as a modal: every section with what is known and done of it, at most one modal's worth a page. Pure.
import type { Button, KnownBlock, ModalView } from '@slack/types'
import * as z from 'zod'
import type { RunbookView } from '../../flow/runbook-view.ts'
import { ACTION } from '../ids.ts'
import { markdownPages } from './rich-text.ts'
import { type Unit, hiddenUnit, sectionUnits } from './runbook-section.ts'
import { actorName, cut, inline, mrkdwn, plain, when } from './text.ts'
import { whyRunbookWhole } from './why-runbook.ts'

/** What the modal carries through Slack: which text was before the person, at which page, drawn for the how-manieth time. */
export const RunbookPlaceSchema = z.object({
  incident: z.string(),
  hash: z.string().nullable(),
  page: z.number().int().nonnegative(),
  round: z.number().int().nonnegative(),
})
export type RunbookPlace = z.infer<typeof RunbookPlaceSchema>

export interface Drawing {
  /** The page, or the section whose page it is to be. Nearest one when there is none such. */
  readonly at: { readonly page: number } | { readonly section: number }
  /** Raised with every drawing of one modal. */
  readonly round: number
  /** What the person must know first, for example why a tick was refused. */
  readonly notice?: string | null
}

/** Slack takes 100 blocks a view; head, notice, vote and page turner need the rest. */
const PAGE_BLOCKS = 80
/** Slack refuses messages of somewhat above 13,200 characters; views are held to the same. */
const PAGE_CHARACTERS = 10_500

export function runbookModal(view: RunbookView | null, drawing: Drawing): ModalView {
  if (view === null)
    return modal('Runbook', [
      { type: 'section', text: mrkdwn('This incident has no runbook that can be read.') },
    ])
  const pages = pagesOf(view, drawing.round)
  const page = placeOf(pages, drawing.at)
  const { incident } = view.card
  const place: RunbookPlace = {
    incident: incident.id,
    hash: incident.runbookHash,
    page,
    round: drawing.round,
  }
  const last = page >= pages.length - 1
  const blocks = [
    ...notice(drawing.notice ?? null),
    ...head(view),
    ...(pages[page] ?? []).flatMap((unit) => unit.blocks),
    ...(last ? vote(view, drawing.round) : []),
    ...turner(incident.id, page, pages.length),
  ]
  return { ...modal(`Runbook for #${incident.number}`, blocks), private_metadata: JSON.stringify(place) }
}

/** The introduction and all sections, packed in order. What a hidden section contains is hidden with it. */
function pagesOf({ runbook, sections }: RunbookView, round: number): Unit[][] {
  const intro = markdownPages(runbook.intro, { blocks: 20, characters: 6_000 }).map((blocks): Unit => ({
    blocks,
    characters: JSON.stringify(blocks).length / 2,
    section: -1,
  }))
  const units = sections.flatMap((view, at) => {
    if (view.state !== 'hidden') return sectionUnits(view, at, round)
    const { parent } = view.section
    const within = parent !== null && sections[parent]?.state === 'hidden'
    return within && view.tick === null ? [] : [hiddenUnit(view, at)]
  })
  const pages: Unit[][] = [[]]
  let [blocks, characters] = [0, 0]
  for (const unit of [...intro, ...units]) {
    const full = blocks + unit.blocks.length > PAGE_BLOCKS || characters + unit.characters > PAGE_CHARACTERS
    if (full && blocks > 0) {
      pages.push([])
      ;[blocks, characters] = [0, 0]
    }
    pages.at(-1)?.push(unit)
    blocks += unit.blocks.length
    characters += unit.characters
  }
  return pages
}

function placeOf(pages: readonly (readonly Unit[])[], at: Drawing['at']): number {
  const wished =
    'page' in at
      ? Math.trunc(at.page) || 0
      : pages.findLastIndex((page) => page.some((unit) => unit.section === at.section))
  return Math.min(Math.max(0, wished), pages.length - 1)
}

function modal(title: string, blocks: KnownBlock[]): ModalView {
  return {
    type: 'modal',
    callback_id: 'runbook',
    title: plain(cut(title, 24), 24),
    close: plain('Close', 24),
    blocks,
  }
}

function notice(text: string | null): KnownBlock[] {
  return text === null ? [] : [{ type: 'section', text: mrkdwn(`⚠️ ${inline(text, 500)}`) }]
}

function head(view: RunbookView): KnownBlock[] {
  const { runbook, card, progress } = view
  const facts = [
    `Owner ${inline(runbook.owner, 80)}`,
    ...(runbook.verified === null ? [] : [`last verified ${inline(runbook.verified, 20)}`]),
    since(view),
    ...(progress.steps === 0 ? [] : [`${progress.done} of ${progress.steps} steps done`]),
  ]
  return [
    { type: 'header', text: plain(runbook.title, 150) },
    {
      type: 'context',
      elements: [facts.join(' · '), ...whyRunbookWhole(card), ...earlierLine(view)].map((line) =>
        mrkdwn(line),
      ),
    },
    ...(view.newer ? [newer(view)] : []),
  ]
}

/** Of which time the text is. */
function since({ card, updated, switched }: RunbookView): string {
  if (updated !== null)
    return `newer text, taken by ${actorName(updated.by)} at ${when(updated.at, 'minute')}`
  return switched === null
    ? `text as it was when #${card.incident.number} opened`
    : `text as it was when #${card.incident.number} went over to it at ${when(switched, 'minute')}`
}

/** After a switch: what was done by the runbook before is not lost. */
function earlierLine({ earlier }: RunbookView): string[] {
  const said = earlier
    .slice(0, 3)
    .map(({ runbookId, done }) => `${done} ${done === 1 ? 'step' : 'steps'} of *${inline(runbookId, 80)}*`)
  return said.length === 0 ? [] : [`Before the switch to this runbook: ${said.join(', ')} done.`]
}

function newer({ card, updated, switched }: RunbookView): KnownBlock {
  const number = card.incident.number
  const then = updated === null && switched === null ? `#${number} opened` : `this one was pinned`
  return {
    type: 'section',
    block_id: 'newer',
    text: mrkdwn(`*A newer text of this runbook is loaded* (changed since ${then}).`),
    accessory: {
      ...button(ACTION.runbookNewer, 'Use the Newer Text', 'newer'),
      confirm: {
        title: plain('Use the newer text?', 100),
        text: plain(
          'Spark is looked into again by it. Buttons of the former text are withdrawn; what is ticked stays.',
          300,
        ),
        confirm: plain('Use It', 30),
        deny: plain('Keep This One', 30),
      },
    },
  }
}

function vote({ votes }: RunbookView, round: number): KnownBlock[] {
  const own = votes.own === null ? '' : ` You said ${votes.own ? 'yes' : 'no'}; you may change that.`
  const sum = votes.useful + votes.useless === 0 ? '' : ` ${votes.useful} yes, ${votes.useless} no so far.`
  const choice = (useful: boolean): Button => ({
    ...button(`${ACTION.runbookVote}:${useful ? 'yes' : 'no'}`, useful ? 'Yes' : 'No', useful ? 'yes' : 'no'),
    ...(votes.own === useful ? { style: 'primary' as const } : {}),
  })
  return [
    { type: 'divider' },
    { type: 'section', text: mrkdwn(`*Was this useful?*${own}${sum}`) },
    { type: 'actions', block_id: `vote:${round}`, elements: [choice(true), choice(false)] },
  ]
}

function button(actionId: string, text: string, value: string): Button {
  return { type: 'button', action_id: actionId, text: plain(text, 75), value }
}

function turner(incidentId: string, at: number, pages: number): KnownBlock[] {
  if (pages < 2) return []
  const turn = (to: number, text: string): Button[] =>
    to < 0 || to >= pages
      ? []
      : [button(`${ACTION.runbookPage}:${text.toLowerCase()}`, text, `${incidentId}/${to}`)]
  return [
    { type: 'context', elements: [mrkdwn(`Page ${at + 1} of ${pages}`)] },
    { type: 'actions', block_id: `turn:${at}`, elements: [...turn(at - 1, 'Back'), ...turn(at + 1, 'Next')] },
  ]
}
