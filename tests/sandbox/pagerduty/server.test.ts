import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PagerDutyServer } from '../../../src/sandbox/pagerduty/server.ts'
import { ensureCertificates } from '../../../src/sandbox/tls.ts'
import { ALICE, enqueue, rest, startAccount, trigger } from './account.ts'

let directory: string
let running: PagerDutyServer[]
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'arrestor-pagerduty-'))
  running = []
})
afterEach(async () => {
  for (const account of running) await account.close()
  await rm(directory, { recursive: true, force: true })
})

async function start(options: Parameters<typeof startAccount>[0] = {}): Promise<PagerDutyServer> {
  const account = await startAccount(options)
  running.push(account)
  return account
}

describe('certificates', () => {
  test('are made once and kept, so that a client’s trust survives a restart', async () => {
    const first = await ensureCertificates(directory)
    expect(first.caFile).toBe(path.join(directory, 'ca.pem'))
    expect(await readFile(first.caFile ?? '', 'utf8')).toBe(first.ca)
    expect(await ensureCertificates(directory)).toEqual(first)
  })

  test('are made anew when they are damaged, foreign or about to end', async () => {
    const first = await ensureCertificates(directory)
    const later = Date.now() + 360 * 24 * 3600 * 1000
    const second = await ensureCertificates(directory, later)
    expect(second.cert).not.toBe(first.cert)
    await writeFile(path.join(directory, 'ca.pem'), first.ca)
    const third = await ensureCertificates(directory, later)
    expect(third.ca).not.toBe(first.ca)
    await writeFile(path.join(directory, 'tls-cert.pem'), 'not a certificate')
    expect((await ensureCertificates(directory, later)).cert).toContain('BEGIN CERTIFICATE')
  })

  test('a client that does not trust the authority is not served', async () => {
    const account = await start()
    const stranger = { ...account, ca: (await ensureCertificates()).ca }
    await expect(enqueue(stranger, trigger('k'))).rejects.toThrow(/certificate|signature/i)
    expect(account.state().events).toEqual([])
  })
})

describe('the state file', () => {
  test('a restarted account remembers incidents, keys and numbers', async () => {
    const stateFile = path.join(directory, 'pagerduty.json')
    const before = await start({ stateFile })
    await enqueue(before, trigger('k1'))
    before.addNote(before.state().incidents[0]?.id ?? '', ALICE.id, 'Looking')
    const { calls: _, ...kept } = before.state()
    await before.close()
    running = []
    const after = await start({ stateFile })
    expect(after.state()).toMatchObject(kept)
    await enqueue(after, trigger('k1'))
    await enqueue(after, trigger('k2'))
    const { incidents } = after.state()
    expect(incidents.map(({ number }) => number)).toEqual([1, 2])
    expect(new Set(incidents.map(({ id }) => id)).size).toBe(2)
  })

  test('a file of something else is refused, not overwritten', async () => {
    const stateFile = path.join(directory, 'other.json')
    await writeFile(stateFile, '{"hello":1}')
    await expect(startAccount({ stateFile })).rejects.toThrow('remove it to start afresh')
    expect(await readFile(stateFile, 'utf8')).toBe('{"hello":1}')
  })
})

describe('faults', () => {
  test('lost_reply: the effect happens, the reply does not', async () => {
    const account = await start()
    account.faults.add({ kind: 'lost_reply', match: '/v2/enqueue' })
    await expect(enqueue(account, trigger('k'))).rejects.toThrow()
    expect(account.state().incidents).toHaveLength(1)
    expect((await enqueue(account, trigger('k'))).status).toBe(202)
  })

  test.each(['drop_connection', 'refuse'] as const)('%s: nothing happens', async (kind) => {
    const account = await start()
    account.faults.add({ kind })
    await expect(enqueue(account, trigger('k'))).rejects.toThrow()
    expect(account.state().incidents).toEqual([])
    expect((await enqueue(account, trigger('k'))).status).toBe(202)
  })

  test.each([
    ['swallow', 0],
    ['withhold_reply', 1],
  ] as const)('%s: never a reply; incidents: %i', async (kind, incidents) => {
    const account = await start()
    account.faults.add({ kind, match: '/v2/enqueue' })
    // It ends with the server, when its connection is closed.
    const waiting = enqueue(account, trigger('k')).catch(() => 'no reply')
    await vi.waitUntil(
      () => account.faults.list().length === 0 && account.state().incidents.length === incidents,
    )
    await account.close()
    expect(await waiting).toBe('no reply')
    expect(account.state().incidents).toHaveLength(incidents)
  })

  test('rate_limited and server_error answer in its own words and do nothing', async () => {
    const account = await start()
    account.faults.add({ kind: 'rate_limited', retryAfter: 9 })
    account.faults.add({ kind: 'server_error' })
    const limited = await enqueue(account, trigger('k'))
    expect(limited).toMatchObject({ status: 429, headers: { 'retry-after': '9' } })
    expect((await enqueue(account, trigger('k'))).status).toBe(500)
    expect(account.state()).toMatchObject({ incidents: [], calls: { 'POST /v2/enqueue': 2 } })
  })

  test.each(['GET /incidents/{id}', '/incidents/{id}', '/incidents/QNONE', 'GET /incidents/QNONE'])(
    'match %s strikes that route alone',
    async (match) => {
      const account = await start()
      account.faults.add({ kind: 'server_error', match })
      expect((await enqueue(account, trigger('k'))).status).toBe(202)
      expect((await rest(account, 'GET', '/users')).status).toBe(200)
      expect((await rest(account, 'GET', '/incidents/QNONE')).status).toBe(500)
      expect((await rest(account, 'GET', '/incidents/QNONE')).status).toBe(404)
    },
  )
})

describe('watching', () => {
  test('subscribers hear of changes until they leave; reset forgets everything', async () => {
    const account = await start()
    const heard: string[] = []
    const leave = account.subscribe((change) => heard.push(change))
    await enqueue(account, trigger('k'))
    expect(heard).toContain('pagerduty triggered')
    account.faults.add({ kind: 'server_error' })
    account.reset()
    expect(account.state()).toEqual({ events: [], rejected: [], incidents: [], calls: {} })
    expect(account.faults.list()).toEqual([])
    leave()
    const before = heard.length
    await enqueue(account, trigger('k'))
    expect(heard).toHaveLength(before)
  })

  test('what state() answers is a copy', async () => {
    const account = await start()
    await enqueue(account, trigger('k'))
    account.state().incidents.length = 0
    expect(account.state().incidents).toHaveLength(1)
  })
})
