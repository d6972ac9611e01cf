// Pictures, rich text, tables and markdown that Slack refuses: where it points and what it says.
import { expect, test } from 'vitest'

import { type Surface, validateBlocks } from '../../../../src/sandbox/slack/blocks/validate.ts'
import { line, many, plain, rich, x } from './builders.ts'

test.each<[string, Surface, unknown, string, string]>([
  [
    'a picture without words',
    'message',
    [{ type: 'image', image_url: 'https://example.com/a.png' }],
    '/0',
    'missing required field: alt_text',
  ],
  [
    'a picture from nowhere',
    'message',
    [{ type: 'image', alt_text: 'a' }],
    '/0',
    'must define either `image_url` or `slack_file`',
  ],
  [
    'a picture on this machine',
    'message',
    [{ type: 'image', image_url: 'http://127.0.0.1:3000/a.png', alt_text: 'a' }],
    '/0/image_url',
    'downloading image failed',
  ],
  [
    'an empty leaf',
    'message',
    [rich(line({ type: 'text', text: '' }))],
    '/0/elements/0/elements/0/text',
    'must be more than 0 characters',
  ],
  [
    'an unknown leaf',
    'message',
    [rich(line({ type: 'blink' }))],
    '/0/elements/0/elements/0/type',
    'unsupported type: blink',
  ],
  [
    'a mention in code',
    'message',
    [rich({ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] })],
    '/0/elements/0/elements/0/type',
    'unsupported type: user',
  ],
  [
    'a style in a list',
    'message',
    [rich({ type: 'rich_text_list', style: 'square', elements: [] })],
    '/0/elements/0/style',
    'must be a valid enum value',
  ],
  [
    'an alert in a message',
    'message',
    [{ type: 'alert', text: plain('x') }],
    '/0/type',
    'unsupported type: alert',
  ],
  [
    'markdown in a modal',
    'modal',
    [{ type: 'markdown', text: 'x' }],
    '/0/type',
    'unsupported type: markdown',
  ],
  [
    'too much markdown in all',
    'message',
    many(2, () => ({ type: 'markdown', text: x(7000) })),
    '',
    'markdown must be less than 12001 characters in all',
  ],
  [
    'two tables',
    'message',
    many(2, () => ({ type: 'table', rows: [[{ type: 'raw_text', text: 'a' }]] })),
    '/1',
    'only one table allowed',
  ],
  [
    'a table of too much text',
    'message',
    [{ type: 'table', rows: many(2, () => [{ type: 'raw_text', text: x(6000) }]) }],
    '/0/rows',
    'must be less than 10001 characters',
  ],
])('refused: %s', (_what, surface, blocks, pointer, message) => {
  const problems = validateBlocks(surface, blocks)
  expect(problems.map((problem) => [problem.pointer, problem.message])).toEqual([[pointer, message]])
})
