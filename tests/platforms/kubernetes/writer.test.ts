// Ending an application: what is least harmful, of nothing but what was looked at, and each answer told as what it means.
import { afterEach, describe, expect, it } from 'vitest'
import type { PlatformWriter } from '../../../src/ports.ts'
import { NEVER, deadUrl, runOf } from '../support.ts'
import { type Bench, NS, apacheApp, bench, driverPod, kubeflowApp } from './bench.ts'
import { type Operator, type StandIn, type StandInOptions, TOKEN, status } from './stand-in.ts'

let open: Bench | null = null
afterEach(async () => {
  await open?.cluster.close()
  open = null
})

const ID = 'spark-3f1a'
const ACTIONS = { actions: ['application.kill'] }

async function begin(
  more: Record<string, unknown> = {},
  options: StandInOptions = {},
): Promise<{ cluster: StandIn; writer: PlatformWriter }> {
  open = await bench(options)
  return { cluster: open.cluster, writer: open.platformWith({ ...ACTIONS, ...more }).writer! }
}

function withApp(cluster: StandIn, operator: Operator, phase = 'Running'): string {
  const app = operator === 'kubeflow' ? kubeflowApp('orders') : apacheApp('orders')
  cluster.put(operator, app)
  const label = operator === 'kubeflow' ? 'sparkoperator.k8s.io/app-name' : 'spark.operator/spark-app-name'
  cluster.pods.push(driverPod({ name: 'orders-driver', labels: { [label]: 'orders' }, owner: app, phase }))
  return app.metadata.uid!
}

const submitted = (): ReturnType<typeof kubeflowApp> =>
  kubeflowApp('orders', { status: { applicationState: { state: 'SUBMITTED' }, sparkApplicationId: '' } })

/** What was asked besides reads. */
const deeds = (cluster: StandIn): string[] => cluster.asked.filter((one) => !one.startsWith('GET '))

describe('a deed', () => {
  it('suspends what kubeflow runs: it stays, and nothing is deleted', async () => {
    const { cluster, writer } = await begin({}, { installed: ['kubeflow'] })
    const uid = withApp(cluster, 'kubeflow')
    expect(await writer.kill(ID, NEVER)).toMatchObject({
      kind: 'accepted',
      detail: /told to suspend.*suspend to false/,
    })
    expect(deeds(cluster)).toEqual([
      'PATCH /apis/sparkoperator.k8s.io/v1beta2/namespaces/etl/sparkapplications/orders',
    ])
    expect(cluster.written).toEqual([{ metadata: { uid, resourceVersion: '41' }, spec: { suspend: true } }])
    expect(cluster.apps.kubeflow).toHaveLength(1)
    // The id has gone from the SparkApplication, and the reader still knows whose it was.
    const { reader } = open!.platform
    expect(await reader.run(runOf({ runId: ID }), NEVER)).toBeNull()
    expect(await reader.run(runOf({ jobName: 'orders' }), NEVER)).toMatchObject({ state: 'cancelled' })
  })

  it('is verified by the reader beside it', async () => {
    const { cluster } = await begin({}, { installed: ['kubeflow'] })
    withApp(cluster, 'kubeflow')
    const { reader, writer } = open!.platformWith(ACTIONS)
    expect(await reader.locate(runOf({ runId: ID }), NEVER)).toMatchObject({ state: 'running' })
    await writer!.kill(ID, NEVER)
    expect(await reader.locate(runOf({ runId: ID }), NEVER)).toMatchObject({
      id: ID,
      state: 'killed',
      endedAt: expect.any(Date),
    })
    expect(await reader.run(runOf({ runId: ID }), NEVER)).toMatchObject({
      id: ID,
      state: 'cancelled',
      stateText: 'SUSPENDED',
    })
  })

  it('deletes what kubeflow runs only where it is told to', async () => {
    const { cluster, writer } = await begin({ kubeflow_kill: 'delete' }, { installed: ['kubeflow'] })
    const uid = withApp(cluster, 'kubeflow')
    expect(await writer.kill(ID, NEVER)).toMatchObject({ kind: 'accepted' })
    expect(cluster.written).toEqual([
      { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } },
    ])
    expect(cluster.apps.kubeflow).toEqual([])
  })

  it('deletes what apache runs, and a driver that nobody runs', async () => {
    const { cluster, writer } = await begin({}, { installed: ['apache'] })
    withApp(cluster, 'apache')
    expect(await writer.kill(ID, NEVER)).toMatchObject({ kind: 'accepted' })
    cluster.pods.push(driverPod({ appId: 'spark-alone' }))
    expect(await writer.kill('spark-alone', NEVER)).toMatchObject({ kind: 'accepted' })
    expect(deeds(cluster)).toEqual([
      'DELETE /apis/spark.apache.org/v1/namespaces/etl/sparkapplications/orders',
      'DELETE /api/v1/namespaces/etl/pods/orders-daily-0123456789abcdef-driver',
    ])
  })

  it('by namespace and name ends what has no id of Spark’s yet', async () => {
    const { cluster, writer } = await begin({}, { installed: ['kubeflow'] })
    const app = submitted()
    cluster.put('kubeflow', app)
    const { id, place } = (await open!.platform.reader.run(runOf({ runId: `${NS}/orders` }), NEVER))!
    expect(id).toBe(`${NS}/orders@${app.metadata.uid!.slice(0, 8)}`)
    expect(place).toBe(id)
    expect(await writer.kill(id, NEVER)).toMatchObject({ kind: 'accepted' })
  })

  it('is done by the one who acts, whom the reader need not be', async () => {
    const { cluster, writer } = await begin()
    cluster.tokens.set('a-token-of-the-actor', 'system:serviceaccount:ops:arrestor-act')
    cluster.denied.add('system:serviceaccount:ops:arrestor delete pods')
    cluster.denied.add('system:serviceaccount:ops:arrestor-act list pods')
    cluster.pods.push(driverPod())
    expect(await writer.kill(ID, NEVER)).toMatchObject({
      kind: 'refused',
      detail: /403 pods .* cannot delete resource/,
    })
    const acting = open!.platformWith({
      ...ACTIONS,
      act_auth: { type: 'token', server: cluster.url, token: 'a-token-of-the-actor' },
    })
    expect(await acting.writer!.kill(ID, NEVER)).toMatchObject({ kind: 'accepted' })
  })
})

