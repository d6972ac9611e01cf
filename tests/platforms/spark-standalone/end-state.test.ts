// How an application ended: the master's word, and what it is worth.
import { afterEach, describe, expect, it } from 'vitest'
import { NEVER, type Reply, type Stage, platformOf, runOf, stage } from '../support.ts'

const APP = 'app-20261122144719-0000'
const open: Stage[] = []

interface World {
  /** The master's word; null where it has forgotten the application. */
  readonly master: string | null
  readonly completed: boolean
  /** Null: it ran none. */
  readonly lastJob: string | null
}

async function stateIn({ master, completed, lastJob }: World): Promise<string | undefined> {
  const served = await stage((_method, url): Reply => {
    const record = { id: APP, name: 'orders-daily', starttime: 1000, state: master, duration: 500 }
    if (url.pathname === '/json/')
      return {
        body: JSON.stringify({
          status: 'ALIVE',
          workers: [],
          activeapps: [],
          completedapps: master === null ? [] : [record],
        }),
      }
    if (url.pathname.endsWith('/jobs'))
      return { body: JSON.stringify(lastJob === null ? [] : [{ jobId: 0, status: lastJob }]) }
    const attempt = {
      startTime: '2026-11-22T14:47:18.616GMT',
      endTime: completed ? '2026-11-22T14:51:04.787GMT' : '1969-12-31T23:59:59.999GMT',
      completed,
    }
    return { body: JSON.stringify({ id: APP, name: 'orders-daily', attempts: [attempt] }) }
  })
  open.push(served)
  const { reader } = platformOf({ master_url: served.url, history_url: `${served.url}/history` })
  return (await reader.locate(runOf({ runId: APP }), NEVER))?.state
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

describe('the state of an application that has ended', () => {
  it.each<[string, World, string]>([
    ['killed, whatever its jobs say', { master: 'KILLED', completed: true, lastJob: 'FAILED' }, 'killed'],
    ['killed, although its event log was never finished', { master: 'KILLED', completed: false, lastJob: 'RUNNING' }, 'killed'],
    ['failed', { master: 'FAILED', completed: true, lastJob: 'FAILED' }, 'failed'],
    ['failed, where the master says FINISHED of a driver that threw', { master: 'FINISHED', completed: true, lastJob: 'FAILED' }, 'failed'],
    ['finished', { master: 'FINISHED', completed: true, lastJob: 'SUCCEEDED' }, 'finished'],
    ['without a job, which a driver that failed at once may be, too: nobody knows', { master: 'FINISHED', completed: true, lastJob: null }, 'unknown'],
    ['forgotten by the master, failed', { master: null, completed: true, lastJob: 'FAILED' }, 'failed'],
    ['forgotten by the master, finished', { master: null, completed: true, lastJob: 'SUCCEEDED' }, 'finished'],
    ['forgotten by the master, its log unfinished: nobody knows', { master: null, completed: false, lastJob: 'RUNNING' }, 'unknown'],
  ])('%s', async (_what, world, state) => {
    expect(await stateIn(world)).toBe(state)
  }) // prettier-ignore
})
