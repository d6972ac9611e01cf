// Roll Back: offered where a pipeline is configured, says from what to what, asks once, and is verified by a deploy marker.
import { afterEach, describe, expect, it } from 'vitest'
import { MAX_MARKER_TEXT } from '../../src/alerts/deploy-marker.ts'
import { type World, findButton } from '../support/world.ts'
import {
  JOB,
  SECRET,
  badDeploy,
  blocks,
  card,
  closePipelines,
  complain,
  isOffered,
  shown,
} from './bad-deploy.ts'

afterEach(closePipelines)

const everything = (world: World): string =>
  JSON.stringify([world.messages(), world.slack.state().ephemerals])

describe('Roll Back', () => {
  it('says from what to what, is asked once, and is verified by the marker of the older version', async () => {
    const { world, pipeline } = await badDeploy(
      ({ announce }) =>
        ({ data }) =>
          announce('rollback', data.to!),
    )
    await shown(world)
    expect(JSON.stringify(world.cards()[0]!.blocks)).toContain(
      'Goes from v2 back to v1: pipeline is asked to take data-platform/nightly-orders there.',
    )
    await world.press('U0BOB', 'act')
    await world.until(() => card(world).includes('done and verified'), 'the verification', 1_000)
    expect(pipeline.taken).toHaveLength(1)
    const [request] = pipeline.taken
    expect(request!.data).toMatchObject({
      from: 'v2',
      to: 'v1',
      run: { job_name: JOB },
      incident: { team: 'data-platform', number: 1 },
      deployed: { what: 'deploy', version: 'v2' },
      previous: { what: 'deploy', version: 'v1' },
      requested_by: { kind: 'person', id: 'U0BOB' },
    })
    const runs = await world.store.db.selectFrom('action_runs').selectAll().execute()
    expect(runs.map(({ id, state, verified }) => [id, state, verified])).toEqual([
      [request!.id, 'succeeded', 'verified'],
    ])
    const audit = await world.store.db.selectFrom('audit').select('action').execute()
    expect(audit.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['action.requested', 'action.succeeded', 'action.verified']),
    )
    const timeline = await world.store.db.selectFrom('timeline').selectAll().execute()
    for (const said of [everything(world), world.logs.join(''), JSON.stringify([timeline, runs])]) {
      expect(said).not.toContain(SECRET)
      expect(said).not.toContain(pipeline.url)
    }
  })

  it('P8: is a commander’s to press', async () => {
    const { world, pipeline } = await badDeploy()
    await shown(world)
    await world.press('U0ALICE', 'act')
    await world.until(() => world.slack.state().ephemerals.length === 1, 'the refusal')
    expect(world.slack.state().ephemerals[0]!.text).toContain('needs a commander')
    expect(pipeline.posts).toBe(0)
  })

  it('P7: two presses at once ask once', async () => {
    const { world, pipeline } = await badDeploy()
    await shown(world)
    const { ts } = world.cards()[0]!
    await Promise.all([1, 2].map(() => world.press('U0BOB', 'act', { ts, stale: true })))
    await world.until(() => pipeline.posts > 0, 'the request')
    await world.settle()
    expect(pipeline.posts).toBe(1)
  })

  it('P7: is one of a job, however many incidents it has, until it is verified', async () => {
    const { world, pipeline } = await badDeploy()
    await complain(world, { platform: 'batch' })
    await world.until(
      () => world.cards().filter((one) => findButton(one, 'act') !== undefined).length === 2,
      'two buttons',
    )
    const [first, second] = world.cards()
    await world.press('U0BOB', 'act', { ts: first!.ts })
    await world.until(() => pipeline.taken.length === 1, 'the request')
    const pending = world.store.db.selectFrom('action_runs').select('id').where('state', '=', 'succeeded')
    await world.until(async () => (await pending.execute()).length === 1, 'the answer')
    await world.press('U0BOB', 'act', { ts: second!.ts })
    await world.until(() => world.slack.state().ephemerals.length === 1, 'the refusal')
    expect(world.slack.state().ephemerals[0]!.text).toContain('is still being verified')
    expect(pipeline.posts).toBe(1)
  })

  it('P7: a lost answer holds the job until a marker shows that it happened, and is not repeated', async () => {
    const { world, pipeline, announce } = await badDeploy()
    await shown(world)
    pipeline.answerNext((response) => void response.destroy(), true)
    await world.press('U0BOB', 'act')
    await world.until(() => card(world).includes('ended without an answer'), 'the lost answer')
    await announce('rollback', 'v1')
    await world.until(() => card(world).includes('done and verified'), 'the marker', 1_000)
    expect(pipeline.posts).toBe(1)
  })

  it('P13: sends nothing where something else was deployed since, and is offered anew from that', async () => {
    const { world, pipeline, announce } = await badDeploy()
    await shown(world)
    const offered = findButton(world.cards()[0]!, 'act')!.value
    await announce('deploy', 'v3')
    await world.press('U0BOB', 'act')
    await world.until(() => card(world).includes('v3 is deployed by now'), 'the refusal')
    expect(pipeline.posts).toBe(0)
    const dialog = (): string => JSON.stringify(world.cards()[0]!.blocks)
    await world.until(() => dialog().includes('Goes from v3 back to v2'), 'the new dialog', 2_000)
    expect(findButton(world.cards()[0]!, 'act')!.value).not.toBe(offered)
  })

  it('P13: is offered anew when something else is deployed, before anybody presses it', async () => {
    const { world, announce } = await badDeploy()
    await shown(world)
    await announce('deploy', 'v3')
    await world.until(
      () => JSON.stringify(world.cards()[0]!.blocks).includes('Goes from v3 back to v2'),
      'the new dialog',
      2_000,
    )
  })

  it('P13: works again after a press, where its webhook has another name by now', async () => {
    const { world, pipeline } = await badDeploy()
    await shown(world)
    await world.restart({ config: (yaml) => yaml.replace('    pipeline: {', '    ci: {') })
    await world.press('U0BOB', 'act')
    const dialog = (): string => JSON.stringify(world.cards()[0]!.blocks)
    await world.until(
      () => dialog().includes('Goes from v2 back to v1: ci is asked'),
      'the new dialog',
      2_000,
    )
    await world.press('U0BOB', 'act')
    await world.until(() => pipeline.taken.length === 1, 'the request')
    expect(pipeline.taken[0]!.data).toMatchObject({ from: 'v2', to: 'v1' })
  })

  it('P13: asks for the version of an image whose name ends in the word for a secret, and of the longest', async () => {
    const { world, pipeline, announceAs } = await badDeploy()
    await shown(world)
    const image = (tag: string): string => `registry.example/${'data/'.repeat(52)}my-token-enricher:${tag}`
    expect(image('1.4.1')).toHaveLength(MAX_MARKER_TEXT)
    await announceAs({ image: image('1.4.1') }, { image: image('1.5.0') })
    const dialog = (): string => JSON.stringify(world.cards()[0]!.blocks)
    await world.until(() => dialog().includes('token-enricher:1.4.1'), 'the new dialog', 2_000)
    await world.press('U0BOB', 'act')
    await world.until(() => pipeline.taken.length === 1, 'the request')
    expect(pipeline.taken[0]!.data).toMatchObject({ from: image('1.5.0'), to: image('1.4.1') })
  })

  it('P13: is withheld from a team that no webhook serves, with what to configure', async () => {
    const { world } = await badDeploy(undefined, ', teams: [streaming]')
    await world.until(() => card(world).includes('No webhook is configured for this team'), 'the sentence')
    expect(findButton(world.cards()[0]!, 'act')).toBeUndefined()
  })
})

