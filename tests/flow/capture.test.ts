// Evidence before it dies, on the whole way: as the alert comes, before a kill, once, and never in a kill's way.
import { describe, expect, it } from 'vitest'
import { runAction } from '../../src/flow/act.ts'
import type { PlatformReader, PlatformWriter } from '../../src/ports.ts'
import { JOBS } from '../../src/flow/destinations.ts'
import { enqueue } from '../../src/store/jobs.ts'
import { type World, alertBody, envelope, startWorld, textOf } from '../support/world.ts'
import { OOM, broken, card, replies, stateOf, timeline } from './support.ts'

const STORM = 50

const captures = (world: World) =>
  world.store.db.selectFrom('captures').selectAll().orderBy('at').orderBy('occasion').execute()
const told = (world: World): string[] =>
  replies(world)
    .map(textOf)
    .filter((text) => text.includes('captured'))
const uploads = (world: World): number => world.slack.state().calls?.['files.completeUploadExternal'] ?? 0

/** Captures whose files came along; charts are files as well. */
const withFiles = (world: World): number =>
  replies(world).filter(({ files }) => files?.some(({ name }) => name.endsWith('overview.txt'))).length

/** From now on Spark tells nobody anything of executors and threads, one of them by never answering. */
function blind(world: World): void {
  const readers = world.service.deps.readers as Map<string, PlatformReader>
  for (const [name, reader] of readers)
    readers.set(name, {
      ...reader,
      executors: () => Promise.reject(new Error('executors are out of reach')),
      threads: () => new Promise(() => {}),
    })
}

async function killed(world: World, appId: string): Promise<void> {
  await world.press('U0BOB', 'act', { ts: world.cards()[0]!.ts })
  await world.until(() => card(world).includes('done and verified'), 'the kill', 500)
  expect(stateOf(world, appId)).toBe('KILLED')
}

