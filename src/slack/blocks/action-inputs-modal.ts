// The form of an action that asks for more: what will happen, to what, who may, and a field for each question. Pure.
import type { InputBlock, InputBlockElement, KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import type { ActionForm } from '../../flow/request-action.ts'
import { MAX_TEXT, type OfferInput, type RawInputs } from '../../remediation/inputs.ts'
import { SUBMIT } from '../ids.ts'
import { cut, inline, mrkdwn, plain } from './text.ts'

/** What the form remembers between its opening and its submission: opaque ids, looked at again at the server (P8). */
export interface FormMemory {
  readonly offer: string
  /** The card it was opened from. */
  readonly channel: string | null
  readonly messageTs: string | null
}

const YES: PlainTextOption = { text: plain('Yes', 75), value: 'true' }
const NO: PlainTextOption = { text: plain('No', 75), value: 'false' }
/** Before an input's name in its block's id. */
const FIELD = 'input:'
const ELEMENT = 'answer'

export function actionInputsModal(form: ActionForm, memory: FormMemory): ModalView {
  const { offer, incident, consequence } = form
  const title = cut(offer.title, 24)
  return {
    type: 'modal',
    callback_id: SUBMIT.actionInputs,
    private_metadata: JSON.stringify(memory),
    title: plain(title, 24),
    submit: plain(title, 24),
    close: plain('Leave It', 24),
    blocks: [
      { type: 'section', text: mrkdwn(`*${inline(offer.title, 60)}?* ${inline(consequence, 1_000)}`) },
      {
        type: 'context',
        elements: [
          mrkdwn(
            `On ${inline(offer.target, 200)} · #${incident.number} ${inline(incident.title, 200)} · needs a ${offer.requires}`,
          ),
        ],
      },
      ...Object.entries(offer.inputs).map(([name, input]) => fieldOf(name, input)),
    ],
  }
}

/** What is said in place of the form where the action was not requested. */
export function refusalModal(sentence: string): ModalView {
  const blocks: KnownBlock[] = [{ type: 'section', text: mrkdwn(inline(sentence, 2_000)) }]
  return { type: 'modal', title: plain('Not Done', 24), close: plain('Close', 24), blocks }
}

/** The block of an input, where Slack shows its error. */
export function blockOf(name: string): string {
  return `${FIELD}${name}`
}

/** Answers as Slack sends them, by input. What is no field of ours is kept, for the server to refuse. */
export function answersOf(values: Readonly<Record<string, Readonly<Record<string, object>>>>): RawInputs {
  return Object.fromEntries(
    Object.entries(values).flatMap(([block, elements]) =>
      Object.entries(elements).map(([element, answer]) => [
        block.startsWith(FIELD) && element === ELEMENT ? block.slice(FIELD.length) : `${block}/${element}`,
        valueOf(answer),
      ]),
    ),
  )
}

function valueOf(answer: object): unknown {
  const option = 'selected_option' in answer ? answer.selected_option : null
  if (typeof option === 'object' && option !== null && 'value' in option) return option.value
  return 'value' in answer ? answer.value : null
}

function fieldOf(name: string, input: OfferInput): InputBlock {
  const hint = hintOf(input)
  return {
    type: 'input',
    block_id: blockOf(name),
    label: plain(input.label, 75),
    element: elementOf(input),
    ...(hint === null ? {} : { hint: plain(hint, 150) }),
  }
}

function elementOf(input: OfferInput): InputBlockElement {
  const { type, min, max, choices } = input
  const given = input.default
  switch (type) {
    case 'integer':
    case 'number':
      return {
        type: 'number_input',
        action_id: ELEMENT,
        is_decimal_allowed: type === 'number',
        ...(min === null ? {} : { min_value: digits(min) }),
        ...(max === null ? {} : { max_value: digits(max) }),
        ...(typeof given === 'number' ? { initial_value: digits(given) } : {}),
      }
    case 'boolean':
      return {
        type: 'radio_buttons',
        action_id: ELEMENT,
        options: [YES, NO],
        ...(typeof given === 'boolean' ? { initial_option: given ? YES : NO } : {}),
      }
    case 'choice': {
      const options = choices.slice(0, 100).map((choice) => ({ text: plain(choice, 75), value: choice }))
      const initial = options.find(({ value }) => value === given)
      return {
        type: 'static_select',
        action_id: ELEMENT,
        options,
        ...(initial === undefined ? {} : { initial_option: initial }),
      }
    }
    case 'string': {
      const most = Math.min(max ?? MAX_TEXT, MAX_TEXT)
      return {
        type: 'plain_text_input',
        action_id: ELEMENT,
        multiline: most > 200,
        max_length: Math.max(1, Math.trunc(most)),
        ...(min === null || min < 1 ? {} : { min_length: Math.min(Math.trunc(min), Math.trunc(most)) }),
        ...(typeof given === 'string' ? { initial_value: cut(given, most) } : {}),
      }
    }
  }
}

/** Slack takes numbers as plain decimals, without an exponent. */
function digits(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(10).replace(/\.?0+$/, '') : text
}

function hintOf({ type, min, max }: OfferInput): string | null {
  if (type !== 'integer' && type !== 'number') return null
  if (min !== null && max !== null) return `${min} to ${max}`
  return min === null ? (max === null ? null : `At most ${max}`) : `At least ${min}`
}
