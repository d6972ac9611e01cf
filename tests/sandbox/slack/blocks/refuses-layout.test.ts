// Whole blocks that Slack refuses: where it points and what it says.
import { expect, test } from 'vitest'

import { type Surface, validateBlocks } from '../../../../src/sandbox/slack/blocks/validate.ts'
import { actions, many, mrkdwn, plain, section, x } from './builders.ts'

test.each<[string, Surface, unknown, string, string]>([
  ['no array', 'message', {}, '', 'must be an array'],
  ['fifty-one blocks', 'message', many(51, () => ({ type: 'divider' })), '', 'no more than 50 items allowed'],
  [
    'a hundred and one in a modal',
    'modal',
    many(101, () => ({ type: 'divider' })),
    '',
    'no more than 100 items allowed',
  ],
  ['no block', 'message', [null], '/0', 'must be an object'],
  ['a block without a type', 'message', [{}], '/0', 'missing required field: type'],
  ['an unknown block', 'message', [{ type: 'sections' }], '/0/type', 'unsupported type: sections'],
  [
    'a type that objects are born with',
    'message',
    [{ type: 'constructor' }],
    '/0/type',
    'unsupported type: constructor',
  ],
  [
    'an unknown field',
    'message',
    [{ type: 'divider', colour: 'red' }],
    '/0',
    'invalid additional property: colour',
  ],
  [
    'a long header',
    'message',
    [{ type: 'header', text: plain(x(151)) }],
    '/0/text/text',
    'must be less than 151 characters',
  ],
  ['a header without text', 'message', [{ type: 'header' }], '/0', 'missing required field: text'],
  [
    'a header in mrkdwn',
    'message',
    [{ type: 'header', text: mrkdwn('x') }],
    '/0/text/type',
    'must be a valid enum value',
  ],
  [
    'empty text',
    'message',
    [section({ text: mrkdwn('') })],
    '/0/text/text',
    'must be more than 0 characters',
  ],
  [
    'long text',
    'message',
    [section({ text: mrkdwn(x(3001)) })],
    '/0/text/text',
    'must be less than 3001 characters',
  ],
  [
    'a long field',
    'message',
    [section({ fields: [plain(x(2001))] })],
    '/0/fields/0/text',
    'must be less than 2001 characters',
  ],
  [
    'eleven fields',
    'message',
    [section({ fields: many(11, () => plain('x')) })],
    '/0/fields',
    'no more than 10 items allowed',
  ],
  ['a section that says nothing', 'message', [section({})], '/0', 'must define either `fields` or `text`'],
  [
    'emoji in mrkdwn',
    'message',
    [section({ text: { ...mrkdwn('x'), emoji: true } })],
    '/0/text',
    'invalid additional property: emoji',
  ],
  [
    'a long block_id',
    'message',
    [{ type: 'divider', block_id: x(256) }],
    '/0/block_id',
    'must be less than 256 characters',
  ],
  [
    'twin block_ids',
    'message',
    [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'a' },
    ],
    '/1/block_id',
    '`block_id` "a" already exists',
  ],
  ['no elements', 'message', [actions()], '/0/elements', 'must provide at least 1 items'],
  [
    'eleven in a context',
    'message',
    [{ type: 'context', elements: many(11, () => plain('x')) }],
    '/0/elements',
    'no more than 10 items allowed',
  ],
])('refused: %s', (_what, surface, blocks, pointer, message) => {
  const problems = validateBlocks(surface, blocks)
  expect(problems.map((problem) => [problem.pointer, problem.message])).toEqual([[pointer, message]])
})