describe('evidence before it dies', { timeout: 120_000 }, () => {
  it('is captured as the alert comes and again before a kill, told with its best lines, and read by the API', async () => {
    const world = await startWorld()
    const { appId } = await broken(world)
    await world.until(() => told(world).length === 1, 'the capture', 200)
    expect(told(world)[0]).toContain('executors')
    expect(told(world)[0]).toContain('threads of the driver')
    expect(told(world)[0]).toMatch(/executor \d+: Command exited with code 52/)
    await killed(world, appId)
    await world.until(() => told(world).length === 2, 'the second capture', 200)
    expect(told(world)[1]).toContain('before spark.kill-application')
    const files = JSON.stringify(replies(world))
    for (const name of ['overview.txt', 'threads.txt', 'before-overview.txt']) expect(files).toContain(name)

    const answer = await fetch(`${world.service.http.url}/api/v1/incidents/1/evidence`, {
      headers: { authorization: 'Bearer sandbox' },
    })
    const { captures: read } = (await answer.json()) as {
      captures: { occasion: string; files: { name: string; text: string }[] }[]
    }
    expect(read.map(({ occasion }) => occasion.split('/')[0])).toEqual(['diagnosis', 'action'])
    expect(read[1]?.files.find(({ name }) => name === 'threads.txt')?.text).toContain('"main"')

    // Its job once more: neither a second kill nor a second capture.
    const [run] = await world.store.db.selectFrom('action_runs').select('id').execute()
    await world.store.transaction((tx) => enqueue(tx, JOBS.act, { actionRunId: run?.id }))
    await runAction(world.service.deps, run!.id)
    await world.clock.advance(3_000)
    expect(await captures(world)).toHaveLength(2)
    expect(told(world)).toHaveLength(2)
    const kinds = (await timeline(world)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'action_started')).toHaveLength(1)
    expect(kinds.indexOf('evidence_captured', kinds.indexOf('action_started'))).toBeLessThan(kinds.indexOf('action_ended'))
  }) // prettier-ignore

  it('P7: that cannot be had holds up no kill, and is said', async () => {
    const world = await startWorld()
    const { appId } = await broken(world)
    await world.until(() => told(world).length === 1, 'the capture', 200)
    blind(world)
    await killed(world, appId)
    await world.until(() => told(world).length === 2, 'what could not be captured', 200)
    expect(told(world)[1]).toContain('executors are out of reach')
    expect(told(world)[1]).toContain('there was no time left')
  })

  it('P14: of a storm costs a bounded number of uploads; a kill’s come along even then', async () => {
    const world = await startWorld()
    const { appId } = await broken(world)
    await world.until(() => withFiles(world) === 1, 'the first capture', 200)
    const alerts = Array.from({ length: STORM }, (_, at) => {
      const name = `orders-${'abcdefghij'[Math.floor(at / 10)]}${'abcdefghij'[at % 10]}`
      return (alertBody({ ...OOM, job_name: name, app_id: appId })['alerts'] as unknown[])[0]
    })
    await world.send(envelope(alerts))
    await world.until(() => told(world).length === 1 + STORM, 'all captures', 2_000)
    expect(world.cards()).toHaveLength(1 + STORM)
    // Six at once and six more in each minute, of which less than one goes by here.
    const uploaded = withFiles(world)
    expect(uploaded).toBeGreaterThanOrEqual(6)
    expect(uploaded).toBeLessThanOrEqual(12)
    // One step for each file and one to show them; the pictures have their own pace.
    const files = replies(world).flatMap(({ files: of }) => of ?? []).length
    expect(files).toBeLessThanOrEqual(12 * 4)
    const kept = JSON.stringify(replies(world)).match(/Many incidents opened at once\. All of it is kept/g)
    expect(kept).toHaveLength(1 + STORM - uploaded)
    expect(await captures(world)).toHaveLength(1 + STORM)
    await killed(world, appId)
    await world.until(() => withFiles(world) > uploaded, 'the capture before the kill', 200)
    // After a minute there is room again.
    const before = withFiles(world)
    await world.clock.advance(60_000)
    await world.send(alertBody({ ...OOM, job_name: 'orders-later', app_id: appId }))
    await world.until(() => withFiles(world) > before, 'a later capture', 200)
  })

  it('P7: before a kill and the kill itself are not repeated by a process that is killed between them', async () => {
    const world = await startWorld()
    const { appId } = await broken(world)
    await world.until(() => told(world).length === 1, 'the capture', 200)
    // The write hangs as the process dies: what was captured is committed, whether Spark heard of the kill nobody knows.
    const writers = world.service.deps.writers as Map<string, PlatformWriter>
    const [reached, died] = [Promise.withResolvers<void>(), Promise.withResolvers<never>()]
    for (const [name, writer] of writers)
      writers.set(name, { ...writer, kill: () => (reached.resolve(), died.promise) })
    const { embedded } = world.store
    const dump = embedded!.dump.bind(embedded)
    Object.assign(embedded!, {
      async dump() {
        const held = await dump()
        died.reject(new Error('the process is gone'))
        return held
      },
    })
    void world.press('U0BOB', 'act')
    await reached.promise
    await expect.poll(() => told(world).length, { timeout: 20_000 }).toBe(2)
    await world.restart({ kill: true })
    await world.clock.advance(120_000)
    expect(await captures(world)).toHaveLength(2)
    expect(told(world)).toHaveLength(2)
    expect(stateOf(world, appId)).toBe('RUNNING')
    const [run] = await world.store.db.selectFrom('action_runs').select(['state', 'verified']).execute()
    expect(run?.state).toBe('unknown')
  })

  it('is kept, and told where, when Slack takes no files', async () => {
    const world = await startWorld({
      before: ({ slack }) =>
        void slack.faults.add({ kind: 'server_error', match: 'files.getUploadURLExternal', count: 0 }),
    })
    await broken(world)
    await world.until(() => told(world).length === 1, 'the capture', 200)
    expect(told(world)[0]).toContain('/api/v1/incidents/1/evidence')
    expect(uploads(world)).toBe(0)
    expect(await captures(world)).toHaveLength(1)
  })
})
