import { describe, expect, test } from 'vitest'
import { verifySignature } from '../../src/pagerduty/signature.ts'

// Digests made by `openssl dgst -sha256 -hmac SECRET`, a program that is neither side of this.
const BODY = Buffer.from('{"event":{"id":"01TEST","data":{"title":"Größe 🔥"}}}')
const ONE = 'v1=85e8c4194d859a7d359f4565d73906cb3ded0be0782481d643e2544d89307cc4'
const ANOTHER = 'v1=88610d5f07bdd16b0cf29954da8368201028703fb6ad2ced7713591498182631'
const SECRETS = ['one secret']

describe('a webhook is PagerDuty’s when', () => {
  test('its signature is that of our secret', () => {
    expect(verifySignature(BODY, ONE, SECRETS)).toBe('valid')
  })

  test('any of its signatures is that of any of our secrets, as while one is rotated', () => {
    expect(verifySignature(BODY, `${ANOTHER},${ONE}`, SECRETS)).toBe('valid')
    expect(verifySignature(BODY, `${ANOTHER}, ${ONE}`, ['third', 'one secret'])).toBe('valid')
    expect(verifySignature(BODY, ANOTHER, ['one secret', 'another secret'])).toBe('valid')
  })

  test('an unknown version beside a good one does no harm', () => {
    expect(verifySignature(BODY, `v2=${'0'.repeat(64)},${ONE}`, SECRETS)).toBe('valid')
  })
})

describe('it is not when', () => {
  test('the body differs by a byte', () => {
    expect(verifySignature(Buffer.concat([BODY, Buffer.from(' ')]), ONE, SECRETS)).toBe('mismatch')
  })

  test('the secret is another one, or there is none', () => {
    expect(verifySignature(BODY, ONE, ['another secret'])).toBe('mismatch')
    expect(verifySignature(BODY, ONE, [])).toBe('mismatch')
  })

  test('an empty secret was configured by mistake', () => {
    const underNothing = 'v1=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad'
    expect(verifySignature(Buffer.from(''), underNothing, [''])).toBe('mismatch')
  })

  test.each([
    undefined,
    '',
    'v1=',
    `v1=${'z'.repeat(64)}`,
    ONE.slice(3),
    `v2=${ONE.slice(3)}`,
    ONE.slice(0, -2),
    ',',
  ])('the header is %j, which is no signature', (header) => {
    expect(verifySignature(BODY, header, SECRETS)).toBe('malformed')
  })
})
