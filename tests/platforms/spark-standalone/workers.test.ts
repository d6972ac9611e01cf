// What a real master and its workers told of a supervised driver, of a lost executor and worker, and of one without room.
import { afterEach, describe, expect, it } from 'vitest'
import { runState } from '../../../src/diagnosis/probes/run-state.ts'
import type { PlatformReader, PlatformRun } from '../../../src/ports.ts'
import { NEVER, platformOf, runOf } from '../support.ts'
import { type MomentName, RECORDINGS, type Recorded, type Recording, recorded } from './recorded.ts'

const open: Recorded[] = []
afterEach(async () => void (await Promise.all(open.splice(0).map(({ cluster }) => cluster.close()))))

async function at(
  recording: Recording,
  name: MomentName,
  more: { proxied?: boolean; home?: string; config?: object } = {},
): Promise<Recorded & { reader: PlatformReader }> {
  const one = await recorded(recording, name, more)
  open.push(one)
  return { ...one, reader: platformOf(one.config({ ...more.config })).reader }
}
const lastOf = (recording: Recording, name: MomentName): string =>
  String(recording[name].master.completedapps.at(-1)?.['id'])

describe.each(RECORDINGS)('a standalone cluster of Spark %s', (_line, recording) => {
  const driver = recording['failed once'].master.activedrivers[0]!
  const first = new Map(recording.environment[0]).get('spark.app.id')!

  it('says FINISHED of an application whose supervised driver failed: the run is tried again, and did not succeed', async () => {
    const { reader } = await at(recording, 'failed once')
    const run = await reader.run(runOf({ runId: first }), NEVER)
    expect(run).toMatchObject({ id: first, state: 'retrying', endedAt: null, attempt: 1, maxAttempts: null })
    expect(run?.stateText).toContain(`${String(driver['id'])} is RUNNING`)
  })

  it('is told so by the probe, too', async () => {
    const { reader } = await at(recording, 'failed once')
    const context = { reader, run: runOf({ runId: first }), signal: NEVER, now: new Date() }
    const { outputs } = await runState.run(null, context as unknown as Parameters<typeof runState.run>[1])
    expect(outputs).toMatchObject({ state: 'retrying', will_retry: true, exhausted: false })
  })

  it('relaunches a driver whose worker was lost: RELAUNCHING is tried again, under another id', async () => {
    const { reader } = await at(recording, 'worker lost')
    const next = recording['worker lost'].master.activedrivers[0]!
    const run = await reader.run(runOf({ runId: first }), NEVER)
    expect(run).toMatchObject({ state: 'retrying' })
    expect(run?.stateText).toContain(`${String(next['id'])} is `)
    expect(run?.words.map(({ text }) => text)).toEqual([
      expect.stringMatching(new RegExp(`^Driver ${String(driver['id'])} of Orders on worker-\\S+ is RELAUNCHING: its worker was lost`)),
    ])
    const asDriver = await reader.run(runOf({ runId: String(driver['id']) }), NEVER)
    expect(asDriver).toMatchObject({ id: driver['id'], jobName: 'Orders', state: 'retrying' })
  }) // prettier-ignore

  it.each([
    ['FINISHED', 'succeeded'],
    ['FAILED', 'failed'],
    ['ERROR', 'failed'],
    ['KILLED', 'cancelled'],
  ])('takes the word of a driver that is %s for how the run ended', async (word, state) => {
    const moment = recording['failed once']
    const master = { ...moment.master, activedrivers: [], completeddrivers: [{ ...driver, state: word }] }
    const { reader } = await at({ ...recording, 'failed once': { ...moment, master } }, 'failed once')
    expect(await reader.run(runOf({ runId: first }), NEVER)).toMatchObject({ state })
  })

  it('links a driver that failed to its log, at its worker while that lives', async () => {
    const moment = recording['failed once']
    const look = async (workerState: string): Promise<PlatformRun['words']> => {
      const workers = moment.master.workers.map((one) => ({ ...one, state: workerState }))
      const master = { ...moment.master, workers, activedrivers: [], completeddrivers: [{ ...driver, state: 'FAILED' }] }
      const { reader } = await at({ ...recording, 'failed once': { ...moment, master } }, 'failed once')
      return (await reader.run(runOf({ runId: first }), NEVER))?.words ?? []
    }
    expect(await look('ALIVE')).toEqual([
      {
        text: expect.stringMatching(/ is FAILED\. Its log is on the page of its worker\.$/),
        from: 'the master',
        place: 'platform',
        link: expect.stringMatching(new RegExp(`/direct/worker-[^/]+/logPage/\\?driverId=${String(driver['id'])}&logType=stderr$`)),
      },
    ])
    expect(await look('DEAD')).toEqual([{ text: expect.stringMatching(/ is FAILED\.$/), from: 'the master', place: 'platform' }])
  }) // prettier-ignore

  it('says nothing good of a driver of which nobody tells whether it is supervised', async () => {
    const properties = recording.environment[0].filter(([name]) => name !== 'spark.driver.supervise')
    const { reader } = await at({ ...recording, environment: [properties, recording.environment[1]] }, 'failed once')
    expect(await reader.run(runOf({ runId: first }), NEVER)).toMatchObject({ state: 'unknown' })
  }) // prettier-ignore

  it('lets an application in client mode be what it is, beside other people’s drivers', async () => {
    const properties = [['spark.submit.deployMode', 'client']] as [string, string][]
    const id: [string, string] = ['spark.app.id', first]
    const { reader } = await at({ ...recording, environment: [[...properties, id], [['user.dir', '/home/spark']]] }, 'failed once')
    expect(await reader.run(runOf({ runId: first }), NEVER)).toMatchObject({ state: 'succeeded', words: [] })
  }) // prettier-ignore

  it.each([true, false])('tells why an application waits, and who holds the memory; behind a proxy: %s', async (proxied) => {
    const { reader, cluster } = await at(recording, 'waiting', { proxied })
    const run = await reader.run(runOf({ jobName: 'inventory-snapshot' }), NEVER)
    expect(run?.state).toBe('queued')
    const said = run?.words.map(({ text }) => text) ?? []
    expect(said[0]).toMatch(/^No worker alive has 1400 MB and a core free for one executor: worker-\S+ has 988 of 1500 MB and 1 of 2 cores free; /)
    expect(said[1]).toMatch(new RegExp(`^Executors on worker-\\S+: 1 of Orders \\(${first}\\) with 512 MB\\.$`))
    expect(run?.unreached).toEqual([])
    const ways = cluster.asked.filter((one) => one.includes('/worker-')).map((one) => one.split('/')[1])
    expect(new Set(ways)).toEqual(new Set([proxied ? 'proxy' : 'direct']))
  }) // prettier-ignore

  it('P10: asks workers nothing but /json/, and gives them none of the master’s credentials', async () => {
    const elsewhere = await at(recording, 'waiting', { proxied: false })
    const { reader } = await at(recording, 'waiting', {
      proxied: false,
      home: elsewhere.cluster.url,
      config: { authorization: 'Bearer m4ster' },
    })
    const run = await reader.run(runOf({ jobName: 'inventory-snapshot' }), NEVER)
    expect(run?.words.length).toBeGreaterThan(1)
    expect(elsewhere.cluster.asked).toHaveLength(2)
    for (const asked of elsewhere.cluster.asked) expect(asked).toMatch(/^GET \/direct\/worker-[^/]+\/json\/$/)
    for (const { authorization } of elsewhere.cluster.headers) expect(authorization).toBeUndefined()
  })

  it('asks no worker at a host that is not named, and says so', async () => {
    const { reader } = await at(recording, 'waiting', {
      proxied: false,
      home: 'http://169.254.169.254/latest',
      config: { driver_ui_hosts: ['*.spark.internal'] },
    })
    const run = await reader.run(runOf({ jobName: 'inventory-snapshot' }), NEVER)
    expect(run?.words).toHaveLength(1)
    expect(run?.unreached).toHaveLength(2)
    expect(run?.unreached?.[0]).toMatch(/^worker worker-\S+: ARR-501.*driver_ui_hosts does not name its host/)
  })

  it('counts no application of a driver that did not end well as a success of its job', async () => {
    const { reader } = await at(recording, 'worker lost', { config: { history_url: undefined } })
    const runs = await reader.runs('Orders', 10, NEVER)
    expect(runs.map(({ state }) => state)).toEqual(['unknown', 'unknown'])
    const others = await reader.runs('inventory-snapshot', 10, NEVER)
    expect(others.map(({ state }) => state)).toEqual(['succeeded'])
  })

  it('tells an executor that was lost from one that was told to end', async () => {
    const id = lastOf(recording, 'executor lost')
    const { reader } = await at(recording, 'executor lost')
    const executors = await reader.containers(runOf({ runId: id }), NEVER)
    expect(executors.map(({ state, reason }) => [state, reason])).toEqual(
      expect.arrayContaining([['ended', 'EXITED']]),
    )
    expect(executors[0]).toMatchObject({
      role: 'executor',
      node: '127.0.0.1',
      memoryLimitBytes: 512 * 2 ** 20,
    })
    const before = await reader.containers(runOf({ runId: first }), NEVER)
    expect(before.map(({ state, reason }) => [state, reason])).toEqual([['ended', null]])
  })

  it('tells executors by their workers where the master’s page has none', async () => {
    const moment = recording['failed once']
    const { reader } = await at({ ...recording, 'failed once': { ...moment, pages: {} } }, 'failed once', { proxied: false }) // prettier-ignore
    const executors = await reader.containers(runOf({ runId: first }), NEVER)
    expect(executors).toHaveLength(1)
    expect(executors[0]?.id).toMatch(/^executor 0 on worker-/)
  })

  it('notes a worker that was lost while the application ran', async () => {
    const moment = recording['worker lost']
    const dead = moment.master.workers.find(({ state }) => state === 'DEAD')!
    const running = moment.master.completedapps.map((app) => ({ ...app, duration: 600_000 }))
    const { reader } = await at({ ...recording, 'worker lost': { ...moment, master: { ...moment.master, completedapps: running } } }, 'worker lost')
    const events = await reader.events(runOf({ runId: lastOf(recording, 'worker lost') }), 10, NEVER)
    expect(events).toMatchObject([{ about: dead['id'], reason: 'worker DEAD', warning: true, at: new Date(Number(dead['lastheartbeat'])) }])
    expect(events[0]?.text).toMatch(/is DEAD; it was heard last at 20/)
  }) // prettier-ignore
})
