// What becomes of one write: judged where there is a reply, refused where nothing was sent, unknown in between.
import { describe, expect, it } from 'vitest'
import { type Meaning, writeOnce } from '../../../src/write-once.ts'
import { NEVER, deadUrl, stage } from '../support.ts'

const MEANING: Meaning = {
  outcome: ({ status, data }) => ({ kind: 'accepted', detail: `${status} ${data}` }),
  neverSent: 'It went away before',
  lost: 'The reply was lost',
}

function send(
  url: string,
  more: { timeoutMs?: number; maxBytes?: number } = {},
): ReturnType<typeof writeOnce> {
  return writeOnce(
    { method: 'POST', url, body: '{}', headers: { authorization: 'Bearer hush' }, timeoutMs: 1000, ...more },
    MEANING,
    NEVER,
  )
}

describe('a write', () => {
  it.each([200, 302, 403, 500])('P7: leaves an answer of %i to its platform to judge', async (status) => {
    const end = await stage(() => ({ status, body: 'said', location: '/login' }))
    expect(await send(end.url)).toEqual({ kind: 'accepted', detail: `${status} said` })
    // Neither a redirect nor a failure is followed by another request.
    expect(end.asked).toEqual(['POST /'])
    await end.close()
  })

  it('P7: was surely not done where nothing listens', async () => {
    const outcome = await send(await deadUrl())
    expect(outcome).toMatchObject({
      kind: 'refused',
      detail: expect.stringMatching(/^It went away before \(.*ECONNREFUSED.*\)\.$/) as string,
    })
  })

  it('P7: may have been done where the connection ends without a reply, and is not repeated', async () => {
    const end = await stage(() => 'destroy')
    expect(await send(end.url)).toMatchObject({
      kind: 'unknown',
      detail: expect.stringMatching(/^The reply was lost \(/) as string,
    })
    expect(end.asked).toEqual(['POST /'])
    await end.close()
  })

  it('P7: may have been done where the reply is too large to be one', async () => {
    const end = await stage(() => ({ body: 'x'.repeat(10_000) }))
    expect(await send(end.url, { maxBytes: 1000 })).toMatchObject({ kind: 'unknown' })
    await end.close()
  })

  it('P12: says nothing of the credential', async () => {
    const end = await stage(() => 'destroy')
    const outcomes = [await send(end.url), await send(await deadUrl())]
    expect(JSON.stringify(outcomes)).not.toContain('hush')
    await end.close()
  })
})
