// A job whose handler throws comes again, and does not fail in silence.
import { expect, it } from 'vitest'
import { broken, card } from '../flow/support.ts'
import { startWorld } from '../support/world.ts'

it('a handler that throws is named in the log with its queue, and the job comes again', async () => {
  const world = await startWorld()
  await broken(world)
  const said: object[] = []
  Object.assign(world.store.log, {
    error: (fields: object, message: string) => said.push({ ...fields, message }),
  })
  const directory = world.service.deps.directory as { roleOf: (...asked: never[]) => Promise<unknown> }
  const { roleOf } = directory
  let asked = 0
  // The press itself is the first to ask; the job's first attempt the second.
  directory.roleOf = async (...all) => {
    if (++asked === 2) throw new Error('the directory burnt down')
    return await roleOf(...all)
  }
  await world.press('U0BOB', 'act')
  await world.until(() => card(world).includes('done and verified'), 'the second attempt', 1_000)
  expect(said).toMatchObject([
    { job: 'act', retries: 0, why: 'the directory burnt down', message: 'a job failed' },
  ])
})
