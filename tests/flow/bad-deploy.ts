// A bad deployment as tests of Roll Back need it: a pipeline that takes requests, v2 out after v1, and an alert that complains.
import { expect } from 'vitest'
import { DUE } from '../../src/flow/destinations.ts'
import { json } from '../../src/store/store.ts'
import { type Pipeline, type PipelineOptions, startPipeline } from '../support/pipeline.ts'
import { type World, alertBody, findButton, startWorld, textOf } from '../support/world.ts'

export const SECRET = 'the-secret-of-the-pipeline'
export const JOB = 'nightly-orders'

export interface Bad {
  readonly world: World
  readonly pipeline: Pipeline
  /** Sends the marker of one more deployment. */
  readonly announce: (what: string, version: string) => Promise<void>
  /** Sends markers in one body, in the pipeline's own words. */
  readonly announceAs: (...said: readonly Readonly<Record<string, string>>[]) => Promise<void>
}

const started: Pipeline[] = []
/** For `afterEach`. */
export async function closePipelines(): Promise<void> {
  await Promise.all(started.splice(0).map((one) => one.close()))
}

/** v2 is out after v1, and an alert says that it is bad. */
export async function badDeploy(
  onTaken: (bad: Pick<Bad, 'announce'>) => PipelineOptions['onTaken'] = () => undefined,
  teams = '',
): Promise<Bad> {
  let taken: PipelineOptions['onTaken']
  let world: World | undefined
  const pipeline = await startPipeline({
    secret: SECRET,
    now: () => world!.clock.now(),
    onTaken: (request) => taken?.(request),
  })
  started.push(pipeline)
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
  let sent = 0
  const announce = async (what: string, version: string): Promise<void> => {
    sent += 1
    await announceAs({ what, version, id: `marker-${sent}` })
  }
  taken = onTaken({ announce })
  await announce('deploy', 'v1')
  await world.clock.advance(60_000)
  await announce('deploy', 'v2')
  await world.clock.advance(60_000)
  await complain(world)
  return { world, pipeline, announce, announceAs }
}

export async function complain(world: World, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const alertname = 'SparkDeploymentRegression'
  await world.send(
    alertBody({ alertname, severity: 'critical', team: 'data-platform', job_name: JOB, ...more }),
  )
}

/** Waits for the button of a card. */
export const shown = async (world: World, at = 0): Promise<void> =>
  world.until(() => isOffered(world, at), 'the button', 1_000)
export const isOffered = (world: World, at = 0): boolean =>
  world.cards()[at] !== undefined && findButton(world.cards()[at]!, 'act') !== undefined
export const card = (world: World, at = 0): string => textOf(world.cards()[at])
/** All of the card, with the words of its dialogs. */
export const blocks = (world: World, at = 0): string => JSON.stringify(world.cards()[at]?.blocks)

/** The pipeline has had all the time that the runbook gives it: half an hour in steps of a poll takes a test too long. */
export async function timeUp(world: World): Promise<void> {
  await world.settle()
  const [row, ...others] = await world.store.db
    .selectFrom('due')
    .selectAll()
    .where('kind', '=', DUE.actionVerify)
    .execute()
  expect([row !== undefined, others]).toEqual([true, []])
  await world.store.db
    .updateTable('due')
    .set({ data: json({ ...row!.data, until: world.clock.now().toISOString() }) })
    .where('kind', '=', row!.kind)
    .where('subject', '=', row!.subject)
    .execute()
}