describe('deployments after a rollback', () => {
  it('that was verified are rolled back in the same incident, and stand on its card', async () => {
    const { world, announce, pipeline } = await badDeploy(
      (bad) =>
        ({ data }) =>
          bad.announce('rollback', data.to!),
    )
    await shown(world)
    await world.press('U0BOB', 'act')
    await world.until(() => card(world).includes('done and verified'), 'the verification', 1_000)
    expect(isOffered(world)).toBe(false)
    await announce('deploy', 'v3')
    await world.until(() => blocks(world).includes('Goes from v3 back to v1'), 'the button anew', 2_000)
    expect(card(world)).toContain('deploy v3 at')
    await world.press('U0BOB', 'act')
    await world.until(() => pipeline.taken.length === 2, 'the second request')
    expect(pipeline.taken[1]!.data).toMatchObject({ from: 'v3', to: 'v1' })
  })

  it('P14: that trickle in are told on the card, without a word in the thread or another look at everything', async () => {
    const { world, announce } = await badDeploy()
    await shown(world)
    await announce('deploy', 'v3')
    await world.until(() => blocks(world).includes('Goes from v3 back to v2'), 'the new dialog', 2_000)
    await world.settle()
    const replies = world.messages().length
    const findings = world.store.db.selectFrom('findings').select(['generation', 'step'])
    const before = await findings.execute()
    for (const version of ['v4', 'v5', 'v6']) {
      await announce('deploy', version)
      await world.until(() => blocks(world).includes(`Goes from ${version} back to`), version, 2_000)
      expect(card(world)).not.toContain('Looking into')
    }
    expect(card(world)).toContain('deploy v6 at')
    await world.settle()
    expect(world.messages()).toHaveLength(replies)
    expect(await findings.execute()).toEqual(before)
  })
})
