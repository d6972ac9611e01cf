// Roll Back: offered where a pipeline is configured, says from what to what, asks once, and is verified by a deploy marker.
import { afterEach, describe, expect, it } from 'vitest'
import { MAX_MARKER_TEXT } from '../../src/alerts/deploy-marker.ts'
import { type Pipeline, type PipelineOptions, startPipeline } from '../support/pipeline.ts'
import { type World, alertBody, findButton, startWorld, textOf } from '../support/world.ts'

const SECRET = 'the-secret-of-the-pipeline'
const JOB = 'nightly-orders'

let pipeline: Pipeline | undefined
afterEach(async () => {
  await pipeline?.close()
  pipeline = undefined
})

interface Bad {
  readonly world: World
  readonly pipeline: Pipeline
  readonly announce: (what: string, version: string) => Promise<void>
  readonly announceAs: (...said: readonly Readonly<Record<string, string>>[]) => Promise<void>
}

/** v2 is out after v1, and an alert says that it is bad. */
async function badDeploy(
  onTaken: (bad: Pick<Bad, 'announce'>) => PipelineOptions['onTaken'] = () => undefined,
  teams = '',
): Promise<Bad> {
  let taken: PipelineOptions['onTaken']
  let world: World | undefined
  pipeline = await startPipeline({
    secret: SECRET,
    now: () => world!.clock.now(),
    onTaken: (request) => taken?.(request),
  })
  const { url } = pipeline
  world = await startWorld({
    environment: { SANDBOX_ROLLBACK_URL: url, SANDBOX_ROLLBACK_SECRET: SECRET },
    config: (yaml) =>
      yaml.replace("'${SANDBOX_ROLLBACK_SECRET}' }", `'\${SANDBOX_ROLLBACK_SECRET}'${teams} }`),
  })
  const { service } = world
  const announceAs: Bad['announceAs'] = async (...said) => {
    const answer = await fetch(`${service.http.url}/webhooks/deploy`, {
      method: 'POST',
      headers: { authorization: 'Bearer sandbox', 'content-type': 'application/json' },
      body: JSON.stringify(said.map((one) => ({ job_name: JOB, team: 'data-platform', ...one }))),
    })
    expect(answer.status, await answer.text()).toBeLessThan(300)
  }
  const announce = (what: string, version: string): Promise<void> =>
    announceAs({ what, version, id: `${what}-${version}` })
  taken = onTaken({ announce })
  await announce('deploy', 'v1')
  await world.clock.advance(60_000)
  await announce('deploy', 'v2')
  await world.clock.advance(60_000)
  await complain(world)
  return { world, pipeline, announce, announceAs }
}

async function complain(world: World, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const alertname = 'SparkDeploymentRegression'
  await world.send(
    alertBody({ alertname, severity: 'critical', team: 'data-platform', job_name: JOB, ...more }),
  )
}

const shown = async (world: World): Promise<void> =>
  world.until(() => findButton(world.cards()[0]!, 'act') !== undefined, 'the button')
const card = (world: World): string => textOf(world.cards()[0])
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
