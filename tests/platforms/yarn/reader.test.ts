// The YARN reader over what a real ResourceManager answered: states, attempts, reasons, queues, several managers.
import { afterEach, describe, expect, it } from 'vitest'
import { strongest } from '../../../src/diagnosis/failures/read.ts'
import type { Platform } from '../../../src/platforms/platform.ts'
import { NEVER, type Reply, deadUrl, platformOf, runOf } from '../support.ts'
import { IDS, closeAll, healthy, noActive, notFound, recording, serve, standby } from './server.ts'

afterEach(closeAll)

async function yarn(config: Record<string, unknown> = {}): Promise<Platform> {
  const { url } = await serve(healthy)
  return platformOf({ kind: 'yarn', rm_urls: [url], ...config })
}

describe('a run, as YARN tells it', () => {
  it('waits: the diagnostics say for what', async () => {
    const { reader } = await yarn()
    const run = await reader.run(runOf({ runId: IDS.waiting }), NEVER)
    expect(run).toMatchObject({
      id: IDS.waiting,
      jobName: 'waits-nightly',
      state: 'queued',
      stateText: 'ACCEPTED',
      attempt: 1,
      maxAttempts: 2,
      submittedAt: new Date(1795372853958),
      startedAt: null,
      endedAt: null,
      queue: 'root.small',
      user: 'root',
    })
    expect(run?.words).toEqual([
      {
        text: expect.stringContaining('waiting for resources to be assigned for AM'),
        from: `diagnostics of ${IDS.waiting}`,
        place: 'platform',
      },
    ])
    expect(strongest(run?.words ?? [])).toMatchObject({ mode: { id: 'F32' }, certainty: 'medium' })
    expect(run?.link).toMatch(new RegExp(`^http://127.0.0.1:\\d+/cluster/app/${IDS.waiting}$`))
  })

  it('is retried while it lives after a failed attempt, and tells why that one failed', async () => {
    const { reader } = await yarn()
    const run = await reader.run(runOf({ jobName: 'crash-hourly' }), NEVER)
    expect(run).toMatchObject({ state: 'retrying', stateText: 'ACCEPTED', attempt: 1, maxAttempts: 2 })
    expect(run?.words.at(-1)).toMatchObject({ from: 'diagnostics of attempt 1', place: 'container' })
    expect(run?.words.at(-1)?.text).toContain('exited with  exitCode: 1')
  })

  it('failed although YARN calls it FINISHED, in the driver’s own words', async () => {
    const { reader } = await yarn()
    const run = await reader.run(runOf({ runId: IDS.failed }), NEVER)
    expect(run).toMatchObject({
      state: 'failed',
      stateText: 'FINISHED, final status FAILED',
      attempt: 2,
      maxAttempts: 2,
      endedAt: new Date(1795372907095),
    })
    expect(run?.words[0]).toMatchObject({ text: 'User application exited with status 1', place: 'driver' })
  })

  it('was cancelled by whom the words name', async () => {
    const { reader } = await yarn()
    const run = await reader.run(runOf({ runId: IDS.killed }), NEVER)
    expect(run).toMatchObject({ state: 'cancelled', stateText: 'KILLED', attempt: 1, maxAttempts: 1 })
    expect(run?.words[0]?.text).toContain('was killed by user dr.who')
  })

  it('is told without its attempts where these cannot be had', async () => {
    const { url } = await serve((method, asked) =>
      asked.pathname.endsWith('/appattempts') || asked.pathname === '/conf'
        ? { status: 500 }
        : healthy(method, asked),
    )
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url] })
    const run = await reader.run(runOf({ runId: IDS.crash }), NEVER)
    expect(run).toMatchObject({ state: 'queued', attempt: null, maxAttempts: null })
  })

  it('is nothing where the id is not YARN’s, or of nobody, and no namesake takes its place', async () => {
    const { reader } = await yarn()
    for (const runId of ['app-20200101000000-9999', 'application_1_0009', 'application_1_0009999999999'])
      expect(await reader.run(runOf({ runId, jobName: 'crash-hourly' }), NEVER)).toBeNull()
    expect(await reader.run(runOf({ runId: 'application_..%2f_0001' }), NEVER)).toBeNull()
    expect(await reader.run(runOf({}), NEVER)).toBeNull()
  })
})

