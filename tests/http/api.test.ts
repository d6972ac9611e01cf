// The API: who sees what, page by page; and an OpenAPI document that is valid and that every answer keeps to.
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockIncident } from '../../src/incidents/repository.ts'
import { acknowledgeLocked, resolveLocked } from '../../src/flow/settle.ts'
import { audit } from '../../src/remediation/audit.ts'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import { openTestStore } from '../support/stores.ts'
import { envelope } from '../support/world.ts'

const ALL = 'api-token-of-all'
const STREAMING = 'api-token-of-streaming'
const BOB = { kind: 'person', id: 'U0BOB', name: 'bob', via: 'slack' } as const

interface Listed {
  readonly incidents: readonly { id: string; number: number; team: string; state: string; job_name: string }[]
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, { get: Operation }>
  readonly components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> }
}
interface Operation {
  readonly operationId: string
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: object }[]
  readonly responses: Record<
    string,
    { description: string; content: { 'application/json': { schema: object } } }
  >
}

let door: FrontDoor
let document: Document

beforeAll(async () => {
  door = await openFrontDoor(await openTestStore())
  const alert = (team: string, n: number, status = 'firing'): unknown => ({
    status,
    labels: {
      alertname: 'SparkJobFailed',
      team,
      job_name: `job-${team}-${'abcdefghijkl'[n]}`,
      severity: 'critical',
    },
    annotations: { summary: 'it broke' },
    startsAt: '2026-11-02T01:00:00Z',
    fingerprint: `${team}-${n}`,
  })
  const both = ['data-platform', 'streaming']
  for (let n = 0; n < 6; n += 1) await door.post(envelope(both.map((team) => alert(team, n))))
  await door.post(
    envelope([alert('streaming', 0, 'resolved'), alert('streaming', 9, 'resolved'), { broken: true }]),
  )
  await door.store.transaction(async (tx) => {
    const now = door.clock.now()
    const open = await tx
      .selectFrom('incidents')
      .select('id')
      .where('team', '=', 'data-platform')
      .orderBy('number')
      .execute()
    await acknowledgeLocked(tx, door.deps, (await lockIncident(tx, open[0]!.id))!, BOB, now)
    await resolveLocked(tx, door.deps, (await lockIncident(tx, open[1]!.id))!, BOB, 'person', now)
    await audit(tx, { actor: BOB, action: 'action.requested', subject: 'act_1', data: {} }, now)
  })
  document = (await door.get('/api/v1/openapi.json', null)).body as Document
})
afterAll(() => door?.close())

const list = async (query = '', token = ALL): Promise<Listed['incidents']> =>
  ((await door.get(`/api/v1/incidents${query}`, token)).body as Listed).incidents

