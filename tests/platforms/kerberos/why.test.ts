// What MIT Kerberos 1.20 and 1.21 say, and what people are told to do. The words are as the library gave them.
import { describe, expect, it } from 'vitest'
import { causeOf } from '../../../src/platforms/kerberos/why.ts'

const ASK = { principal: 'arrestor@EXAMPLE.COM', keytab: '/k/a.keytab', service: 'HTTP/rm1' }
const NONE = 'No credentials were supplied, or the credentials were unavailable or inaccessible: '
const FAILURE = 'Unspecified GSS failure.  Minor code may provide more information: '

describe('a cause and its mend', () => {
  it.each([
    [`${NONE}Cannot contact any KDC for realm 'EXAMPLE.COM'`, 'unreachable', 'check its address in krb5.conf'],
    [`${NONE}Cannot find KDC for realm "EXAMPLE.COM"`, 'refused', 'krb5.conf does not know the realm'],
    [`${NONE}Decrypt integrity check failed`, 'refused', 'the key in /k/a.keytab: it was changed since'],
    [`${NONE}Preauthentication failed`, 'refused', 'write the keytab anew'],
    [`${NONE}Client 'arrestor@EXAMPLE.COM' not found in Kerberos database`, 'refused', 'does not know arrestor@EXAMPLE.COM'],
    [`${FAILURE}Server HTTP/rm1@EXAMPLE.COM not found in Kerberos database`, 'refused', 'does not know the service HTTP/rm1'],
    [`${FAILURE}Clock skew too great`, 'refused', 'set it right'],
    [`${NONE}Client's entry in database has expired`, 'refused', 'have it renewed'],
    [`${NONE}Client's credentials have been revoked`, 'refused', 'have it renewed'],
    [`${NONE}No credentials cache found`, 'refused', '/k/a.keytab holds no key of arrestor@EXAMPLE.COM'],
    [`${NONE}Keytab FILE:/k/a.keytab has no suitable keys for arrestor@EXAMPLE.COM`, 'refused', '`klist -k /k/a.keytab`'],
  ])('%s', (words, failed, mend) => {
    const cause = causeOf(words, ASK)
    expect(cause.failed).toBe(failed)
    expect(cause.why).toContain(mend)
    expect(cause.why).toContain(words.replace(NONE, '').replace(FAILURE, '').replaceAll('"', "'"))
  }) // prettier-ignore

  it.each([
    `${NONE}Can't find client principal arrestor@EXAMPLE.COM in cache collection`,
    `${NONE}No credentials cache found`,
  ])('without a keytab, the cache is what is empty: %s', (words) => {
    expect(causeOf(words, { ...ASK, keytab: null }).why).toContain('name its keytab, or keep the cache')
  })

  it('words that we do not know are quoted alone, within bounds', () => {
    expect(causeOf(`${FAILURE}Some\n"thing"`, ASK)).toEqual({
      failed: 'refused',
      why: `Kerberos says "Some 'thing'"`,
    })
    expect(causeOf('x'.repeat(1000), ASK).why.length).toBeLessThan(300)
  })
})
