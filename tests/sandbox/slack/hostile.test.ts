// Whatever an app sends, the workspace answers 200 with a reason of its own, and stays whole.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { METHODS } from '../../../src/sandbox/slack/methods/index.ts'
import { SEED, startSlack } from './support.ts'

const NAMES = [
  'channel',
  'text',
  'blocks',
  'attachments',
  'metadata',
  'ts',
  'thread_ts',
  'user',
  'users',
  'user_id',
]
const MORE = [
  'view',
  'view_id',
  'trigger_id',
  'files',
  'filename',
  'length',
  'limit',
  'cursor',
  'message',
  'name',
  'types',
]

const leaf = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    'C0DATA',
    'U0ALICE',
    'D0ALICE',
    '1',
    '',
    '{}',
    '[null]',
    '[{"type":"actions"}]',
    '{"type":"modal"}',
  ),
  fc.constant([{ type: 'actions', elements: [null] }]),
)

test('no arguments make a method fail', async () => {
  const slack = await startSlack()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(METHODS)),
      fc.dictionary(fc.constantFrom(...NAMES, ...MORE), leaf, { maxKeys: 6 }),
      async (method, args) => {
        const token = METHODS[method]?.token === 'app' ? SEED.appToken : SEED.botToken
        const response = await fetch(`${slack.apiUrl}${method}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify(args),
        })
        expect(response.status).toBe(200)
        const body = (await response.json()) as { ok: boolean; error?: string }
        expect(typeof body.ok).toBe('boolean')
        expect(body.error).not.toBe('fatal_error')
      },
    ),
    { numRuns: 500 },
  )
  expect(slack.state().warnings.join()).not.toContain('failed in the sandbox itself')
})
