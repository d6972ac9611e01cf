// The contract over every action of the registry. An action without a sample fails here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
import { type ActionSample, actionContract } from './action.ts'

let spark: SparkReplay
beforeAll(async () => {
  spark = await createSparkReplay({ port: 0 })
})
afterAll(() => spark?.close())

const SAMPLES: Readonly<Record<string, () => Promise<ActionSample>>> = {
  'spark.kill-application': () => {
    const { appId } = spark.start('executor-oom')
    const { reader, writer } = platformOf({
      master_url: spark.masterUrl,
      history_url: spark.historyUrl,
      actions: ['application.kill'],
    })
    return Promise.resolve({
      context: { run: runOf({ runId: appId }), facts: {} },
      reader,
      writer: writer!,
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
      context: { run: runOf({ runId: String(RUN) }), facts: {} },
      reader,
      writer: writer!,
      loseNextReply: () => workspace.databricks.loseNextReply(/runs\/repair$/),
      nothing: '42',
    }
  },
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
