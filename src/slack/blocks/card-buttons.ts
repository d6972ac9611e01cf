// The buttons of a card: what may be pressed now, each with an opaque id; what is destructive asks first. Pure.
import type { ActionsBlock, Button, KnownBlock } from '@slack/types'
import type { CardView, OfferView } from '../../flow/card.ts'
import type { ActionRun } from '../../remediation/action-runs.ts'
import { ACTION } from '../ids.ts'
import { label } from './card-actions.ts'
import { cut, plain } from './text.ts'

/** Slack takes 25 elements a block; a person at 03:00 takes far fewer. */
const MAX_OFFERS = 4
/** Of a dialog's 300 characters; the rest says what will be done. */
const MAX_WARNING = 160

export function buttons(view: CardView): KnownBlock[] {
  const { incident } = view
  const row: Button[] = []
  if (incident.state === 'triggered')
    row.push(button(ACTION.acknowledge, 'Acknowledge', incident.id, 'primary'))
  if (incident.state !== 'resolved')
    row.push({ ...button(ACTION.resolve, 'Resolve', incident.id), confirm: resolveConfirm(view) })
  if (view.runbook !== null) row.push(button(ACTION.viewRunbook, 'View Runbook', incident.id))
  const blocks: KnownBlock[] = []
  if (row.length > 0) blocks.push(block('incident', row))
  const offers = incident.state === 'resolved' ? [] : view.offers.slice(0, MAX_OFFERS).map(offerButton)
  if (offers.length > 0) blocks.push(block('offers', offers))
  // On a resolved incident too: until somebody settles it, its target is held for every other incident as well (P7).
  for (const run of view.runs.filter((one) => one.state === 'unknown').slice(0, 2))
    blocks.push(
      block(`settle:${run.id}`, [
        {
          ...button(ACTION.settleHappened, 'It Happened', run.id),
          confirm: settleConfirm(run, 'It Happened', 'Its target is free again.'),
        },
        {
          ...button(ACTION.settleNot, 'It Did Not Happen', run.id),
          confirm: settleConfirm(
            run,
            'It Did Not Happen',
            'Its target is free again, and its button comes back.',
          ),
        },
      ]),
    )
  return blocks
}

function block(id: string, elements: Button[]): ActionsBlock {
  return { type: 'actions', block_id: id, elements }
}

function button(actionId: string, text: string, value: string, style?: 'primary' | 'danger'): Button {
  return {
    type: 'button',
    action_id: actionId,
    text: plain(text, 75),
    value,
    ...(style === undefined ? {} : { style }),
  }
}

function offerButton(offer: OfferView, index: number): Button {
  const style = offer.danger ? 'danger' : undefined
  // The form says what will happen, and is submitted or left: a dialog before it would ask twice.
  if (Object.keys(offer.inputs).length > 0)
    return button(`${ACTION.ask}:${index}`, `${offer.title}…`, offer.id, style)
  const needs = ` Needs a ${offer.requires}.`
  return {
    // Ids are unique within a message, so offers are numbered; which action it is stands in the offer.
    ...button(`${ACTION.act}:${index}`, offer.title, offer.id, style),
    confirm: {
      title: plain(`${offer.title}?`, 100),
      text: plain(`${dialogOf(offer, 300 - needs.length)}${needs}`, 300),
      confirm: plain(offer.title, 30),
      deny: plain('Leave It', 30),
      ...(offer.danger ? { style: 'danger' as const } : {}),
    },
  }
}

/** What is known against it stands last, and is the last to be cut. */
function dialogOf({ consequence, warning }: OfferView, room: number): string {
  if (warning === null || consequence.length <= room) return cut(consequence, room)
  const kept = cut(warning, MAX_WARNING)
  const does = consequence.slice(0, consequence.length - warning.length).trimEnd()
  return `${cut(does, room - kept.length - 1)} ${kept}`
}

/** Two pairs of these look alike, and what was settled stays settled: the dialog says which it is. */
function settleConfirm(
  { action, target, requestedBy }: ActionRun,
  what: string,
  then: string,
): NonNullable<Button['confirm']> {
  const asked = cut(requestedBy.name, 60)
  return {
    title: plain(`${label(action)}: ${what}?`, 100),
    text: plain(`${label(action)} ${cut(target, 120)}, asked by ${asked}. ${then} This is final.`, 300),
    confirm: plain(what, 30),
    deny: plain('Leave It', 30),
  }
}

function resolveConfirm(view: CardView): NonNullable<Button['confirm']> {
  const { alertsFiring } = view.incident
  const firing =
    alertsFiring === 0
      ? 'No alert fires any more.'
      : `${alertsFiring === 1 ? '1 alert still fires' : `${alertsFiring} alerts still fire`}.`
  return {
    title: plain('Resolve this incident?', 100),
    text: plain(`${firing} Paging stops, and PagerDuty is told.`, 300),
    confirm: plain('Resolve', 30),
    deny: plain('Leave It Open', 30),
  }
}
