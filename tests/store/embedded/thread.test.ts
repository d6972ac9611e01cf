// The database's thread: what it cannot do is one short reason, and when it ends everybody who waits hears of it.
import { expect, test } from 'vitest'
import { startThread } from '../../../src/store/embedded/thread.ts'
import { asStoreError } from '../../../src/store/pool.ts'
import { preparedCluster } from '../../support/stores.ts'

test('a thread that ends refuses what waits and what comes, as a lost database', async () => {
  const thread = await startThread({ dataDir: null, prepared: await preparedCluster() })
  const waiting = thread.ask({ kind: 'dump' })
  const refused = expect(waiting).rejects.toThrow("the database's thread ended with code 1")
  await thread.terminate()
  await refused
  expect(await thread.ended).toBe("the database's thread ended with code 1")
  const later = await thread.ask({ kind: 'fsyncs' }).catch((error: unknown) => error)
  expect(asStoreError(later)).toMatchObject({ code: 'ARR-201' })
})

test('a cluster that is no cluster is refused with one line', async () => {
  const error = await startThread({ dataDir: null, prepared: new Uint8Array(1024) }).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(Error)
  expect((error as Error).message).not.toContain('\n')
  expect((error as Error).message.length).toBeLessThan(400)
})
