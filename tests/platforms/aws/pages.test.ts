// Lists of AWS page by page: in order, so many and no more, and ended where nothing is there.
import { describe, expect, it } from 'vitest'
import { pagesBy, pagesOf } from '../../../src/platforms/aws/pages.ts'

describe('pages', () => {
  it('are asked for by the token that the one before told, and are kept in order', async () => {
    const asked: (string | undefined)[] = []
    const pages = await pagesOf(
      9,
      (token) => {
        asked.push(token)
        return Promise.resolve({ next: token === undefined ? 'a' : token === 'a' ? 'b' : null })
      },
      ({ next }) => next,
    )
    expect(asked).toEqual([undefined, 'a', 'b'])
    expect(pages.map(({ next }) => next)).toEqual(['a', 'b', null])
  })

  it('are no more than the limit, however many there are', async () => {
    let asked = 0
    const pages = await pagesOf(3, () => Promise.resolve({ next: `t${(asked += 1)}` }), ({ next }) => next) // prettier-ignore
    expect([asked, pages.length]).toEqual([3, 3])
  })

  it('end with an empty token, which AWS sends as well as none', async () => {
    let asked = 0
    await pagesOf(
      9,
      () => Promise.resolve({ next: (asked += 1) === 1 ? '' : 'more' }),
      ({ next }) => next,
    )
    expect(asked).toBe(1)
  })

  it('end where nothing is there any more, with those before kept', async () => {
    const pages = await pagesOf(
      9,
      (token) => Promise.resolve(token === undefined ? { next: 'a' } : null),
      ({ next }) => next,
    )
    expect(pages).toHaveLength(1)
  })

  it('send the token along under the name that it came by, and nothing with the first', async () => {
    const sent: object[] = []
    await pagesBy('Marker', 9, (along) => {
      sent.push(along)
      return Promise.resolve(sent.length === 1 ? { Marker: 'm1' } : {})
    })
    expect(sent).toEqual([{}, { Marker: 'm1' }])
  })

  it('fail as the call does', async () => {
    const asking = pagesOf(9, () => Promise.reject(new Error('AccessDenied')), () => null) // prettier-ignore
    await expect(asking).rejects.toThrow('AccessDenied')
  })
})
