// Evidence before it dies, on the whole way: as the alert comes, before a kill, once, and never in a kill's way.
import { describe, expect, it } from 'vitest'
import { runAction } from '../../src/flow/act.ts'
import type { PlatformReader } from '../../src/ports.ts'
import { JOBS } from '../../src/flow/destinations.ts'
import { enqueue } from '../../src/store/jobs.ts'
import { type World, startWorld, textOf } from '../support/world.ts'
import { broken, card, replies, stateOf, timeline } from './support.ts'

const captures = (world: World) =>
  world.store.db.selectFrom('captures').selectAll().orderBy('at').orderBy('occasion').execute()
const told = (world: World): string[] =>
  replies(world)
    .map(textOf)
    .filter((text) => text.includes('captured'))
const uploads = (world: World): number => world.slack.state().calls?.['files.completeUploadExternal'] ?? 0

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
  await world.press('U0BOB', 'act')
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
