// The form of an action: every kind of question as Slack takes it, hostile words inert, answers read back.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ModalView } from '@slack/types'
import type { ActionForm } from '../../../src/flow/request-action.ts'
import { type OfferInput, type OfferInputs, readInputs } from '../../../src/remediation/inputs.ts'
import { validateView } from '../../../src/sandbox/slack/blocks/validate.ts'
import {
  actionInputsModal,
  answersOf,
  blockOf,
  refusalModal,
} from '../../../src/slack/blocks/action-inputs-modal.ts'
import { buttons } from '../../../src/slack/blocks/card-buttons.ts'
import { OFFER, incidentWith, viewWith } from '../views.ts'

const MEMORY = { offer: OFFER.id, channel: 'C0DATA', messageTs: '1.2' }
const input = (more: Partial<OfferInput>): OfferInput => ({
  type: 'string',
  label: 'It',
  min: null,
  max: null,
  choices: [],
  default: null,
  position: 0,
  ...more,
})

function formOf(inputs: OfferInputs, more: Partial<ActionForm> = {}): ActionForm {
  return {
    offer: { ...OFFER, inputs },
    incident: incidentWith(),
    consequence: OFFER.consequence,
    danger: true,
    ...more,
  }
}
const modal = (inputs: OfferInputs): ModalView => actionInputsModal(formOf(inputs), MEMORY)
const element = (one: Partial<OfferInput>): unknown =>
  (modal({ it: input(one) }).blocks.at(-1) as { element?: unknown }).element

describe('the form', () => {
  it('says what will happen, to what, on which incident and who may', () => {
    const text = JSON.stringify(modal({}))
    for (const words of [
      OFFER.consequence,
      OFFER.target,
      '#42',
      'needs a commander',
      'Kill Application',
      'Leave It',
    ])
      expect(text).toContain(words)
  })

  it.each<[Partial<OfferInput>, unknown]>([
    [
      { type: 'integer', min: 512, max: 8192, default: 1024 },
      {
        type: 'number_input',
        action_id: 'answer',
        is_decimal_allowed: false,
        min_value: '512',
        max_value: '8192',
        initial_value: '1024',
      },
    ],
    [
      { type: 'number', max: 1e-7 },
      { type: 'number_input', action_id: 'answer', is_decimal_allowed: true, max_value: '0.0000001' },
    ],
    [
      { type: 'string', min: 3, max: 80, default: 'x' },
      {
        type: 'plain_text_input',
        action_id: 'answer',
        multiline: false,
        min_length: 3,
        max_length: 80,
        initial_value: 'x',
      },
    ],
    [
      { type: 'string' },
      { type: 'plain_text_input', action_id: 'answer', multiline: true, max_length: 1000 },
    ],
  ])('asks %j by %j', (one, expected) => {
    expect(element(one)).toEqual(expected)
  })

  it('asks for yes or no, and for one of several, with what is proposed', () => {
    expect(element({ type: 'boolean', default: false })).toMatchObject({
      type: 'radio_buttons',
      initial_option: { value: 'false' },
    })
    expect(element({ type: 'boolean' })).not.toHaveProperty('initial_option')
    expect(element({ type: 'choice', choices: ['a', 'b'], default: 'b' })).toMatchObject({
      type: 'static_select',
      options: [{ value: 'a' }, { value: 'b' }],
      initial_option: { value: 'b' },
    })
    expect(element({ type: 'choice', choices: ['a'], default: 'gone' })).not.toHaveProperty('initial_option')
  })

  it('P9: is taken by Slack, whatever stands in it', () => {
    const words = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 75 }),
      fc.constantFrom('<!channel>', '*b* `c`', '\u202Egnp', '🔥'.repeat(37), ' '),
    )
    const bound = fc.option(fc.integer({ min: -1000, max: 5000 }), { nil: null })
    const one = fc.record({
      type: fc.constantFrom('integer', 'number', 'string', 'boolean', 'choice'),
      label: words,
      bounds: fc.tuple(bound, bound),
      choices: fc.uniqueArray(
        fc.string({ minLength: 1, maxLength: 75 }).filter((text) => text.trim() !== ''),
        { minLength: 1, maxLength: 100 },
      ),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 20 }), words, (asked, hostile) => {
        const inputs = Object.fromEntries(
          asked.map(({ type, label, bounds: [a, b], choices }, position) => {
            const [min, max] = a !== null && b !== null && a > b ? [b, a] : [a, b]
            return [`in_${position}`, input({ type, label, min, max, choices, position })]
          }),
        )
        const form = formOf(inputs, { consequence: hostile, incident: incidentWith({ title: hostile }) })
        const view = actionInputsModal({ ...form, offer: { ...form.offer, target: hostile } }, MEMORY)
        expect(validateView(view)).toEqual([])
        // Plain text is inert as it is; mrkdwn is where words could mention or link.
        const mrkdwn = JSON.stringify(view.blocks.filter(({ type }) => type !== 'input'))
        expect(mrkdwn).not.toContain('<!channel>')
      }),
    )
    expect(validateView(refusalModal('<!channel> no'))).toEqual([])
    expect(JSON.stringify(refusalModal('<!channel> no'))).not.toContain('<!channel>')
  })

  it('reads back what Slack sends, and keeps what is no field of ours for the server to refuse', () => {
    const state = {
      [blockOf('n')]: { answer: { type: 'number_input', value: '7' } },
      [blockOf('c')]: { answer: { type: 'static_select', selected_option: { text: {}, value: 'a' } } },
      [blockOf('b')]: { answer: { type: 'radio_buttons', selected_option: null } },
      strange: { answer: { type: 'plain_text_input', value: 'x' } },
    }
    expect(answersOf(state)).toEqual({ n: '7', c: 'a', b: null, 'strange/answer': 'x' })
    expect(readInputs({}, answersOf(state)).ok).toBe(false)
  })
})

describe('the button', () => {
  it('opens the form without asking twice, and says by its dots that more comes', () => {
    const blocks = JSON.stringify(buttons(viewWith({ offers: [{ ...OFFER, inputs: { it: input({}) } }] })))
    expect(blocks).toContain('"action_id":"ask:0"')
    expect(blocks).toContain('Kill Application…')
    expect(blocks).not.toContain('act:0')
    expect(
      buttons(viewWith({ offers: [OFFER] })).some((block) => JSON.stringify(block).includes('"act:0"')),
    ).toBe(true)
  })
})