describe('tokens', () => {
  it.each([
    ['none', null],
    ['unknown', 'nobody'],
    ['a webhook’s', 'token-of-everybody'],
  ])('401 for one that is %s, on every route', async (_what, token) => {
    for (const path of Object.keys(document.paths)) {
      const answer = await door.get(`/api/v1${path.replace('{id}', '1')}`, token)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
  })

  it('one of a single team sees nothing of another, anywhere', async () => {
    for (const path of [
      '/incidents?state=all&limit=200',
      '/alerts?status=all&limit=200',
      '/decisions?limit=200',
      `/incidents/${(await list('?state=all', STREAMING))[0]!.id}`,
    ]) {
      const { status, body } = await door.get(`/api/v1${path}`, STREAMING)
      expect(status).toBe(200)
      expect(JSON.stringify(body)).toContain('streaming')
      expect(JSON.stringify(body)).not.toContain('data-platform')
    }
  })

  it('another team’s incident is not there, by number or by id; neither is the audit', async () => {
    const foreign = (await list('?state=all')).find(({ team }) => team === 'data-platform')!
    for (const path of [`/incidents/${foreign.id}`, `/incidents/${foreign.number}`, '/audit']) {
      const mine = await door.get(`/api/v1${path}`, STREAMING)
      const nowhere = await door.get('/api/v1/incidents/inc_none', STREAMING)
      expect(mine.status).toBe(404)
      // The same words as for what does not exist: nothing is told about it.
      expect(mine.body).toEqual(nowhere.body)
      expect((await door.get(`/api/v1${path}`, ALL)).status).toBe(200)
    }
  })
})

describe('lists', () => {
  it('show the open incidents, newest first, unless asked for others', async () => {
    const open = await list()
    expect(open.map(({ state }) => state)).not.toContain('resolved')
    expect(open.map(({ number }) => number)).toEqual(
      open.map(({ number }) => number).toSorted((a, b) => b - a),
    )
    expect(await list('?state=acknowledged')).toMatchObject([{ team: 'data-platform' }])
    expect(await list('?state=resolved')).toHaveLength(2)
    expect(await list('?state=all')).toHaveLength(12)
  })

  it('page by number: nothing twice, nothing left out', async () => {
    const seen: number[] = []
    for (let before: number | undefined, page = 0; page < 10; page += 1) {
      const part = await list(`?state=all&limit=5${before === undefined ? '' : `&before=${before}`}`)
      seen.push(...part.map(({ number }) => number))
      before = part.at(-1)?.number
      if (part.length < 5) break
    }
    expect(seen).toEqual((await list('?state=all')).map(({ number }) => number))
  })

  it.each([
    'limit=0',
    'limit=201',
    'limit=ten',
    'limit=1.5',
    'limit=5&limit=6',
    'state=closed',
    'before=soon',
    'before=1e400',
  ])('400 with the name of the parameter for ?%s', async (query) => {
    const answer = await door.get(`/api/v1/incidents?${query}`)
    expect(answer.status).toBe(400)
    expect((answer.body as { error: string }).error).toMatch(new RegExp(`^${query.split('=')[0]}: `))
  })
})

describe('one incident', () => {
  it('is found by number, by #number and by id', async () => {
    const one = (await list())[0]!
    for (const reference of [one.id, String(one.number), `%23${one.number}`])
      expect((await door.get(`/api/v1/incidents/${reference}`)).body).toMatchObject({ id: one.id })
  })

  it.each([
    '0',
    '999999999999999',
    '9999999999999999999',
    'inc_',
    '%00',
    '1%00',
    "'",
    '..%2f..',
    'x'.repeat(90),
    '%F0%9F%98%80',
  ])('404 in words for %s', async (reference) => {
    const answer = await door.get(`/api/v1/incidents/${reference}`)
    expect(answer.status).toBe(404)
    expect((answer.body as { error: string }).error).toContain('no such thing')
  })

  it('has its timeline, oldest first, with actor and reason', async () => {
    const [one] = await list('?state=acknowledged')
    const { body } = await door.get(`/api/v1/incidents/${one!.id}`)
    expect(body).toMatchObject({
      acknowledged_by: 'bob',
      timeline: [
        { seq: 1, kind: 'opened', actor: 'alertmanager', reason: 'matched', count: 1 },
        { seq: 2, kind: 'acknowledged', actor: 'bob', reason: 'pressed' },
      ],
    })
  })
})

describe('beside the API', () => {
  it('404 in words for what is nowhere, whatever the method', async () => {
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['DELETE', '/api/v1/incidents'],
      ['GET', '/webhooks/alertmanager'],
    ] as const) {
      const answer = await fetch(`${door.http.url}${path}`, { method })
      expect(answer.status).toBe(404)
      expect(await answer.json()).toEqual({ error: `there is nothing at ${method} ${path}` })
    }
  })

  it('the process is healthy and the database ready, without a token', async () => {
    expect(await door.get('/healthz', null)).toMatchObject({ status: 200, body: { status: 'ok' } })
    expect(await door.get('/readyz', null)).toMatchObject({
      status: 200,
      body: { status: 'ready', store: 'embedded' },
    })
  })

  it('metrics count what was taken in, under labels that no stranger chooses', async () => {
    const text = (await door.get('/metrics', null)).body as string
    expect(text).toContain('arrestor_alerts_total{source="alertmanager",outcome="stored"} 14')
    expect(text).toContain('arrestor_alerts_total{source="alertmanager",outcome="rejected"} 1')
    expect(text).toContain('arrestor_incidents_total{team="streaming",event="opened"} 6')
    expect(text).not.toContain('job-')
  })
})

describe('the OpenAPI document', () => {
  it('is 3.1 with a bearer token, and names each operation once', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.components.securitySchemes).toEqual({ token: { type: 'http', scheme: 'bearer' } })
    const ids = Object.values(document.paths).map(({ get }) => get.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z_]+$/)
  })

  it('every reference leads somewhere within it', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to!)
    expect(references.length).toBeGreaterThan(5)
    for (const reference of references) {
      expect(reference).toMatch(/^#\/components\/schemas\/\w+$/)
      expect(document.components.schemas).toHaveProperty(reference.split('/').at(-1)!)
    }
  })

  it('every path says its parameters and its failures', () => {
    for (const [path, { get }] of Object.entries(document.paths)) {
      const inPath = get.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
      for (const status of ['200', '400', '401', '404', '503'])
        expect(get.responses[status]?.description).toBeTruthy()
    }
  })

  it('every answer keeps to it', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
    ajv.addSchema(document, 'api')
    const incidents = await list('?state=all')
    for (const path of Object.keys(document.paths)) {
      const pointer = `api#/paths/${path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/get/responses`
      const answers = path.includes('{id}')
        ? incidents.map(({ id }) => path.replace('{id}', id))
        : [
            `${path}?limit=200`,
            ...(path === '/incidents' || path === '/alerts'
              ? [`${path}?${path === '/incidents' ? 'state' : 'status'}=all`]
              : []),
          ]
      for (const of of answers) {
        const answer = await door.get(`/api/v1${of}`)
        expect(answer.status).toBe(200)
        const valid = ajv.validate({ $ref: `${pointer}/200/content/application~1json/schema` }, answer.body)
        expect(ajv.errors, of).toBeNull()
        expect(valid).toBe(true)
        // A list that shows nothing would be held against nothing.
        const shown = Object.values(answer.body as Record<string, unknown>)[0]
        if (!path.includes('{id}')) expect(shown, of).not.toEqual([])
      }
      const refused = await door.get(`/api/v1${path.replace('{id}', '1')}`, null)
      expect(ajv.validate({ $ref: `${pointer}/401/content/application~1json/schema` }, refused.body)).toBe(
        true,
      )
    }
  })
})
