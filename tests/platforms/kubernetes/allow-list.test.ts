// P10: a read client of an API server reaches seven resources of its namespaces, and of a driver's UI its reads alone.
import { describe, expect, it } from 'vitest'
import { isKubernetesRead, isLabelValue, isName } from '../../../src/platforms/kubernetes/allow-list.ts'
import { readUrl } from '../../../src/platforms/spark-rest/allow-list.ts'

const IN = '/api/v1/namespaces/etl'
const UI = `${IN}/pods/orders-driver:4040/proxy`
const APP = `${UI}/api/v1/applications/spark-3f1a`

describe('may be read', () => {
  it.each([
    '/version',
    `${IN}/pods`,
    `${IN}/pods/orders-driver`,
    `${IN}/pods/orders-driver/log`,
    `${IN}/events`,
    `${IN}/resourcequotas`,
    '/apis/sparkoperator.k8s.io/v1beta2/namespaces/etl/sparkapplications',
    '/apis/sparkoperator.k8s.io/v1beta2/namespaces/etl/sparkapplications/orders.daily',
    '/apis/spark.apache.org/v1/namespaces/etl/sparkapplications/orders',
    APP,
    `${APP}/stages/0/0/taskList`,
    `${APP}/executors/driver/threads`,
    `${UI}/metrics/json/`,
    // A name is a name: a pod may be called anything.
    `${IN}/pods/kill`,
  ])('%s', (path) => expect(isKubernetesRead(path)).toBe(true))
})

describe('P10: may not be read', () => {
  it.each([
    // What answers to GET and acts, or tells secrets.
    `${IN}/pods/orders-driver/exec`,
    `${IN}/pods/orders-driver/attach`,
    `${IN}/pods/orders-driver/portforward`,
    `${IN}/pods/orders-driver/eviction`,
    `${IN}/secrets`,
    `${IN}/configmaps/a`,
    `${IN}/serviceaccounts/default/token`,
    '/api/v1/namespaces',
    '/api/v1/pods',
    '/api/v1/nodes/node-a/proxy/run/etl/orders-driver/x',
    `${IN}/services/orders:4040/proxy/api/v1/applications`,
    '/apis/sparkoperator.k8s.io/v1beta2/namespaces/etl/sparkapplications/orders/status',
    '/apis/sparkoperator.k8s.io/v1beta2/sparkapplications',
    '/apis/apps/v1/namespaces/etl/deployments',
    // A driver's UI kills by GET.
    `${UI}/jobs/job/kill/?id=0`,
    `${UI}/jobs/job/kill/`,
    `${UI}/stages/stage/kill/`,
    `${UI}/api/v1/applications/spark-3f1a/../../../jobs/job/kill/`,
    `${UI}/`,
    `${UI}/jobs/`,
    UI,
    `${IN}/pods/orders-driver/proxy/api/v1/applications`,
    `${IN}/pods/http:orders-driver:4040/proxy/api/v1/applications`,
    `${IN}/pods/orders-driver:4040/proxy/json/`,
    // The master's or a ResourceManager's reads are not a driver's.
    `${UI}/ws/v1/cluster/apps`,
    `${UI}/app/`,
    `${UI}/metrics/`,
    `${UI}/metrics/json/../../jobs/job/kill/`,
  ])('%s', (path) => expect(isKubernetesRead(path)).toBe(false))

  it.each([
    `${IN}/pods/orders-driver%2fexec`,
    `${IN}/pods/%2e%2e/%2e%2e/secrets`,
    `${IN}/pods/../secrets`,
    `${IN}/pods/..`,
    `${IN}/pods/a..b`,
    `${IN}/pods/.`,
    `${IN}/pods;/secrets`,
    `${IN}/pods/orders-driver;/exec`,
    `${IN}/pods/orders-driver/log;x`,
    `${IN}//pods`,
    `${IN}/pods/`,
    `${IN}/pods/orders-driver/log/`,
    `${IN}/pods\\secrets`,
    `${IN}/pods?x`,
    `${IN}/pods#x`,
    `${IN}/pods/orders\u0000`,
    `${IN}/pods/Orders`,
    '/api/v1/namespaces/../namespaces/etl/secrets',
    '/api/v1/namespaces/%65tl/pods',
    `${UI}/api/v1/applications/%2e%2e/%2e%2e/jobs/job/kill`,
    `${UI}/api/v1/applications/..%2f..%2fjobs%2fjob%2fkill`,
    `${UI}/api/v1/applications/a;/kill`,
    `${UI}/api/v1//applications`,
    `${UI}/api/v1/applications/a/./kill`,
    `${UI}%2fapi/v1/applications`,
    `${IN}/pods/orders-driver:4040%2fproxy/api/v1/applications`,
    `${IN}/pods/orders-driver:99999999/proxy/api/v1/applications`,
    `/x${IN}/pods`,
    ` ${IN}/pods`,
    `${IN}/pods\n`,
  ])('in another spelling: %s', (path) => {
    expect(isKubernetesRead(path)).toBe(false)
    expect(() => readUrl(new URL('https://k8s:6443'), path, {}, isKubernetesRead)).toThrow(
      /ARR-503|can change/,
    )
  })

  it('and a list of its own does not open Spark’s, nor the other way round', () => {
    const base = new URL('https://k8s:6443/k8s/clusters/c-m-1')
    expect(readUrl(base, `${IN}/pods`, { limit: '1' }, isKubernetesRead).href).toBe(
      'https://k8s:6443/k8s/clusters/c-m-1/api/v1/namespaces/etl/pods?limit=1',
    )
    expect(() => readUrl(base, '/json/', {}, isKubernetesRead)).toThrow()
    expect(() => readUrl(base, `${UI}/api/v1/applications`)).toThrow()
  })
})

it('names and values of labels are told from what is none', () => {
  for (const name of ['a', 'orders-daily', 'orders.daily-0', '0a']) expect(isName(name), name).toBe(true)
  for (const name of ['', 'A', 'a_b', '-a', 'a-', 'a/b', '..', 'a..b', 'a'.repeat(254)])
    expect(isName(name), name).toBe(false)
  for (const value of ['spark-3f1a', 'app-20261122-0001', 'A.b_c'])
    expect(isLabelValue(value), value).toBe(true)
  for (const value of ['', 'a,b', 'a=b', 'a b', '-a', 'a/b', 'a'.repeat(64)])
    expect(isLabelValue(value), value).toBe(false)
})
