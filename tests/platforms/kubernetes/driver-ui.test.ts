// Driver UIs from outside the cluster: at an address by a pattern, or at the ingress that the operator names, and nowhere else.
import { afterEach, describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/platforms/kubernetes/config.ts'
import { platformConfigSchema, platformSecrets } from '../../../src/platforms/registry.ts'
import type { PlatformReader } from '../../../src/ports.ts'
import { DEPS, NEVER, type Stage, platformOf, runOf, stage } from '../support.ts'
import { NS, type Bench, bench, driverPod, kubeflowApp } from './bench.ts'
import { TOKEN } from './stand-in.ts'

const ID = 'spark-3f1a'
const open: { close(): Promise<void> }[] = []
afterEach(async () => void (await Promise.all(open.splice(0).map((one) => one.close()))))

const INFO = {
  id: ID,
  name: 'orders',
  attempts: [{ startTime: '2026-11-22T10:00:00.000GMT', endTime: '1969-12-31T23:59:59.999GMT', completed: false, sparkUser: 'spark', appSparkVersion: '4.1.0' }],
} // prettier-ignore

/** A gateway with the driver's UI below `prefix`. */
async function gateway(prefix: string): Promise<Stage> {
  const served = await stage((_method, { pathname }) => {
    const path = `${prefix}/api/v1/applications/${ID}`
    if (pathname === path) return { body: JSON.stringify(INFO) }
    return pathname === `${path}/allexecutors` ? { body: '[]' } : { status: 404, type: 'text/html' }
  })
  open.push(served)
  return served
}

/** A running SparkApplication of the kubeflow operator, whose status says that its UI is there. */
async function running(driverUi: unknown, webUIIngressAddress?: string): Promise<Bench & { reader: PlatformReader }> {
  const one = await bench({ installed: ['kubeflow'] })
  open.push(one.cluster)
  const app = kubeflowApp('orders', { status: { driverInfo: { podName: 'orders-driver', ...(webUIIngressAddress === undefined ? {} : { webUIIngressAddress }) } } })
  one.cluster.put('kubeflow', app)
  one.cluster.pods.push(driverPod({ name: 'orders-driver', appId: ID, labels: { 'sparkoperator.k8s.io/app-name': 'orders' }, owner: app }))
  return { ...one, reader: one.platformWith({ operator: 'kubeflow', driver_ui: driverUi }).reader }
} // prettier-ignore

describe('a driver UI at an address', () => {
  it.each([
    ['{namespace}/{app_name}', `/${NS}/orders`],
    ['ui/{app_id}/', `/ui/${ID}`],
  ])('%s is asked there, with its own credential and never the API server’s', async (pattern, prefix) => {
    const there = await gateway(prefix)
    const auth = { type: 'header', name: 'X-Api-Key', value: 's3cret' }
    const { reader, cluster } = await running({ by: 'address', url: `${there.url}/${pattern}`, auth })
    const app = await reader.locate(runOf({ runId: ID }), NEVER)
    expect(app).toMatchObject({ foundAt: 'driver', link: `${there.url}${prefix}/`, unreached: [] })
    expect(await reader.executors(app!, NEVER)).toEqual([])
    expect(there.asked).toHaveLength(2)
    for (const headers of there.headers) {
      expect(headers['x-api-key']).toBe('s3cret')
      expect(JSON.stringify(headers)).not.toContain(TOKEN)
    }
    expect(cluster.asked.filter((one) => one.includes('/proxy'))).toEqual([])
    expect(reader.capabilities.has('threads')).toBe(true)
  })

  it('P10: of an application found elsewhere, nobody is asked', async () => {
    const there = await gateway('/orders')
    const { reader } = await running({ by: 'address', url: `${there.url}/{app_name}` })
    const app = await reader.locate(runOf({ runId: ID }), NEVER)
    const foreign = await gateway('/orders')
    const moved = { ...app!, apiUrl: `${foreign.url}/orders/api/v1/applications/${ID}` }
    await expect(reader.executors(moved, NEVER)).rejects.toMatchObject({ code: 'ARR-501' })
    const below = { ...app!, apiUrl: `${there.url}/orders/kill/api/v1/applications/${ID}` }
    await expect(reader.executors(below, NEVER)).rejects.toMatchObject({ code: 'ARR-501' })
    expect(foreign.asked).toEqual([])
  })
})

describe('a driver UI at the operator’s ingress', () => {
  it('is asked at the address that the status names, with the scheme that is configured', async () => {
    const there = await gateway('/etl/orders')
    const address = `${there.url.replace('http://', '')}/etl/orders`
    const driverUi = { by: 'ingress', hosts: ['127.0.0.1'], scheme: 'http' }
    for (const said of [address, `http://${address}/`]) {
      const { reader } = await running(driverUi, said)
      const app = await reader.locate(runOf({ runId: ID }), NEVER)
      expect(app).toMatchObject({ foundAt: 'driver', link: `${there.url}/etl/orders/`, unreached: [] })
      expect(await reader.executors(app!, NEVER)).toEqual([])
    }
    for (const { authorization } of there.headers) expect(authorization).toBeUndefined()
  })

  it.each([
    ['a host that is not named', (url: string) => url.replace('http://127.0.0.1', 'localhost')],
    ['a credential before the host', (url: string) => url.replace('http://', 'u:p@')],
    ['what is no address', () => 'not an address'],
  ])('is not asked where the status says %s', async (_what, addressOf) => {
    const there = await gateway('')
    const driverUi = { by: 'ingress', hosts: ['127.0.0.1'], scheme: 'http' }
    const { reader } = await running(driverUi, addressOf(there.url))
    const app = await reader.locate(runOf({ runId: ID }), NEVER)
    expect(app?.foundAt).toBe('cluster')
    expect(app?.unreached).toEqual([expect.stringMatching(/^driver UI: ARR-501/)])
    expect(there.asked).toEqual([])
  })

  it('P10: reads of Spark alone leave, whatever path the status names', async () => {
    const there = await gateway('/jobs/job/kill')
    const address = `${there.url}/jobs/job/kill`
    const { reader } = await running({ by: 'ingress', hosts: ['127.0.0.1'], scheme: 'http' }, address)
    await expect(reader.locate(runOf({ runId: ID }), NEVER)).rejects.toMatchObject({ code: 'ARR-503' })
    expect(there.asked).toEqual([])
  })

  it('leaves the record of Kubernetes where the operator makes none', async () => {
    const { reader } = await running({ by: 'ingress', hosts: ['127.0.0.1'] })
    expect(await reader.locate(runOf({ runId: ID }), NEVER)).toMatchObject({ foundAt: 'cluster', unreached: [] })
  }) // prettier-ignore
})

describe('what is refused at the start', () => {
  const config = (driverUi: unknown): unknown => ({
    kind: 'kubernetes',
    auth: { type: 'token', server: 'https://10.0.0.1' },
    namespaces: [NS],
    driver_ui: driverUi,
  })

  it.each([
    ['a host that an application names', 'https://{app_name}/ui'],
    ['a host that ends in what an application is called', 'https://spark.{app_name}/ui'],
    ['a host of which an application names the beginning of a word', 'https://{app_name}example.com/'],
    ['an address without a place for a name', 'https://spark.example.com/ui'],
    ['a credential in the address', 'https://u:p@spark.example.com/{app_name}'],
    ['another scheme', 'ftp://spark.example.com/{app_name}'],
  ])('%s', (_what, url) => {
    expect(configSchema.safeParse(config({ by: 'address', url })).success).toBe(false)
  })

  it('an ingress without hosts', () => {
    expect(configSchema.safeParse(config({ by: 'ingress' })).success).toBe(false)
    expect(configSchema.safeParse(config({ by: 'ingress', hosts: [] })).success).toBe(false)
  })

  it('and nothing of a name below a host that is written out', () => {
    const url = 'https://{app_name}.{namespace}.spark.example.com:8443/'
    const auth = { type: 'bearer', token: 's3cret' }
    const parsed = platformConfigSchema.parse(config({ by: 'address', url, auth }))
    expect(platformSecrets(parsed)).toContain('s3cret')
    expect(platformOf(parsed, DEPS).reader.capabilities.has('stages')).toBe(true)
  })
})
