// Blocks that Slack takes pass, each at its limits.
import { expect, describe, test } from 'vitest'

import { type Surface, validateBlocks } from '../../../../src/sandbox/slack/blocks/validate.ts'
import {
  actions,
  button,
  confirm,
  input,
  line,
  many,
  mrkdwn,
  option,
  plain,
  rich,
  section,
  select,
  x,
} from './builders.ts'

describe('what Slack takes', () => {
  test.each<[string, Surface, object[]]>([
    ['nothing', 'message', []],
    [
      'a header at its limit',
      'message',
      [{ type: 'header', text: plain(x(150)), block_id: x(255), level: 2 }],
    ],
    [
      'a section with fields and no text',
      'message',
      [section({ fields: many(10, () => mrkdwn(x(2000))), expand: true })],
    ],
    [
      'a section with an image',
      'message',
      [
        section({
          text: mrkdwn('x'),
          accessory: { type: 'image', image_url: 'https://example.com/a.png', alt_text: 'a' },
        }),
      ],
    ],
    ['twenty-five buttons', 'message', [actions(...many(25, (i) => button({ action_id: `${i}` })))]],
    [
      'a full button',
      'message',
      [
        actions(
          button({
            action_id: 'a',
            value: x(2000),
            url: 'https://example.com',
            style: 'danger',
            confirm,
            accessibility_label: x(75),
          }),
        ),
      ],
    ],
    [
      'an overflow menu with a link',
      'message',
      [
        section({
          text: plain('x'),
          accessory: { type: 'overflow', options: [{ ...option('a'), url: 'https://example.com' }] },
        }),
      ],
    ],
    [
      'a hundred options',
      'message',
      [actions(select({ options: many(100, (i) => option(`${i}`)), placeholder: plain('Pick') }))],
    ],
    [
      'option groups',
      'message',
      [
        actions({
          type: 'static_select',
          option_groups: [{ label: plain('G'), options: [option('a')] }],
          initial_option: option('a'),
        }),
      ],
    ],
    [
      'a multi select beside a section',
      'message',
      [section({ text: plain('x'), accessory: { type: 'multi_users_select', max_selected_items: 3 } })],
    ],
    [
      'pickers',
      'message',
      [
        actions(
          { type: 'datepicker', initial_date: '2026-11-22' },
          { type: 'timepicker', initial_time: '23:59' },
          { type: 'datetimepicker', initial_date_time: 1_700_000_000 },
        ),
      ],
    ],
    [
      'checkboxes and radio buttons with mrkdwn',
      'message',
      [
        actions(
          { type: 'checkboxes', options: [{ text: mrkdwn('*a*'), value: 'a', description: mrkdwn('d') }] },
          { type: 'radio_buttons', options: [option('a')], initial_option: option('a') },
        ),
      ],
    ],
    [
      'context',
      'message',
      [
        {
          type: 'context',
          elements: [mrkdwn('x'), plain('y'), { type: 'image', slack_file: { id: 'F1' }, alt_text: 'a' }],
        },
      ],
    ],
    [
      'a picture and a divider',
      'message',
      [
        { type: 'image', image_url: 'https://example.com/a.png', alt_text: 'a', title: plain('T') },
        { type: 'divider' },
      ],
    ],
    [
      'inputs of every kind',
      'modal',
      [
        'plain_text_input',
        'email_text_input',
        'url_text_input',
        'file_input',
        'rich_text_input',
        'users_select',
        'multi_channels_select',
        'datepicker',
      ].map((type) => input({ type }, { hint: plain('h'), optional: true, dispatch_action: false })),
    ],
    [
      'a number input',
      'modal',
      [input({ type: 'number_input', is_decimal_allowed: false, min_value: '1', max_value: '9' })],
    ],
    [
      'a table',
      'message',
      [
        {
          type: 'table',
          rows: [
            [
              { type: 'raw_text', text: 'a' },
              { type: 'raw_number', value: 1, text: '1' },
            ],
          ],
          column_settings: [{ align: 'right' }],
        },
      ],
    ],
    ['an alert in a modal', 'modal', [{ type: 'alert', text: plain('x'), level: 'warning' }]],
    [
      'a container on the Home tab',
      'home',
      [{ type: 'container', title: plain('x'), child_blocks: [{ type: 'divider' }], is_collapsible: true }],
    ],
    [
      'a carousel of cards',
      'message',
      [{ type: 'carousel', elements: [{ type: 'card', title: mrkdwn('x'), actions: [button()] }] }],
    ],
    [
      'a plan',
      'message',
      [
        {
          type: 'plan',
          title: 'p',
          tasks: [{ type: 'task_card', task_id: '1', title: 't', status: 'pending' }],
        },
      ],
    ],
    [
      'reactions to an answer',
      'message',
      [{ type: 'context_actions', elements: [{ type: 'icon_button', icon: 'trash', text: plain('x') }] }],
    ],
  ])('%s', (_what, surface, blocks) => {
    expect(validateBlocks(surface, blocks)).toEqual([])
  })

  test('rich text with every leaf', () => {
    const style = { bold: true, code: true }
    const leaves = [
      { type: 'text', text: 'x', style },
      { type: 'link', url: 'https://example.com', text: 'x', unsafe: true },
      { type: 'emoji', name: 'fire' },
      { type: 'user', user_id: 'U1' },
      { type: 'usergroup', usergroup_id: 'S1' },
      { type: 'channel', channel_id: 'C1' },
      { type: 'team', team_id: 'T1' },
      { type: 'broadcast', range: 'here' },
      { type: 'color', value: '#ff0000' },
      { type: 'date', timestamp: 1_700_000_000, format: '{date_short}', fallback: 'x' },
    ]
    const block = rich(
      line(...leaves),
      { type: 'rich_text_list', style: 'bullet', indent: 1, border: 0, elements: [line(...leaves)] },
      { type: 'rich_text_quote', elements: leaves, border: 1 },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'at org.apache.spark' }] },
    )
    expect(validateBlocks('message', [block])).toEqual([])
  })
})
