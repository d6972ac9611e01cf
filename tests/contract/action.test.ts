// The contract over every action of the registry. An action without a sample fails here.
import { globalAgent as httpAgent } from 'node:http'
import { globalAgent as httpsAgent } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWebhooks } from '../../src/http/webhook-sender.ts'
import type { Pipeline } from '../../src/remediation/action.ts'
import { killApplication } from '../../src/remediation/actions/kill-application.ts'
import { rerunJob } from '../../src/remediation/actions/rerun.ts'
import { rollBack } from '../../src/remediation/actions/roll-back.ts'
import type { Order } from '../../src/remediation/order.ts'
import { ACTIONS } from '../../src/remediation/registry.ts'
import { type SparkReplay, createSparkReplay } from '../../src/sandbox/spark/replay.ts'
import { platformOf, runOf } from '../platforms/support.ts'
import {
  type Bench as Workspace,
  FAILED,
  RUN,
  START,
  bench,
  run,
  task,
} from '../platforms/databricks/bench.ts'
import { aboutFor, markerOf } from '../support/deployments.ts'
import { type Pipeline as StrictPipeline, startPipeline } from '../support/pipeline.ts'
import { type ActionSample, actionContract } from './action.ts'

const SIGNAL = new AbortController().signal
const JOB = 'nightly-orders'
const day = (text: string): Date => new Date(text)

let spark: SparkReplay
const pipelines: StrictPipeline[] = []
beforeAll(async () => {
  spark = await createSparkReplay({ port: 0 })
})
afterAll(async () => {
  await spark?.close()
  for (const pipeline of pipelines) await pipeline.close()
})

const SAMPLES: Readonly<Record<string, () => Promise<ActionSample>>> = {
  'spark.kill-application': () => {
    const { appId } = spark.start('executor-oom')
    const { reader, writer } = platformOf({
      master_url: spark.masterUrl,
      history_url: spark.historyUrl,
      actions: ['application.kill'],
    })
    return Promise.resolve({
      context: { team: 'data-platform', run: runOf({ runId: appId }), facts: {} },
      execute: (order) => killApplication.execute(order, writer!, SIGNAL),
      verify: (order) => killApplication.verify(order, reader, SIGNAL),
      loseNextReply: () => void spark.faults.add({ kind: 'lost_reply', match: '/app/kill/' }),
      nothing: 'app-20200101000000-9999',
    })
  },
  // A standalone Spark keeps nothing to run again.
  'run.rerun': async () => {
    const ended = { ...FAILED, end_time: START + 60_000 }
    const workspace = await bench(
      { runs: [run({ ...ended, tasks: [task('load', ended)] })] },
      { actions: ['run.rerun'] },
    )
    workspaces.push(workspace)
    const { reader, writer } = workspace.platform
    return {
      context: { team: 'data-platform', run: runOf({ runId: String(RUN) }), facts: {} },
      execute: (order) => rerunJob.execute(order, writer!, SIGNAL),
      verify: (order) => rerunJob.verify(order, reader, SIGNAL),
      loseNextReply: () => workspace.databricks.loseNextReply(/runs\/repair$/),
      nothing: '42',
    }
  },
  'deploy.roll-back': rollBackSample,
}

/** A job of which v2 is deployed after v1, and a pipeline that goes back and announces it. */
async function rollBackSample(): Promise<ActionSample> {
  const deployments = [
    markerOf('deploy', 'v1', day('2020-01-01')),
    markerOf('deploy', 'v2', day('2020-01-02')),
  ]
  const pipeline = await startPipeline({
    now: () => new Date(),
    jobs: [JOB],
    onTaken: ({ data }) => void deployments.push(markerOf('rollback', data.to, day('2100-01-01'))),
  })
  pipelines.push(pipeline)
  const hook = createWebhooks(
    { pipeline: { url: pipeline.url, secret: pipeline.secret, timeout_s: 5 } },
    { http: httpAgent, https: httpsAgent },
  )[0]!
  const pipelineOf = (order: Order): Pipeline => ({
    deployments: () => Promise.resolve(deployments),
    news: () => Promise.resolve([]),
    send: (_webhook, { type, data }) => {
      const about = aboutFor(order.target.split('/')[1]!)
      return hook.send({ id: order.id, type, at: new Date(), data: { ...about, ...data } }, SIGNAL)
    },
  })
  return {
    context: { team: 'data-platform', run: runOf({ jobName: JOB }), facts: {} },
    params: { webhook: 'pipeline', from: 'v2', to: 'v1' },
    execute: (order) => rollBack.execute(order, pipelineOf(order), SIGNAL),
    verify: (order) => rollBack.verify(order, pipelineOf(order), SIGNAL),
    loseNextReply: () => pipeline.answerNext((response) => void response.destroy(), true),
    nothing: 'data-platform/no-such-job',
  }
}

const workspaces: Workspace[] = []
afterAll(() => Promise.all(workspaces.map((one) => one.close())))

describe('every action', () => {
  it('has a sample', () => {
    expect(Object.keys(SAMPLES).sort()).toEqual([...ACTIONS.keys()].sort())
  })

  it('is registered under its own id', () => {
    for (const [id, action] of ACTIONS) expect(action.id).toBe(id)
  })
})

for (const [id, action] of ACTIONS) {
  const sample = SAMPLES[id]
  if (sample !== undefined) actionContract(action, sample)
}
