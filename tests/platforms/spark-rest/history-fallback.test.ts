// A driver that goes while it is read: what it told is asked of the History Server, and nothing else is.
import { afterEach, describe, expect, it } from 'vitest'
import { ArrestorError } from '../../../src/errors.ts'
import type { Place } from '../../../src/platforms/spark-rest/application.ts'
import { type ReadClient, createReadClient } from '../../../src/platforms/spark-rest/client.ts'
import { atDriverOrHistory } from '../../../src/platforms/spark-rest/history.ts'
import { APP } from '../../diagnosis/support.ts'
import { NEVER, type Stage, stage } from '../support.ts'

let server: Stage | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

const fault = (code: 'ARR-501' | 'ARR-502' | 'ARR-503'): ArrestorError =>
  new ArrestorError(code, { platform: 'batch', url: 'http://driver:4040', why: 'gone', path: '/kill' })
const DRIVER = { path: 'at the driver' } as Place

/** Knows the application with a second attempt, or not at all. */
async function history(knows: boolean): Promise<ReadClient> {
  const attempts = ['2', '1'].map((attemptId) => ({
    attemptId,
    startTime: '2026-11-22T14:50:00.000GMT',
    endTime: '2026-11-22T14:55:00.000GMT',
    completed: true,
  }))
  server = await stage(() =>
    knows ? { body: JSON.stringify({ id: APP.id, name: APP.name, attempts }) } : { status: 404 },
  )
  return createReadClient({ platform: 'batch', baseUrl: server.url, timeoutMs: 2000 })
}

/** Fails at the driver with this, and tells where it was asked then. */
const failing =
  (failure: Error) =>
  async (place: Place): Promise<string> => {
    if (place === DRIVER) throw failure
    return await Promise.resolve(place.path)
  }

const both = ['ARR-501', 'ARR-502']

describe('a read of an application whose driver', () => {
  it('answers is asked nowhere else', async () => {
    const at = atDriverOrHistory(await history(true), () => DRIVER, both)
    expect(await at(APP, NEVER, ({ path }) => Promise.resolve(path))).toBe('at the driver')
    expect(server?.asked).toEqual([])
  })

  it.each(['ARR-501', 'ARR-502'] as const)('has gone (%s) is asked of the newest attempt that is kept', async (code) => {
    const at = atDriverOrHistory(await history(true), () => DRIVER, both)
    expect(await at(APP, NEVER, failing(fault(code)))).toBe(`/api/v1/applications/${APP.id}/2`)
  }) // prettier-ignore

  it('is not even to be found any more is asked there, too', async () => {
    const at = atDriverOrHistory(await history(true), () => { throw fault('ARR-501') }, both) // prettier-ignore
    expect(await at(APP, NEVER, ({ path }) => Promise.resolve(path))).toContain(`${APP.id}/2`)
  })
})

describe('the driver’s own failure is told', () => {
  it('where there is no History Server', async () => {
    const at = atDriverOrHistory(null, () => DRIVER, both)
    await expect(at(APP, NEVER, failing(fault('ARR-501')))).rejects.toMatchObject({ code: 'ARR-501' })
  })

  it('where it does not say that the driver has gone', async () => {
    const at = atDriverOrHistory(await history(true), () => DRIVER, ['ARR-501'])
    await expect(at(APP, NEVER, failing(fault('ARR-502')))).rejects.toMatchObject({ code: 'ARR-502' })
    await expect(at(APP, NEVER, failing(new Error('a fault of ours')))).rejects.toThrow('a fault of ours')
    expect(server?.asked).toEqual([])
  })

  it('of an application that no driver was found for', async () => {
    const at = atDriverOrHistory(await history(true), () => DRIVER, both)
    const master = { ...APP, foundAt: 'master' as const }
    await expect(at(master, NEVER, failing(fault('ARR-501')))).rejects.toMatchObject({ code: 'ARR-501' })
    expect(server?.asked).toEqual([])
  })

  it('where the History Server fails as well', async () => {
    const at = atDriverOrHistory(await history(true), () => DRIVER, both)
    const read = (place: Place): Promise<string> => Promise.reject(place === DRIVER ? fault('ARR-501') : new Error('history')) // prettier-ignore
    await expect(at(APP, NEVER, read)).rejects.toMatchObject({ code: 'ARR-501' })
  })
})
