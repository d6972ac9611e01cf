// P10: a read client cannot be talked into a path that makes Spark do something.
import { describe, expect, it } from 'vitest'
import { isPathWord, mayFollow, readUrl } from '../../../src/platforms/spark-rest/allow-list.ts'

const BASE = new URL('http://spark:4040')

describe('P10: reads are named', () => {
  it.each([
    '/api/v1/version',
    '/api/v1/applications',
    '/api/v1/applications/app-20261122144719-0000/stages/0/0/taskList',
    '/api/v1/applications/application_1700000000000_0001/1/allexecutors',
    '/json',
    '/json/',
    '/json/activeapps',
    '/app/',
    '/metrics/json/',
    '/ws/v1/cluster/info',
    '/ws/v1/cluster/metrics',
    '/ws/v1/cluster/nodes',
    '/ws/v1/cluster/scheduler',
    '/ws/v1/cluster/apps',
    '/ws/v1/cluster/apps/application_1795372654672_0001',
    '/ws/v1/cluster/apps/application_1795372654672_0001/appattempts',
    '/ws/v1/cluster/apps/application_1795372654672_0001/appattempts/appattempt_1795372654672_0001_000001',
    '/ws/v1/node/containerlogs/container_e17_1795372654672_0001_01_000001/stderr',
    '/ws/v1/history/containerlogs/container_1795372654672_0001_01_000001/stdout',
    '/ws/v1/history/info',
    '/conf',
    '/batches',
    '/batches/17',
    '/batches/17/log',
    '/sessions/3/log',
  ])('reads %s', (path) => {
    expect(readUrl(BASE, path).pathname).toBe(path)
  })

  it.each([
    // What acts.
    '/metrics/json',
    '/metrics/',
    '/metrics/json/kill/',
    '/jobs/job/kill/',
    '/jobs/job/kill/?id=0',
    '/stages/stage/kill/',
    '/app/kill/',
    '/app/kill',
    '/app/hold',
    '/app/resume',
    '/driver/kill/',
    '/workers/kill',
    '/v1/submissions/kill/driver-1',
    // The same, dressed up.
    '/api/v1/../../jobs/job/kill/',
    '/api/v1/%2e%2e/%2e%2e/jobs/job/kill/',
    '/api/v1/..%2f..%2fjobs/job/kill/',
    '/api/v1/..;/..;/jobs/job/kill/',
    '/api/v1/./version',
    '/api/v1//version',
    '//jobs/job/kill/',
    '/api/v1/jobs/job/kill',
    '/api/v1/jobs/job/KILL',
    '/api/v1/%6bill',
    '/api/v1/%256bill',
    '/api/v1\\..\\jobs\\job\\kill',
    '/json/../app/kill/',
    '/json/kill',
    '/json//app/kill',
    '/app/../app/kill/',
    '/api/v1/version\r\nGET /jobs/job/kill/',
    '/api/v1/version\u0000',
    '/api/v1/version#/../kill',
    'http://elsewhere/api/v1/version',
    '@elsewhere/api/v1/version',
    '/ws/v1/cluster/apps/application_1_0001/jobs/job/kill/',
    '/ws/v1/cluster/apps/application_1_0001/../../../../jobs/job/kill/',
    '/proxy/application_1_0001/jobs/job/kill/',
    '/proxy/application_1_0001/api/v1/version',
    '/batches/kill',
    '/batches/17/log/kill',
    // Pages that are nobody's business.
    '/ws/v1/cluster/apps/application_1_0001/state',
    '/ws/v1/cluster/delegation-token',
    '/ws/v1/cluster/scheduler-conf',
    '/ws/v1/node/containerlogs/container_1_0001_01_000001/launch_container.sh',
    '/ws/v1/history/mapreduce/jobs',
    '/ws/v1/node/containerlogs/container_1_0001_01_000001/../../info',
    '/conf/',
    '/logLevel',
    '/jmx',
    '/sessions/3/statements',
    '/batches/-1',
    '/',
    '',
    '/jobs/',
    '/environment/',
    '/api/v2/version',
    '/api/v1/',
  ])('refuses %j', (path) => {
    expect(() => readUrl(BASE, path)).toThrow(/^ARR-503/)
  })

  it('keeps the path of the base as a prefix, and refuses one that acts', () => {
    expect(readUrl(new URL('http://gateway/spark/'), '/api/v1/version').href).toBe(
      'http://gateway/spark/api/v1/version',
    )
    expect(() => readUrl(new URL('http://gateway/jobs/job/kill/'), '/api/v1/version')).toThrow(/^ARR-503/)
  })

  it('takes no host and no path from a query', () => {
    const url = readUrl(BASE, '/api/v1/applications', { limit: '1&x=/jobs/job/kill/', 'a b': '#?/' })
    expect(url.pathname).toBe('/api/v1/applications')
    expect(url.origin).toBe('http://spark:4040')
    expect([...url.searchParams.keys()]).toEqual(['limit', 'a b'])
  })
})

describe('P10: redirects', () => {
  it.each(['http://spark:4040/json/', 'http://spark:4040/api/v1/applications/x'])('follows %s', (target) => {
    expect(mayFollow(BASE, new URL(target))).toBe(true)
  })

  it.each([
    'http://spark:4040/jobs/',
    'http://spark:4040/jobs/job/kill/?id=0',
    'http://spark:4040/api/v1/../../jobs/job/kill/',
    'http://spark:4041/api/v1/version',
    'https://spark:4040/api/v1/version',
    'http://other:4040/api/v1/version',
  ])('does not follow %s', (target) => {
    expect(mayFollow(BASE, new URL(target))).toBe(false)
  })
})

describe('ids from outside', () => {
  it.each(['app-20261122144719-0000', 'spark-3f2a', 'local-1700000000000'])('takes %s', (id) => {
    expect(isPathWord(id)).toBe(true)
  })

  it.each(['', '..', '.', 'a/b', 'a%2fb', 'kill', 'Kill', 'a b', 'a?b', 'é', 'a'.repeat(201)])(
    'refuses %j',
    (id) => {
      expect(isPathWord(id)).toBe(false)
    },
  )
})
