// P7: a kill on YARN is asked for once, of the active ResourceManager, and its outcome is no better known than YARN made it.
import { afterEach, describe, expect, it } from 'vitest'
import type { WriteOutcome } from '../../../src/ports.ts'
import { NEVER, type Reply, deadUrl, platformOf } from '../support.ts'
import { IDS, closeAll, noActive, notFound, serve, standby } from './server.ts'

afterEach(closeAll)

const APP = IDS.crash

function kill(urls: string[], id: string = APP, more: Record<string, unknown> = {}): Promise<WriteOutcome> {
  const config = { kind: 'yarn', rm_urls: urls, actions: ['application.kill'], ...more }
  return platformOf(config).writer!.kill(id, NEVER)
}

/** A ResourceManager with one application in a state, and an answer to the PUT. */
function manager(state: string, put: Reply): (method: string, url: URL) => Reply {
  return (method, url) => {
    if (!url.pathname.includes(APP)) return notFound(`app with id: ${url.pathname.split('/').at(-2)}`)
    return method === 'PUT' ? put : { body: JSON.stringify({ state }) }
  }
}

const TAKEN: Reply = { status: 202, body: '{"state":"KILLING"}' }

describe('what is sent', () => {
  it('is one PUT, after a look at the state', async () => {
    const bodies: string[] = []
    const { url, asked, headers } = await serve((method, asked_, body) => {
      if (method === 'PUT') bodies.push(body)
      return manager('RUNNING', TAKEN)(method, asked_)
    })
    expect(await kill([url], APP, { user_name: 'ops', delegation_token: 't0ken' })).toEqual({
      kind: 'accepted',
      detail: `YARN took the kill of ${APP}; it is KILLING.`,
    })
    const path = `/ws/v1/cluster/apps/${APP}/state?user.name=ops`
    expect(asked).toEqual([`GET ${path}`, `PUT ${path}`])
    expect(bodies).toEqual(['{"state":"KILLED"}'])
    expect(headers[1]).toMatchObject({ 'x-hadoop-delegation-token': 't0ken', 'x-xsrf-header': 'arrestor' })
  })

  it.each(['app-20261122-0001', 'application_1_2/../x', '', 'application_1795372654672_0004?x=1'])(
    'is nothing for %j, which is no id of YARN',
    async (id) => {
      const { url, asked } = await serve(manager('RUNNING', TAKEN))
      expect(await kill([url], id)).toMatchObject({ kind: 'refused' })
      expect(asked).toEqual([])
    },
  )

  it.each(['FINISHED', 'FAILED', 'KILLED'])('is no PUT where it has ended: %s', async (state) => {
    const { url, asked } = await serve(manager(state, { body: JSON.stringify({ state }) }))
    expect(await kill([url])).toMatchObject({ kind: 'refused', detail: expect.stringContaining(state) })
    expect(asked.map((one) => one.slice(0, 3))).toEqual(['GET'])
  })

  it('is no PUT where YARN does not know it', async () => {
    const { url, asked } = await serve(manager('RUNNING', TAKEN))
    expect(await kill([url], 'application_1795372654672_0099')).toMatchObject({
      kind: 'refused',
      detail: expect.stringMatching(/does not know.*not found/),
    })
    expect(asked).toHaveLength(1)
  })

  it('is not repeated when the reply is lost: then the outcome is unknown', async () => {
    const { url, asked } = await serve(manager('RUNNING', 'destroy'))
    expect(await kill([url, url])).toMatchObject({ kind: 'unknown' })
    expect(asked.filter((one) => one.startsWith('PUT'))).toHaveLength(1)
  })
})

describe('several ResourceManagers', () => {
  it('a standby and a dead one are passed over, and the active one is asked', async () => {
    const active = await serve(manager('RUNNING', TAKEN))
    const other = await serve(standby(active.url))
    expect(await kill([await deadUrl(), other.url, active.url])).toMatchObject({ kind: 'accepted' })
    expect(other.asked.every((one) => one.startsWith('GET'))).toBe(true)
  })

  it('where none is active nothing is asked, and that is said', async () => {
    const { url, asked } = await serve(noActive)
    expect(await kill([url, await deadUrl()])).toMatchObject({
      kind: 'refused',
      detail: expect.stringMatching(/nothing was asked: .*307.*ECONNREFUSED/),
    })
    expect(asked.every((one) => one.startsWith('GET'))).toBe(true)
  })

  it('one that becomes a standby in between has killed nothing', async () => {
    const { url } = await serve(manager('RUNNING', { status: 307, location: 'http://rm2:8088/' }))
    expect(await kill([url])).toMatchObject({ kind: 'refused', detail: expect.stringContaining('standby') })
  })
})

describe('what an answer means', () => {
  it.each<[string, Reply, string, RegExp]>([
    ['202', TAKEN, 'accepted', /took the kill/],
    ['200 KILLED', { body: '{"state":"KILLED"}' }, 'accepted', /has killed/],
    ['200 of one that ended meanwhile', { body: '{"state":"FINISHED"}' }, 'refused', /ended before/],
    ['403 with its reason', { status: 403, body: '{"RemoteException":{"exception":"ForbiddenException","message":"org.apache.hadoop.security.AccessControlException: User dr.who cannot perform operation KILL_APP on application"}}' }, 'refused', /403 User dr.who cannot perform operation/],
    ['401 of a Kerberos that we do not speak', { status: 401, type: 'text/html', body: 'Authentication required' }, 'refused', /401 without a reason/],
    ['400', { status: 400, body: '{"RemoteException":{"message":"java.lang.Exception: Only \'KILLED\' is allowed as a target state."}}' }, 'refused', /Only 'KILLED'/],
    ['500', { status: 500 }, 'unknown', /answered 500/],
    ['502 of a gateway', { status: 502, type: 'text/html' }, 'unknown', /answered 502/],
    ['200 of a login page', { type: 'text/html', body: '<form>' }, 'unknown', /answered 200/],
    ['302 to a login page', { status: 302, location: 'https://sso.example.com/' }, 'unknown', /answered 302/],
  ])('%s', async (_what, put, kind, detail) => {
    const { url } = await serve(manager('RUNNING', put))
    expect(await kill([url])).toEqual({ kind, detail: expect.stringMatching(detail) })
  }) // prettier-ignore
})
