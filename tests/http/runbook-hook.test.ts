// The webhook that announces a push: who is believed, and what a stranger gets.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isProved } from '../../src/http/proof.ts'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import { openTestStore } from '../support/stores.ts'

const SECRET = "It's a Secret to Everybody"
/** GitHub's own example (docs.github.com, "Validating webhook deliveries"). */
const GITHUB = {
  body: 'Hello, World!',
  signature: 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
}
const sign = (body: string | Uint8Array, secret = SECRET): string =>
  createHmac('sha256', secret).update(body).digest('hex')
const proved = (headers: Record<string, string | string[]>, body = GITHUB.body): boolean =>
  isProved(headers, Buffer.from(body), ['older-secret', SECRET])

describe('what proves a sender', () => {
  it('GitHub’s own example', () => {
    expect(proved({ 'x-hub-signature-256': GITHUB.signature })).toBe(true)
  })

  it.each([
    ['Gitea', { 'x-gitea-signature': sign(GITHUB.body) }],
    ['Forgejo', { 'x-forgejo-signature': sign(GITHUB.body) }],
    ['Bitbucket', { 'x-hub-signature': `sha256=${sign(GITHUB.body)}` }],
    ['GitLab', { 'x-gitlab-token': SECRET }],
    ['a script', { authorization: 'Bearer older-secret' }],
    ['one who still has the older secret', { 'x-gitea-signature': sign(GITHUB.body, 'older-secret') }],
  ])('%s', (_who, headers) => expect(proved(headers)).toBe(true))

  it.each<[string, Record<string, string | string[]>]>([
    ['nothing', {}],
    ['another body', { 'x-hub-signature-256': `sha256=${sign('Hello, World?')}` }],
    ['another secret', { 'x-hub-signature-256': `sha256=${sign(GITHUB.body, 'no')}` }],
    ['SHA-1', { 'x-hub-signature': `sha1=${createHmac('sha1', SECRET).update(GITHUB.body).digest('hex')}` }],
    ['half a signature', { 'x-hub-signature-256': GITHUB.signature.slice(0, 40) }],
    ['an empty one', { 'x-hub-signature-256': '', 'x-gitlab-token': '' }],
    ['a wrong token', { 'x-gitlab-token': `${SECRET} ` }],
    ['the signature as token', { 'x-gitlab-token': GITHUB.signature }],
    ['an empty bearer', { authorization: 'Bearer ' }],
    ['two at once', { 'x-hub-signature-256': [GITHUB.signature, GITHUB.signature] }],
  ])('not %s', (_what, headers) => expect(proved(headers)).toBe(false))
})

describe('POST /webhooks/runbooks', () => {
  let door: FrontDoor
  let rung = 0
  beforeAll(async () => {
    door = await openFrontDoor(await openTestStore(), {
      runbookHook: { secrets: [SECRET], ring: () => void (rung += 1) },
    })
  })
  afterAll(() => door.close())
  beforeEach(() => {
    rung = 0
  })
  async function post(
    headers: Record<string, string>,
    body: string | Uint8Array = '{}',
  ): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${door.http.url}/webhooks/runbooks`, {
      method: 'POST',
      headers,
      body: body as BodyInit,
    })
    return { status: answer.status, text: await answer.text() }
  }

  it.each([
    ['a push', '{"ref":"refs/heads/main"}', 'application/json'],
    ['GitHub’s ping', '{"zen":"Design for failure."}', 'application/json'],
    ['a form', 'payload=%7B%7D', 'application/x-www-form-urlencoded'],
    ['no JSON', '\u0000<>', 'nonsense/;;'],
    ['nothing', '', 'application/json'],
  ])('%s that is signed rings, whatever it says: 202', async (_what, body, type) => {
    const answer = await post(
      { 'x-hub-signature-256': `sha256=${sign(body)}`, 'content-type': type, 'x-github-event': 'push' },
      body,
    )
    expect(answer).toMatchObject({ status: 202, text: '{"looking":true}' })
    expect(rung).toBe(1)
  })

  it('a stranger gets 401 and rings nothing, and learns nothing of the secret', async () => {
    for (const headers of [
      {},
      { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
      { 'x-gitlab-token': 'guess' },
      { authorization: 'Bearer guess' },
    ]) {
      const answer = await post(headers)
      expect(answer.status).toBe(401)
      expect(answer.text).not.toContain('Everybody')
    }
    expect(rung).toBe(0)
  })

  it('a signature replayed on another body is refused', async () => {
    const signature = `sha256=${sign('{"ref":"refs/heads/main"}')}`
    expect((await post({ 'x-hub-signature-256': signature }, '{"ref":"refs/heads/evil"}')).status).toBe(401)
    expect(rung).toBe(0)
  })

  it('a body beyond 5 MiB is refused, also where its sender is known', async () => {
    const big = new Uint8Array(5 * 1024 * 1024 + 1)
    expect((await post({ 'x-gitlab-token': SECRET }, big)).status).toBe(413)
    expect(rung).toBe(0)
  })

  it('is no alert source of that name', async () => {
    expect((await door.post({}, { source: 'runbooks' })).status).toBe(401)
  })
})

it('without a secret there is nothing there, and the answer says what to configure', async () => {
  const door = await openFrontDoor(await openTestStore())
  try {
    const answer = await door.post({}, { source: 'runbooks' })
    expect(answer).toMatchObject({
      status: 404,
      body: { error: 'no runbooks.webhook_secrets are configured' },
    })
  } finally {
    await door.close()
  }
})
