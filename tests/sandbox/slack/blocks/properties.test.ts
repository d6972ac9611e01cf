// Whatever is sent, the validator answers; over the wire it answers the same.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { type Surface, validateBlocks, validateView } from '../../../../src/sandbox/slack/blocks/validate.ts'
import { clientOf, errorOf, startSlack } from '../support.ts'
import { line, plain, rich } from './builders.ts'

const surface = fc.constantFrom<Surface>('message', 'modal', 'home')

test('nothing that can be sent makes the validator itself fail', () => {
  const kinds = [
    'header',
    'section',
    'actions',
    'context',
    'input',
    'rich_text',
    'table',
    'container',
    'card',
    'image',
    'button',
    'static_select',
    'mrkdwn',
    'plain_text',
  ]
  const keys = [
    'type',
    'text',
    'elements',
    'element',
    'accessory',
    'options',
    'option_groups',
    'blocks',
    'block_id',
    'action_id',
    'rows',
    'child_blocks',
    'initial_options',
    'confirm',
  ]
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, fc.jsonValue(), fc.constantFrom(...kinds), tie('list'), tie('thing')),
    list: fc.array(tie('value'), { maxLength: 4 }),
    thing: fc
      .record({ type: fc.constantFrom(...kinds) })
      .chain((head) =>
        fc
          .dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 4 })
          .map((rest) => ({ ...rest, ...head })),
      ),
  }))
  fc.assert(
    fc.property(surface, value, (where, anything) => {
      for (const { pointer, code, message } of [
        ...validateBlocks(where, [anything]),
        ...validateView(anything),
      ]) {
        expect(pointer === '' || pointer.startsWith('/')).toBe(true)
        expect(code).not.toBe('')
        expect(message).not.toBe('')
      }
    }),
    { numRuns: 300 },
  )
})

test('whatever the text, a limit is a limit and text within it is inert', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 400, unit: 'grapheme' }), (text) => {
      const problems = validateBlocks('message', [{ type: 'header', text: plain(text) }])
      expect(problems.map(({ code }) => code)).toEqual(text.length > 150 ? ['too_long'] : [])
      expect(validateBlocks('message', [rich(line({ type: 'text', text }))])).toEqual([])
    }),
  )
})

test('blocks.validate gives the same verdict over the wire, without a token', async () => {
  const slack = await startSlack()
  const client = clientOf(slack, '')
  expect(await client.apiCall('blocks.validate', { blocks: [{ type: 'divider' }] })).toMatchObject({
    ok: true,
    errors: [],
  })
  const wrong = [{ type: 'header', text: plain('') }]
  const head = { code: 'too_short', message: 'must be more than 0 characters', field: 'text' }
  expect((await errorOf(client.apiCall('blocks.validate', { blocks: wrong }))).data).toMatchObject({
    error: 'invalid_blocks',
    errors: [{ pointer: '/0/text/text', ...head }],
  })
  expect(
    (await errorOf(client.apiCall('blocks.validate', { message: { blocks: wrong } }))).data,
  ).toMatchObject({ error: 'invalid_message', errors: [{ pointer: '/blocks/0/text/text', ...head }] })
  expect(
    (await errorOf(client.apiCall('blocks.validate', { view: { type: 'home', blocks: wrong } }))).data,
  ).toMatchObject({ error: 'invalid_view', errors: [{ pointer: '/blocks/0/text/text', ...head }] })
  expect((await errorOf(client.apiCall('blocks.validate', {}))).data.error).toBe('invalid_arguments')
})
