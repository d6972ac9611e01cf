// Typing `/spark ...` as somebody and reading the answer.
import { expect } from 'vitest'
import { validateBlocks } from '../../src/sandbox/slack/blocks/validate.ts'
import type { World } from '../support/world.ts'

/** Types a command and waits for the answer that comes by the response URL. */
export async function type(
  world: World,
  text: string,
  user = 'U0ALICE',
): Promise<{ text: string; all: string }> {
  const before = world.slack.state().ephemerals.length
  expect(await world.slack.command({ user, channel: 'C0GENERAL', command: '/spark', text })).toMatchObject({
    ok: true,
  })
  await world.until(() => world.slack.state().ephemerals.length > before, `the answer to /spark ${text}`)
  const said = world.slack.state().ephemerals.at(-1)
  expect(said).toMatchObject({ user, channel: 'C0GENERAL' })
  expect(validateBlocks('message', said?.blocks ?? [])).toEqual([])
  return { text: said?.text ?? '', all: JSON.stringify(said) }
}
