// P12: a secret that somebody repeats is taken out however it is written; what is too short to be one stays.
import { describe, expect, it } from 'vitest'
import { secretHeaders, withoutSecrets } from '../src/secrets.ts'

const SECRET = 'pa&s "w<rd"/1+'
const without = withoutSecrets([SECRET, 'Bearer tok-123456', `Basic ${Buffer.from('me:hunter22').toString('base64')}`, 'abc']) // prettier-ignore

describe('a text loses a secret', () => {
  it.each([
    ['as it stands', SECRET],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in an address', encodeURIComponent(SECRET)],
    ['in an address, in small letters', encodeURIComponent(SECRET).toLowerCase().replace('pa', 'pa')],
    ['in a form', encodeURIComponent(SECRET).replaceAll('%20', '+')],
    ['in HTML', 'pa&amp;s &quot;w&lt;rd&quot;/1+'],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 for addresses', Buffer.from(SECRET).toString('base64url')],
    ['with its scheme', 'Bearer tok-123456'],
    ['without its scheme', 'tok-123456'],
    ['out of Basic', 'hunter22'],
    ['as name and password', 'me:hunter22'],
  ])('%s', (_how, written) => {
    expect(without(`no ${written}, twice ${written}.`)).toBe('no [redacted], twice [redacted].')
  })

  it('but not one that is too short to be one, and nothing where there are none', () => {
    expect(without('abc of abcdef')).toBe('abc of abcdef')
    expect(withoutSecrets(['', '     ', 'Bearer abc'])('Bearer of abc')).toBe('Bearer of abc')
    expect(withoutSecrets([])('anything')).toBe('anything')
  })

  it('the longer of two that begin alike goes first', () => {
    expect(withoutSecrets(['secret', 'secret-more'])('secret-more')).toBe('[redacted]')
  })
})

it('headers that say who we are are secrets; those that say what is wanted are not', () => {
  expect(secretHeaders({ Accept: 'application/json', authorization: 'Bearer x', 'X-Proxy': 'y' })).toEqual([
    'Bearer x',
    'y',
  ])
})