describe('runs of a job', () => {
  it('come newest first, by normalised name, and no more than asked for', async () => {
    const apps = JSON.parse(recording('apps.json')) as { apps: { app: Record<string, unknown>[] } }
    const [first] = apps.apps.app
    const app = [1, 3, 2].map((day) => ({
      ...first,
      id: `application_1795372654672_000${day}`,
      name: `orders-daily-2026-11-0${day}`,
      startedTime: day * 1000,
    }))
    const { url, asked } = await serve(() => ({ body: JSON.stringify({ apps: { app } }) }))
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url] })
    const runs = await reader.runs('orders-daily', 2, NEVER)
    expect(runs.map(({ id }) => id.slice(-1))).toEqual(['3', '2'])
    expect(asked[0]).toContain('applicationTypes=SPARK')
  })

  it('are none where YARN has none: {} and null are empty lists', async () => {
    for (const body of ['{"apps":{}}', '{"apps":null}']) {
      const { url } = await serve(() => ({ body }))
      expect(await platformOf({ kind: 'yarn', rm_urls: [url] }).reader.runs('x', 5, NEVER)).toEqual([])
    }
  })

  it('are looked for in the configured queue alone', async () => {
    const { reader } = await yarn({ queue: 'small' })
    expect(await reader.runs('waits-nightly', 5, NEVER)).toHaveLength(1)
    expect(await reader.runs('refunds-hourly', 5, NEVER)).toEqual([])
  })
})

describe('the record of the ResourceManager, where there is neither proxy nor history', () => {
  it('is what there is, with YARN’s state, and has no details', async () => {
    const { reader } = await yarn()
    const app = await reader.locate(runOf({ jobName: 'refunds-hourly' }), NEVER)
    expect(app).toMatchObject({
      id: IDS.failed,
      state: 'failed',
      foundAt: 'resource-manager',
      apiUrl: null,
      unreached: [],
    })
    await expect(reader.executors(app!, NEVER)).rejects.toThrow(/ARR-501.*only the ResourceManager remembers/)
  })

  it('P13: then details are not offered at all', async () => {
    const none = (await yarn({ proxy: 'none', node_logs: false })).reader.capabilities
    expect([...none]).toEqual(['application', 'cluster', 'run', 'runs'])
    expect((await yarn()).reader.capabilities.has('log')).toBe(true)
  })
})

describe('the log of a run', () => {
  it('is stderr and, last, what the program printed: there the cause is', async () => {
    const { url } = await serve(healthy)
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url], job_history_url: url })
    const log = await reader.log(runOf({ runId: IDS.failed }), 100_000, NEVER)
    expect(log?.text).toMatch(/^26\/11\/22 .*\[TABLE_OR_VIEW_NOT_FOUND\][^\n]*$/s)
    expect(log).toMatchObject({ whose: 'driver', cut: false })
    expect(log?.from).toContain('attempt 2')
  })

  it('is asked for again while it is on its way to where it is kept', async () => {
    const asked: string[] = []
    const { url } = await serve((method, at) => {
      if (!at.pathname.includes('/containerlogs/')) return healthy(method, at)
      asked.push(at.pathname)
      return asked.length <= 2 ? { status: 500, type: 'text/plain', body: '' } : healthy(method, at)
    })
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url], job_history_url: url, node_logs: false })
    const log = await reader.log(runOf({ runId: IDS.failed }), 100_000, NEVER)
    expect(log?.text).toContain('[TABLE_OR_VIEW_NOT_FOUND]')
    expect(asked).toHaveLength(4)
  })

  it('is asked for by its end, and kept within the bytes', async () => {
    const { url, asked } = await serve(healthy)
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url], job_history_url: url, node_logs: false })
    const log = await reader.log(runOf({ runId: IDS.failed }), 200, NEVER)
    expect(Buffer.byteLength(log?.text ?? '')).toBeLessThanOrEqual(200)
    expect(log?.cut).toBe(true)
    expect(asked.filter((one) => one.includes('size=-200'))).toHaveLength(2)
  })

  it('is null before there is a container', async () => {
    const { reader } = await yarn()
    expect(await reader.log(runOf({ runId: IDS.waiting }), 1000, NEVER)).toBeNull()
  })

  it('is an honest failure where the node sends us elsewhere', async () => {
    const node = await serve(() => ({ status: 307, location: 'http://elsewhere.example/ws/v1/history' }))
    const { url } = await serve((method, asked) => {
      const reply = healthy(method, asked)
      return reply === 'destroy'
        ? reply
        : { ...reply, body: (reply.body ?? '').replaceAll('localhost:28042', new URL(node.url).host) }
    })
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url], authorization: 'Bearer s3cret' })
    await expect(reader.log(runOf({ runId: IDS.failed }), 1000, NEVER)).rejects.toThrow(
      /ARR-502.*elsewhere\.example/,
    )
    expect(node.headers.every((headers) => headers.authorization === undefined)).toBe(true)
  })
})

