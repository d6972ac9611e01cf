// An alert that names a pod and nothing more: the run is found by it, while the pod lives and after it has gone.
import { afterEach, describe, expect, it } from 'vitest'
import type { Run } from '../../../src/alerts/model.ts'
import { runFromLabels } from '../../../src/alerts/run.ts'
import type { PlatformReader } from '../../../src/ports.ts'
import { NEVER } from '../support.ts'
import { type Bench, NS, bench, driverPod, executorPod, kubeflowApp } from './bench.ts'
import type { StandIn, StandInOptions } from './stand-in.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.cluster.close()
  open = null
})

async function begin(
  options: StandInOptions = { installed: ['kubeflow', 'apache'] },
): Promise<{ cluster: StandIn; reader: PlatformReader }> {
  open = await bench(options)
  return { cluster: open.cluster, reader: open.platformWith({ driver_ui: 'none' }).reader }
}

/** As the alert SparkExecutorOOMKilled speaks where kube-state-metrics tells no labels of pods. */
const alertOf = (pod: string): Run =>
  runFromLabels({ alertname: 'SparkExecutorOOMKilled', namespace: NS, pod, platform: 'prod' }, (name) => name)

const PREFIX = 'orders-daily-0123456789abcdef'
const ID = 'spark-3f1a'

describe('the run of a pod', () => {
  it('an executor that is there says Spark’s id', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(driverPod(), driverPod({ name: 'other-driver', appId: 'spark-77' }))
    cluster.pods.push(executorPod(`${PREFIX}-exec-7`, { phase: 'Failed' }))
    expect(await reader.locate(alertOf(`${PREFIX}-exec-7`), NEVER)).toMatchObject({
      id: ID,
      state: 'running',
    })
    expect(await reader.run(alertOf(`${PREFIX}-exec-7`), NEVER)).toMatchObject({ id: ID })
    expect(await reader.containers(alertOf(`${PREFIX}-exec-7`), NEVER)).toHaveLength(2)
  })

  it('a driver is its own', async () => {
    const { cluster, reader } = await begin()
    const app = kubeflowApp('orders')
    cluster.put('kubeflow', app)
    cluster.pods.push(
      driverPod({ name: 'orders-driver', owner: app, labels: { 'sparkoperator.k8s.io/app-name': 'orders' } }),
    )
    expect(await reader.run(alertOf('orders-driver'), NEVER)).toMatchObject({
      id: ID,
      stateText: 'RUNNING, driver pod Running',
    })
  })

  it('an executor that was deleted: beside the driver of its prefix, as spark-submit names them', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(driverPod(), driverPod({ name: 'orders-driver', appId: 'spark-77' }))
    expect(await reader.locate(alertOf(`${PREFIX}-exec-7`), NEVER)).toMatchObject({ id: ID })
    expect(await reader.locate(alertOf('reports-exec-7'), NEVER)).toBeNull()
  })

  it('an executor or a driver that was deleted: by the SparkApplication that lists it', async () => {
    const { cluster, reader } = await begin()
    cluster.put('kubeflow', kubeflowApp('reports', { status: { sparkApplicationId: 'spark-77' } }))
    cluster.put(
      'kubeflow',
      kubeflowApp('orders', { status: { executorState: { 'orders-5e1-exec-1': 'FAILED' } } }),
    )
    expect(await reader.run(alertOf('orders-5e1-exec-1'), NEVER)).toMatchObject({ id: ID })
    expect(await reader.run(alertOf('orders-driver'), NEVER)).toMatchObject({ id: ID })
  })

  it('a pod of others that is called like a driver is no run, so nobody is offered to end it', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(driverPod({ name: 'nvidia-driver', labels: { 'spark-role': '' } }))
    expect(await reader.run(alertOf('nvidia-driver'), NEVER)).toBeNull()
    expect(await reader.locate(alertOf('nvidia-driver'), NEVER)).toBeNull()
    expect(await reader.run(alertOf('nvidia-exec-1'), NEVER)).toBeNull()
  })

  it('P10: another namespace than the configured ones is not asked', async () => {
    const { cluster, reader } = await begin()
    const run = { ...alertOf('orders-driver'), cluster: 'kube-system', runId: 'kube-system/orders-driver' }
    expect(await reader.run(run, NEVER)).toBeNull()
    expect(cluster.asked).toEqual([])
  })

  it('a button for it names the driver that it was offered for', async () => {
    const { cluster, reader } = await begin()
    cluster.pods.push(driverPod())
    const found = await reader.run(alertOf(`${PREFIX}-exec-7`), NEVER)
    expect(found?.place).toMatch(new RegExp(`^${NS}/${PREFIX}-driver@.{8}$`))
    const writer = open?.platformWith({ actions: ['application.kill'] }).writer
    expect(await writer?.kill(`${NS}/${PREFIX}-exec-7`, NEVER)).toMatchObject({ kind: 'refused' })
    expect(cluster.written).toEqual([])
  })
})