describe('nothing is done, and it is said why', () => {
  it.each(['kubeflow', 'apache'] as const)(
    'to a namesake that was made since it was offered (%s)',
    async (operator) => {
      const { cluster, writer } = await begin({}, { installed: [operator] })
      cluster.put(operator, operator === 'kubeflow' ? submitted() : apacheApp('orders'))
      const { place } = (await open!.platform.reader.run(runOf({ jobName: 'orders' }), NEVER))!
      cluster.apps[operator][0]!.metadata.uid = '9e3d-of-the-namesake'
      expect(await writer.kill(place!, NEVER)).toEqual({
        kind: 'refused',
        detail: `${place} is gone. What is called ${NS}/orders now, if anything is, was made anew since this was offered, and was left alone.`,
      })
      expect(await open!.platform.reader.locate(runOf({ runId: place! }), NEVER)).toBeNull()
      expect(deeds(cluster)).toEqual([])
    },
  )

  it('to a driver of that name that was made since', async () => {
    const { cluster, writer } = await begin({ operator: 'none' })
    cluster.pods.push(driverPod({ name: 'orders-driver' }))
    const { place } = (await open!.platform.reader.run(runOf({ runId: ID }), NEVER))!
    cluster.pods[0]!.metadata!.uid = '9e3d-of-the-namesake'
    expect(await writer.kill(place!, NEVER)).toMatchObject({ kind: 'refused', detail: /made anew/ })
    expect(deeds(cluster)).toEqual([])
  })

  it('to whatever has a name now', async () => {
    const { cluster, writer } = await begin({}, { installed: ['kubeflow'] })
    cluster.put('kubeflow', submitted())
    expect(await writer.kill(`${NS}/orders`, NEVER)).toMatchObject({
      kind: 'refused',
      detail: /whatever has that name now/,
    })
    expect(deeds(cluster)).toEqual([])
  })

  it('to a namesake that was made meanwhile', async () => {
    for (const operator of ['kubeflow', 'apache'] as const) {
      const { cluster, writer } = await begin({}, { installed: [operator] })
      withApp(cluster, operator)
      // Between the look and the deed another one takes its place.
      cluster.interfere = ({ method }) => {
        if (method !== 'GET') cluster.apps[operator][0]!.metadata.uid = 'uid-of-the-namesake'
        return false
      }
      expect(await writer.kill(ID, NEVER)).toMatchObject({ kind: 'refused', detail: /left alone/ })
      expect(cluster.apps[operator]).toHaveLength(1)
      expect(cluster.pods).toHaveLength(1)
      await cluster.close()
    }
    const { cluster, writer } = await begin()
    cluster.pods.push(driverPod())
    cluster.interfere = ({ method }) => {
      if (method !== 'GET') cluster.pods[0]!.metadata!.uid = 'uid-of-the-namesake'
      return false
    }
    expect(await writer.kill(ID, NEVER)).toMatchObject({
      kind: 'refused',
      detail: /left alone.*UID in precondition/,
    })
    expect(cluster.pods).toHaveLength(1)
  })

  it('to an attempt that is over, though its SparkApplication goes on', async () => {
    const { cluster, writer } = await begin({}, { installed: ['kubeflow'] })
    const app = kubeflowApp('orders', {
      status: { sparkApplicationId: 'spark-second', executionAttempts: 2 },
      spec: { restartPolicy: { type: 'OnFailure', onFailureRetries: 3 } },
    })
    cluster.put('kubeflow', app)
    const labels = { 'sparkoperator.k8s.io/app-name': 'orders' }
    cluster.pods.push(driverPod({ name: 'orders-driver', labels, owner: app, phase: 'Failed' }))
    expect(await writer.kill(ID, NEVER)).toMatchObject({ kind: 'refused', detail: /ended already/ })
    expect(await writer.kill('spark-second', NEVER)).toMatchObject({ kind: 'accepted' })
  })

  it.each(['Failed', 'Succeeded'])('to a driver that has %s', async (phase) => {
    const { cluster, writer } = await begin()
    cluster.pods.push(driverPod({ phase }))
    expect(await writer.kill(ID, NEVER)).toMatchObject({ kind: 'refused', detail: /ended already/ })
    expect(deeds(cluster)).toEqual([])
  })

  it('twice: what is being deleted, what is suspended', async () => {
    const { cluster, writer } = await begin({}, { installed: ['kubeflow'] })
    cluster.pods.push(driverPod({ appId: 'spark-going', deletionTimestamp: new Date() }))
    expect(await writer.kill('spark-going', NEVER)).toMatchObject({
      kind: 'refused',
      detail: /being deleted already/,
    })
    const uid = withApp(cluster, 'kubeflow')
    await writer.kill(ID, NEVER)
    expect(await writer.kill(`${NS}/orders@${uid}`, NEVER)).toMatchObject({
      kind: 'refused',
      detail: /is ended already/,
    })
    expect(await writer.kill(ID, NEVER)).toMatchObject({ kind: 'refused' })
    expect(deeds(cluster)).toHaveLength(1)
  })

  it('to the pod alone of what an operator runs: it would be started again', async () => {
    const { cluster, writer } = await begin({}, { installed: ['kubeflow'] })
    withApp(cluster, 'kubeflow')
    cluster.denied.add('get sparkapplications').add('list sparkapplications')
    expect(await writer.kill(ID, NEVER)).toMatchObject({
      kind: 'refused',
      detail: /belongs to SparkApplication orders.*start it again/,
    })
    expect(deeds(cluster)).toEqual([])
  })

  it('where the operator is too old to suspend', async () => {
    const { cluster, writer } = await begin({}, { installed: ['kubeflow'], old: true })
    withApp(cluster, 'kubeflow')
    expect(await writer.kill(ID, NEVER)).toMatchObject({ kind: 'refused', detail: /kubeflow_kill: delete/ })
    expect(cluster.pods).toHaveLength(1)
  })

  it('to what nobody knows, or what is no id', async () => {
    const { cluster, writer } = await begin({ operator: 'none' })
    for (const id of ['spark-none', 'a,b', '../pods', `kube-system/coredns`, ''])
      expect(await writer.kill(id, NEVER), id).toMatchObject({ kind: 'refused' })
    expect(deeds(cluster)).toEqual([])
  })

  it('where nothing answers', async () => {
    open = await bench()
    const { writer } = open.platformWith({
      ...ACTIONS,
      auth: { type: 'token', server: await deadUrl(), token: TOKEN },
    })
    expect(await writer!.kill(ID, NEVER)).toMatchObject({ kind: 'refused', detail: /nothing was done/ })
  })
})

