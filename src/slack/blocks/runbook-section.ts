// One section of a runbook in its modal: its words, what is known of it now, and the box that says it is done. Pure.
import type { KnownBlock, RichTextSection, SectionBlock } from '@slack/types'
import { PROBES } from '../../diagnosis/registry.ts'
import { byGravity } from '../../diagnosis/model.ts'
import type { ActionView, ProbeView, RunbookSection } from '../../flow/runbook-view.ts'
import { nameOf } from '../../incidents/model.ts'
import { ACTIONS } from '../../remediation/registry.ts'
import type { Section } from '../../runbooks/model.ts'
import { ACTION } from '../ids.ts'
import { taken } from './card-actions.ts'
import { paginate } from './rich-text-pages.ts'
import { type Piece, markdownPieces } from './rich-text.ts'
import { actorName, inline, leaf, mrkdwn, plain, when } from './text.ts'

/** Blocks that stay together on a page, and how many characters they take there, the box at its longest. */
export interface Unit {
  readonly blocks: readonly KnownBlock[]
  readonly characters: number
  /** Place of the section among all. */
  readonly section: number
}

/** A part of a long section: half a page, so that pages fill well. */
const UNIT = { blocks: 20, characters: 6_000 }
/** The longest that a tick's line becomes; counted whether ticked or not, so that a tick moves nothing to another page. */
const TICK_CHARACTERS = 160

/** A section that applies, or may: heading, words, facts, box. `round` tells this drawing of the modal from the one before. */
export function sectionUnits(view: RunbookSection, at: number, round: number): Unit[] {
  const pieces = [...wordsOf(view.section), ...factPieces(view)]
  const units = paginate(pieces, UNIT).map((blocks) => unitOf(blocks, at))
  if (!view.isStep && view.tick === null) return units
  const last = units.pop() ?? unitOf([], at)
  return [
    ...units,
    {
      blocks: [...last.blocks, tickBlock(view, at, round)],
      characters: last.characters + TICK_CHARACTERS,
      section: at,
    },
  ]
}

/** A section that does not apply: one line, and what was ticked there nevertheless. */
export function hiddenUnit(view: RunbookSection, at: number): Unit {
  const ticked = view.tick === null ? '' : ` · ${tickLine(view.tick)}`
  const text = `*${inline(view.section.heading, 150)}* · ${inline(view.says ?? 'Does not apply.', 300)}${ticked}`
  return unitOf([{ type: 'context', elements: [mrkdwn(text)] }], at)
}

function unitOf(blocks: readonly KnownBlock[], section: number): Unit {
  // Links' addresses count in rich text; JSON is a bound for whatever Slack counts.
  return { blocks, characters: Math.min(UNIT.characters * 1.5, JSON.stringify(blocks).length / 2), section }
}

/** A section's words never change; its modal is drawn at every press. */
const drawn = new WeakMap<Section, readonly Piece[]>()

function wordsOf(section: Section): readonly Piece[] {
  const known = drawn.get(section)
  if (known !== undefined) return known
  const marks = '#'.repeat(Math.min(6, Math.max(1, section.level)))
  const pieces = markdownPieces(`${marks} ${escaped(section.heading)}\n\n${section.prose}`)
  drawn.set(section, pieces)
  return pieces
}

/** Words that must not be read as Markdown: a heading arrives here without its markup. */
function escaped(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>#~|&!()]/g, String.raw`\$&`)
}

/** What is known of it: whether it applies, what its probes found, how its actions stand. A line each. */
function factPieces(view: RunbookSection): Piece[] {
  const lines = [
    ...conditionLines(view),
    ...view.probes.map(probeLine),
    ...view.actions.map((action) => actionLine(action)),
  ]
  return lines.length === 0 ? [] : [{ type: 'rich_text_list', style: 'bullet', indent: 0, elements: lines }]
}

function line(head: string, text: string): RichTextSection {
  return {
    type: 'rich_text_section',
    elements: [
      { type: 'text', text: `${head} `, style: { italic: true } },
      { type: 'text', text: leaf(text.replaceAll(/\s+/g, ' '), 400) },
    ],
  }
}

function conditionLines({ section, state, says }: RunbookSection): RichTextSection[] {
  if (state === 'undecided') return [line('Not yet known:', says ?? 'whether this applies.')]
  if (section.when === null) return []
  return [line('Applies:', section.when.map((entry) => entry.text).join(' and '))]
}

function probeLine({ step, findings }: ProbeView): RichTextSection {
  const title = PROBES.get(step.use)?.title ?? step.use
  const worst = findings?.toSorted((a, b) => byGravity(a.severity, b.severity))[0]
  const found =
    findings === null
      ? 'not looked at yet'
      : worst === undefined
        ? 'nothing to say'
        : `${worst.severity === 'none' ? '' : `${worst.severity}: `}${worst.sentence}${findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''}`
  return line('Looked at by itself:', `${title} → ${found}`)
}

function actionLine({ step, use, standing }: ActionView): RichTextSection {
  const action = ACTIONS.get(use)
  const title = action?.title ?? use
  switch (standing.kind) {
    case 'offered':
      return line(
        'Button:',
        `${title} → offered on the card${step.requires === null ? '' : ` (needs a ${step.requires})`}`,
      )
    case 'withheld':
      return line(
        'Button:',
        `${title} → ${standing.says.startsWith('Withheld: ') ? 'withheld' : 'not offered'}: ${standing.says.replace(/^Withheld: /, '')}`,
      )
    case 'waiting':
      return line('Button:', `${title} → not offered yet`)
    case 'run': {
      const { run } = standing
      const how =
        run.state === 'succeeded'
          ? run.verified === 'verified'
            ? 'done and verified'
            : run.verified === 'not_verified'
              ? `${taken(run.action)}, but not confirmed`
              : run.verified === 'pending'
                ? `${taken(run.action)}, being verified`
                : 'done'
          : run.state === 'unknown'
            ? 'ended without an answer'
            : run.state === 'failed'
              ? 'failed'
              : 'on its way'
      return line('Button:', `${title} → ${how}, asked by ${nameOf(run.requestedBy)}`)
    }
  }
}

/**
 * The box. Slack keeps what somebody did to an input for as long as its block's id stays, whatever we then say of it;
 * with a new id each round it shows what is recorded.
 */
function tickBlock({ tick }: RunbookSection, at: number, round: number): SectionBlock {
  const done = { text: plain('Done', 75), value: 'done' }
  return {
    type: 'section',
    block_id: `step:${at}:${round}`,
    text: mrkdwn(tick === null ? 'Not ticked' : tickLine(tick)),
    accessory: {
      type: 'checkboxes',
      action_id: ACTION.runbookTick,
      options: [done],
      ...(tick === null ? {} : { initial_options: [done] }),
    },
  }
}

function tickLine(tick: NonNullable<RunbookSection['tick']>): string {
  return `✓ ${actorName(tick.by)}, ${when(tick.at, 'minute')}`
}