describe('the cluster', () => {
  it('names nodes in the words of every platform, and an unhealthy one with its report', async () => {
    const nodes = JSON.parse(recording('nodes.json')) as { nodes: { node: Record<string, unknown>[] } }
    nodes.nodes.node.push({
      ...nodes.nodes.node[0],
      id: 'worker-2:8041',
      nodeHostName: 'worker-2',
      state: 'UNHEALTHY',
      healthReport: '1/1 local-dirs have errors: [ /data : No space left on device ] ',
    })
    const { url } = await serve((method, asked) =>
      asked.pathname.endsWith('/nodes') ? { body: JSON.stringify(nodes) } : healthy(method, asked),
    )
    const cluster = await platformOf({ kind: 'yarn', rm_urls: [url] }).reader.cluster(NEVER)
    expect(cluster).toMatchObject({ status: 'ALIVE', aliveWorkers: 1 })
    expect(cluster.workers).toEqual([
      { id: 'localhost:28041', host: 'localhost', state: 'ALIVE', cores: 8, memoryMb: 3072 },
      {
        id: 'worker-2:8041',
        host: 'worker-2',
        state: 'UNHEALTHY (1/1 local-dirs have errors: [ /data : No space left on device ])',
        cores: 8,
        memoryMb: 3072,
      },
    ])
  })

  it('counts what waits, in the configured queue alone where there is one', async () => {
    const { url } = await serve((method, asked) =>
      asked.pathname.endsWith('/metrics')
        ? { body: recording('metrics.json').replace('"appsPending": 1', '"appsPending": 7') }
        : asked.pathname.endsWith('/scheduler')
          ? {
              body: recording('scheduler.json').replace(
                /("queueName": "small".*?"numPendingApplications": )0/s,
                '$13',
              ),
            }
          : healthy(method, asked),
    )
    const waiting = async (config: Record<string, unknown>): Promise<number> => {
      const { reader } = platformOf({ kind: 'yarn', rm_urls: [url], ...config })
      return (await reader.cluster(NEVER)).waitingApplications
    }
    expect(await waiting({})).toBe(7)
    expect(await waiting({ queue: 'small' })).toBe(3)
    expect(await waiting({ queue: 'root.small' })).toBe(3)
    expect(await waiting({ queue: 'no-such-queue' })).toBe(7)
  })

  it('says in one sentence what doctor wants to know', async () => {
    const said = await (await yarn()).reader.check(NEVER)
    expect(said).toMatch(
      /^YARN ResourceManager http:\/\/127\.0\.0\.1:\d+ \(Hadoop 3\.4\.2\) is ACTIVE: 1 of 1 nodes active, .* MB free; no History Server is configured\.$/,
    )
  })
})

