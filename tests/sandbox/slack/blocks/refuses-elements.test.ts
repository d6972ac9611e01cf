// Elements that Slack refuses: where it points and what it says.
import { expect, test } from 'vitest'

import { type Surface, validateBlocks } from '../../../../src/sandbox/slack/blocks/validate.ts'
import { actions, button, confirm, input, many, option, plain, select, x } from './builders.ts'

test.each<[string, Surface, unknown, string, string]>([
  [
    'twin action_ids',
    'message',
    [actions(button({ action_id: 'a' }), button({ action_id: 'a' }))],
    '/0/elements/1/action_id',
    '`action_id` "a" already exists for this block',
  ],
  [
    'twenty-six elements',
    'message',
    [actions(...many(26, () => button()))],
    '/0/elements',
    'no more than 25 items allowed',
  ],
  [
    'a button in a context',
    'message',
    [{ type: 'context', elements: [button()] }],
    '/0/elements/0/type',
    'unsupported type: button',
  ],
  [
    'a multi select in actions',
    'message',
    [actions({ type: 'multi_users_select' })],
    '/0',
    'unsupported element: multiselect',
  ],
  [
    'a long button',
    'message',
    [actions({ type: 'button', text: plain(x(76)) })],
    '/0/elements/0/text/text',
    'must be less than 76 characters',
  ],
  [
    'a long value',
    'message',
    [actions(button({ value: x(2001) }))],
    '/0/elements/0/value',
    'must be less than 2001 characters',
  ],
  [
    'a long action_id',
    'message',
    [actions(button({ action_id: x(256) }))],
    '/0/elements/0/action_id',
    'must be less than 256 characters',
  ],
  [
    'a strange style',
    'message',
    [actions(button({ style: 'default' }))],
    '/0/elements/0/style',
    'must be a valid enum value',
  ],
  [
    'an address that is none',
    'message',
    [actions(button({ url: 'javascript:alert(1)' }))],
    '/0/elements/0/url',
    'invalid url',
  ],
  [
    'a long confirm',
    'message',
    [actions(button({ confirm: { ...confirm, confirm: plain(x(31)) } }))],
    '/0/elements/0/confirm/confirm/text',
    'must be less than 31 characters',
  ],
  [
    'a select of nothing',
    'message',
    [actions({ type: 'static_select' })],
    '/0/elements/0',
    'must define either `options` or `option_groups`',
  ],
  [
    'a select of both',
    'message',
    [actions(select({ option_groups: [{ label: plain('x'), options: [option('a')] }] }))],
    '/0/elements/0',
    'only one of `options` or `option_groups` may be defined',
  ],
  [
    'too many options',
    'message',
    [actions(select({ options: many(101, (i) => option(`${i}`)) }))],
    '/0/elements/0/options',
    'no more than 100 items allowed',
  ],
  [
    'a long option value',
    'message',
    [actions(select({ options: [{ text: plain('x'), value: x(151) }] }))],
    '/0/elements/0/options/0/value',
    'must be less than 151 characters',
  ],
  [
    'a link in a select',
    'message',
    [actions(select({ options: [{ ...option('a'), url: '' }] }))],
    '/0/elements/0/options/0',
    'invalid additional property: url',
  ],
  [
    'an initial option not offered',
    'message',
    [actions(select({ initial_option: option('b') }))],
    '/0/elements/0/initial_option',
    'must exactly match one of the options',
  ],
  [
    'six in an overflow',
    'message',
    [actions({ type: 'overflow', options: many(6, (i) => option(`${i}`)) })],
    '/0/elements/0/options',
    'no more than 5 items allowed',
  ],
  [
    'eleven checkboxes',
    'message',
    [actions({ type: 'checkboxes', options: many(11, (i) => option(`${i}`)) })],
    '/0/elements/0/options',
    'no more than 10 items allowed',
  ],
  [
    'a date of another form',
    'message',
    [actions({ type: 'datepicker', initial_date: '22.11.2026' })],
    '/0/elements/0/initial_date',
    'must be a date of the form YYYY-MM-DD',
  ],
  [
    'a text input in actions',
    'message',
    [actions({ type: 'plain_text_input' })],
    '/0/elements/0/type',
    'unsupported type: plain_text_input',
  ],
  ['a button in an input', 'modal', [input(button())], '/0/element/type', 'unsupported type: button'],
  [
    'a longer max_length',
    'modal',
    [input({ type: 'plain_text_input', max_length: 3001 })],
    '/0/element/max_length',
    'must be between 1 and 3000',
  ],
  [
    'lengths that disagree',
    'modal',
    [input({ type: 'plain_text_input', min_length: 9, max_length: 3 })],
    '/0/element/min_length',
    'must be no more than `max_length`',
  ],
  [
    'a focus twice',
    'modal',
    many(2, () => input({ type: 'plain_text_input', focus_on_load: true })),
    '/1/element/focus_on_load',
    'only one element may have `focus_on_load`',
  ],
])('refused: %s', (_what, surface, blocks, pointer, message) => {
  const problems = validateBlocks(surface, blocks)
  expect(problems.map((problem) => [problem.pointer, problem.message])).toEqual([[pointer, message]])
})