describe('an answer', () => {
  const answers: readonly (readonly [string, ReturnType<typeof status>, string])[] = [
    ['500', status(500, 'InternalError', 'etcdserver: request timed out'), 'unknown'],
    ['504 of a proxy', { status: 504, type: 'text/html', text: '<html>' }, 'unknown'],
    ['200 of a login page', { status: 200, type: 'text/html', text: '<html>Sign in</html>' }, 'unknown'],
    ['a redirect', { status: 302, type: 'text/html', text: '' }, 'unknown'],
    ['403', status(403, 'Forbidden', 'no'), 'refused'],
    ['429', status(429, 'TooManyRequests', 'later'), 'refused'],
    ['404', status(404, 'NotFound', 'pods "x" not found'), 'refused'],
  ]
  it.each(answers)('%s is told as what it means', async (_what, reply, kind) => {
    const { cluster, writer } = await begin()
    cluster.pods.push(driverPod())
    let asked = 0
    cluster.interfere = ({ method }, response) => {
      if (method === 'GET') return false
      asked += 1
      response.writeHead(reply.status, { 'content-type': reply.type, location: '/elsewhere' }).end(reply.text)
      return true
    }
    expect(await writer.kill(ID, NEVER)).toMatchObject({ kind })
    expect(asked).toBe(1)
  })

  it('P7: that was lost is unknown, and it is not asked again', async () => {
    const { cluster, writer } = await begin()
    cluster.pods.push(driverPod())
    let asked = 0
    cluster.interfere = ({ method, socket }) => {
      if (method === 'GET') return false
      asked += 1
      socket.destroy()
      return true
    }
    expect(await writer.kill(ID, NEVER)).toMatchObject({ kind: 'unknown', detail: /was lost/ })
    expect(asked).toBe(1)
  })
})