describe('doctor asks the JobHistoryServer that is configured', () => {
  const HTML = { type: 'text/html', body: '<html>History Server</html>' }

  it('and says what it runs', async () => {
    const { url, asked } = await serve(healthy)
    const said = await (await yarn({ job_history_url: url, user_name: 'bot' })).reader.check(NEVER)
    expect(said).toContain(`; the JobHistoryServer ${url} runs Hadoop 3.4.2.`)
    expect(asked).toEqual(['GET /ws/v1/history/info?user.name=bot'])
  })

  it.each<[string, Reply, RegExp]>([
    [
      'the start page of Spark’s own',
      HTML,
      /^ARR-502: .*text\/html in place of JSON; job_history_url is .*19888/,
    ],
    ['JSON of another', { body: recording('info.json') }, /^ARR-502: .*historyInfo.*; job_history_url is /],
    ['another’s 404', notFound('info'), /^ARR-502: .*it answers 404; job_history_url is /],
    ['5xx', { ...HTML, status: 503 }, /^ARR-501: .*it answers 503; job_history_url is /],
    ['a refusal', { ...HTML, status: 401, asks: 'Negotiate' }, /^ARR-506: .*it answers 401 .*Kerberos/],
    ['a login page', { status: 302, location: '/login' }, /^ARR-502: .*login page/],
  ])('which fails by %s, with the mend', async (_what, reply, says) => {
    const { url } = await serve(() => reply)
    const check = (await yarn({ job_history_url: url })).reader.check(NEVER)
    await expect(check).rejects.toThrow(says)
    await expect(check).rejects.toThrow(url)
    // What to do about it, on a line of its own.
    await expect(check).rejects.toThrow(/\n {2}[A-Z].*\.$/)
  })

  it('which fails where nobody listens', async () => {
    const gone = await deadUrl()
    const check = (await yarn({ job_history_url: gone })).reader.check(NEVER)
    await expect(check).rejects.toThrow(/ARR-501: .*ECONNREFUSED.*; job_history_url is /)
  })
})

describe('several ResourceManagers', () => {
  it('the active one is asked, wherever it stands in the list, and then first', async () => {
    const active = await serve(healthy)
    const other = await serve(standby(active.url))
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [other.url, active.url] })
    expect((await reader.cluster(NEVER)).status).toBe('ALIVE')
    const before = other.asked.length
    expect(await reader.run(runOf({ runId: IDS.failed }), NEVER)).toMatchObject({ state: 'failed' })
    expect(other.asked.length).toBe(before)
    expect(await reader.check(NEVER)).toMatch(/is STANDBY, YARN ResourceManager .* is ACTIVE: 1 of 1 nodes/)
  })

  it('a dead one is passed over', async () => {
    const active = await serve(healthy)
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [await deadUrl(), active.url] })
    expect(await reader.run(runOf({ runId: IDS.failed }), NEVER)).toMatchObject({ state: 'failed' })
  })

  it('P10: a standby is not followed to an address that is not configured', async () => {
    const stranger = await serve(healthy)
    const { url } = await serve(standby(stranger.url))
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [url], authorization: 'Bearer s3cret' })
    await expect(reader.run(runOf({ runId: IDS.failed }), NEVER)).rejects.toMatchObject({ code: 'ARR-502' })
    expect(stranger.asked).toEqual([])
  })

  it('none that is active is a failure, not an absence', async () => {
    const [a, b] = [await serve(noActive), await serve(noActive)]
    const { reader } = platformOf({ kind: 'yarn', rm_urls: [a.url, b.url] })
    await expect(reader.cluster(NEVER)).rejects.toThrow(/ARR-502.*redirects to nowhere/)
    await expect(reader.locate(runOf({ runId: IDS.failed }), NEVER)).rejects.toMatchObject({
      code: 'ARR-502',
    })
  })
})

describe('who we are', () => {
  it('is said to the servers of the configuration', async () => {
    const { url, asked, headers } = await serve(healthy)
    const { reader } = platformOf({
      kind: 'yarn',
      rm_urls: [url],
      user_name: 'arrestor',
      authorization: 'Basic abc',
      delegation_token: 't0ken',
    })
    await reader.run(runOf({ runId: IDS.waiting }), NEVER)
    expect(asked.every((one) => one.includes('user.name=arrestor'))).toBe(true)
    expect(headers.every((one) => one['x-hadoop-delegation-token'] === 't0ken')).toBe(true)
    expect(headers.every((one) => one.authorization === 'Basic abc')).toBe(true)
  })
})
