// P7: a rollback that nobody confirmed in time: a marker that comes later still settles it, and until then it may be asked for anew.
import { afterEach, describe, expect, it } from 'vitest'
import { findButton } from '../support/world.ts'
import {
  type Bad,
  badDeploy,
  blocks,
  card,
  closePipelines,
  complain,
  isOffered,
  shown,
  timeUp,
} from './bad-deploy.ts'

afterEach(closePipelines)

/** Taken by the pipeline, which announces nothing while there is time. */
async function notConfirmed(): Promise<Bad> {
  const bad = await badDeploy()
  const { world } = bad
  await shown(world)
  await world.press('U0BOB', 'act')
  await world.until(() => card(world).includes('being verified'), 'the answer')
  await timeUp(world)
  await world.until(() => card(world).includes('accepted, but not confirmed'), 'the end of its time', 1_000)
  return bad
}

/** Its answer is lost, and no marker comes while there is time. */
async function lost(): Promise<Bad> {
  const bad = await badDeploy()
  const { world, pipeline } = bad
  await shown(world)
  pipeline.answerNext((response) => void response.destroy(), true)
  await world.press('U0BOB', 'act')
  await world.until(() => card(world).includes('ended without an answer'), 'the lost answer')
  await timeUp(world)
  await world.until(() => card(world).includes('No deploy marker of the job has come'), 'its end', 1_000)
  return bad
}

describe('accepted, and not confirmed in time', () => {
  it('is confirmed by a marker that comes later, and its button goes', async () => {
    const { world, announce } = await notConfirmed()
    await shown(world)
    await announce('rollback', 'v1')
    await world.until(() => card(world).includes('done and verified'), 'the verification', 1_000)
    expect(isOffered(world)).toBe(false)
    const said = world.messages().filter(({ text }) => text.includes('Verified'))
    expect(said).toHaveLength(1)
  })

  it('says what a later marker of something else says, tells the thread nothing more, and may be asked for from there', async () => {
    const { world, announce } = await notConfirmed()
    const replies = (): number => world.messages().filter(({ text }) => text.includes('Not confirmed')).length
    expect(replies()).toBe(1)
    await announce('deploy', 'v3')
    await world.until(
      () => card(world).includes('A deploy marker says v3, which is not v1'),
      'the detail',
      1_000,
    )
    await world.until(() => blocks(world).includes('Goes from v3 back to v2'), 'the new dialog', 2_000)
    expect(replies()).toBe(1)
  })

  it('keeps its button over another diagnosis', async () => {
    const { world } = await notConfirmed()
    await shown(world)
    const before = findButton(world.cards()[0]!, 'act')!.value
    await complain(world, { run_id: 'run-2', instance: 'b' })
    await world.until(
      () => isOffered(world) && findButton(world.cards()[0]!, 'act')!.value !== before,
      'the button anew',
      2_000,
    )
  })
})

describe('ended without an answer', () => {
  it('is settled by a marker that comes after its time', async () => {
    const { world, pipeline, announce } = await lost()
    await announce('rollback', 'v1')
    await world.until(() => card(world).includes('done and verified'), 'the marker', 1_000)
    expect(findButton(world.cards()[0]!, 'settle')).toBeUndefined()
    expect(pipeline.posts).toBe(1)
  })

  it('is settled so when its incident is resolved, too, since it holds the job in every other one', async () => {
    const { world, announce } = await lost()
    await world.press('U0ALICE', 'resolve')
    await world.until(() => card(world).includes('Resolved'), 'the resolution')
    await announce('rollback', 'v1')
    await world.until(() => card(world).includes('done and verified'), 'the marker', 1_000)
  })

  it('says in another incident of the job where it is settled', async () => {
    const { world } = await lost()
    await world.press('U0ALICE', 'resolve')
    await world.until(() => card(world).includes('Resolved'), 'the resolution')
    await complain(world)
    await shown(world, 1)
    await world.press('U0BOB', 'act', { ts: world.cards()[1]!.ts })
    await world.until(() => world.slack.state().ephemerals.length === 1, 'the refusal')
    expect(world.slack.state().ephemerals[0]!.text).toContain(
      'ended without an answer and must be settled first, on the card of #1 (requested by bob)',
    )
  })
})
