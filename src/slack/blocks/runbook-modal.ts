// The runbook as a modal: its words as rich text, at most one modal's worth a page, and why it was chosen. Pure.
import type { KnownBlock, ModalView } from '@slack/types'
import { PROBES } from '../../diagnosis/registry.ts'
import type { CardView } from '../../flow/card.ts'
import { ACTIONS } from '../../remediation/registry.ts'
import type { Runbook, Section } from '../../runbooks/model.ts'
import { markdownPages } from './rich-text.ts'
import { cut, inline, mrkdwn, plain } from './text.ts'
import { whyRunbook } from './why-runbook.ts'

export function runbookModal(card: CardView | null, runbook: Runbook | null, page: number): ModalView {
  if (card === null || runbook === null)
    return modal('Runbook', [
      { type: 'section', text: mrkdwn('This incident has no runbook that can be read.') },
    ])
  const pages = markdownPages(markdownOf(runbook))
  const at = Math.min(Math.max(0, Math.trunc(page) || 0), Math.max(0, pages.length - 1))
  const head: KnownBlock[] = [
    { type: 'header', text: plain(runbook.title, 150) },
    {
      type: 'context',
      elements: [
        mrkdwn(
          `Owner ${inline(runbook.owner, 80)}${runbook.verified === null ? '' : ` · last verified ${inline(runbook.verified, 20)}`} · text as it was when #${card.incident.number} opened`,
        ),
        ...whyRunbook(card).map((line) => mrkdwn(line)),
      ],
    },
  ]
  return modal(cut(`Runbook for #${card.incident.number}`, 24), [
    ...head,
    ...(pages[at] ?? []),
    ...turner(card.incident.id, at, pages.length),
  ])
}

/** What people read: the introduction, then each heading with its words. Executable blocks become a line each. */
function markdownOf(runbook: Runbook): string {
  const parts = [runbook.intro, ...runbook.sections.flatMap(sectionLines)]
  return parts.filter((part) => part.trim() !== '').join('\n\n')
}

function sectionLines(section: Section): string[] {
  const when = section.when?.map((entry) => code(entry.text)).join(' and ')
  return [
    `${'#'.repeat(Math.min(6, Math.max(1, section.level)))} ${escaped(section.heading)}`,
    when === undefined ? '' : `_Applies when_ ${when}`,
    section.prose,
    ...section.probes.map(
      (step) => `_Looked at by itself:_ ${escaped(PROBES.get(step.use)?.title ?? step.use)}`,
    ),
    ...section.actions.map(
      (step) =>
        `_Button:_ ${escaped(ACTIONS.get(step.use)?.title ?? step.use)}${step.requires === null ? '' : ` (needs a ${step.requires})`}`,
    ),
  ]
}

/** A code span that its own backticks cannot end. */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence} ${text.replaceAll(/\s+/g, ' ')} ${fence}`
}

/** Words that must not be read as Markdown: a heading arrives here without its markup. */
function escaped(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>#~|&!()]/g, String.raw`\$&`)
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
