// Views: what a modal and a Home tab need, and where a bad block in them is pointed at.
import { describe, expect, test } from 'vitest'

import { validateView } from '../../../../src/sandbox/slack/blocks/validate.ts'
import { input, plain, section, x } from './builders.ts'

describe('views', () => {
  const modal = { type: 'modal', title: plain('T'), blocks: [{ type: 'divider' }] }

  test.each<[string, unknown]>([
    ['a modal', modal],
    [
      'a modal with everything',
      {
        ...modal,
        submit: plain('S'),
        close: plain('C'),
        callback_id: x(255),
        private_metadata: x(3000),
        external_id: '',
        clear_on_close: true,
        notify_on_close: true,
        blocks: [input({ type: 'plain_text_input' })],
      },
    ],
    ['a Home tab', { type: 'home', blocks: [section({ text: plain('x') })], private_metadata: 'x' }],
  ])('%s is taken', (_what, view) => {
    expect(validateView(view)).toEqual([])
  })

  test.each<[string, unknown, [string, string][]]>([
    ['nothing', null, [['', 'must be an object']]],
    ['an empty one', {}, [['', 'missing required field: type']]],
    ['a dialog', { ...modal, type: 'dialog' }, [['/type', 'unsupported type: dialog']]],
    [
      'one without title and blocks',
      { type: 'modal' },
      [
        ['', 'missing required field: title'],
        ['', 'missing required field: blocks'],
      ],
    ],
    ['a long title', { ...modal, title: plain(x(25)) }, [['/title/text', 'must be less than 25 characters']]],
    [
      'long metadata',
      { ...modal, private_metadata: x(3001) },
      [['/private_metadata', 'must be less than 3001 characters']],
    ],
    [
      'an input without submit',
      { ...modal, blocks: [{ type: 'divider' }, input({ type: 'plain_text_input' })] },
      [['/blocks/1/input', 'must define `submit` to use an `input` block in modals']],
    ],
    [
      'a Home tab with a title',
      { type: 'home', title: plain('x'), blocks: [] },
      [['', 'invalid additional property: title']],
    ],
    [
      'a bad block',
      { ...modal, blocks: [{ type: 'header', text: plain('') }] },
      [['/blocks/0/text/text', 'must be more than 0 characters']],
    ],
  ])('%s is refused', (_what, view, problems) => {
    expect(validateView(view).map(({ pointer, message }) => [pointer, message])).toEqual(problems)
  })
})
