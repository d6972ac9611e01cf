// The runbook as a modal: its text as rich text, at most one modal's worth a page, and why it was chosen. Pure.
import type { KnownBlock, ModalView } from '@slack/types'
import type { CardView } from '../../flow/card.ts'
import type { Runbook } from '../../runbooks/model.ts'
import { markdownPages } from './rich-text.ts'
import { cut, inline, mrkdwn, plain } from './text.ts'
import { whyRunbook } from './why-runbook.ts'

export function runbookModal(card: CardView | null, runbook: Runbook | null, page: number): ModalView {
  if (card === null || runbook === null)
    return modal('Runbook', [
      { type: 'section', text: mrkdwn('This incident has no runbook that can be read.') },
    ])
  const pages = markdownPages(bodyOf(runbook))
  const at = Math.min(Math.max(0, page), Math.max(0, pages.length - 1))
  const why = whyRunbook(card)
  const head: KnownBlock[] = [
    { type: 'header', text: plain(runbook.title, 150) },
    {
      type: 'context',
      elements: [
        mrkdwn(
          `Owner ${inline(runbook.owner, 80)}${runbook.verified === null ? '' : ` · last verified ${inline(runbook.verified, 20)}`} · text as it was when #${card.incident.number} opened`,
        ),
        ...(why === null ? [] : [mrkdwn(why)]),
      ],
    },
  ]
  return modal(cut(`Runbook for #${card.incident.number}`, 24), [
    ...head,
    ...(pages[at] ?? []),
    ...turner(card.incident.id, at, pages.length),
  ])
}

/** The Markdown people read: without front matter; executable blocks stay, they say what was looked at. */
function bodyOf(runbook: Runbook): string {
  return runbook.text.replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---\r?\n/, '')
}

function modal(title: string, blocks: KnownBlock[]): ModalView {
  return {
    type: 'modal',
    callback_id: 'runbook',
    title: plain(title, 24),
    close: plain('Close', 24),
    blocks: blocks.slice(0, 100),
  }
}

function turner(incidentId: string, at: number, pages: number): KnownBlock[] {
  if (pages < 2) return []
  const turn = (
    to: number,
    text: string,
  ): { type: 'button'; action_id: string; text: ReturnType<typeof plain>; value: string }[] =>
    to < 0 || to >= pages
      ? []
      : [
          {
            type: 'button',
            action_id: `runbook_page:${text.toLowerCase()}`,
            text: plain(text, 75),
            value: `${incidentId}/${to}`,
          },
        ]
  return [
    { type: 'context', elements: [mrkdwn(`Page ${at + 1} of ${pages}`)] },
    { type: 'actions', block_id: `turn:${at}`, elements: [...turn(at - 1, 'Back'), ...turn(at + 1, 'Next')] },
  ]
}
