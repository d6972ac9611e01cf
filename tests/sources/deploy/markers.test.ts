// Deploy markers as senders write them: our own schema under many names, GitHub's events, and what is none.
import { describe, expect, it } from 'vitest'
import type { DeployMarker, MarkerDefaults } from '../../../src/alerts/deploy-marker.ts'
import { createNormaliseJobName } from '../../../src/alerts/job-name.ts'
import { nameOf } from '../../../src/incidents/named-deployment.ts'
import { defaultsIn, readMarkers } from '../../../src/sources/deploy/index.ts'

const NONE: MarkerDefaults = { jobNames: [], team: null, platform: null }
const context = (defaults: MarkerDefaults = NONE) => ({
  defaults,
  normaliseJobName: createNormaliseJobName([]),
})

function read(body: unknown, defaults?: MarkerDefaults) {
  const markers = readMarkers(body, context(defaults))
  if (markers.kind === 'refused') throw new Error(markers.reason)
  return markers
}

function only(body: unknown, defaults?: MarkerDefaults): DeployMarker {
  const { elements, rejected } = read(body, defaults)
  expect(rejected).toEqual([])
  expect(elements).toHaveLength(1)
  return elements[0]!.marker
}

describe('our own schema', () => {
  it('P13: keeps the version of an image whose name ends in the word for a secret', () => {
    const images = ['1.4.1', '1.4.2', '1.5.0'].map((tag) => `registry.example/token-enricher:${tag}`)
    expect(images.map((image) => only({ image }).image)).toEqual(images)
    expect(only({ version: 'token-enricher:1.4.2', commit: '20261122143005' })).toMatchObject({
      version: 'token-enricher:1.4.2',
      commit: '20261122143005',
    })
  })

  it('P12: keeps no secret for a name', () => {
    expect(
      only({ version: 'password: hunter2', image: 'https://bot:hunter2@registry.example/a:1.0' }),
    ).toMatchObject({
      version: 'password: [redacted]',
      image: 'https://[redacted]@registry.example/a:1.0',
    })
  })

  it('marks a name that is too long as cut, so that nobody goes by it', () => {
    const { image } = only({ image: 'x'.repeat(301) })
    expect([image?.length, nameOf({ image: image ?? null, version: null, commit: null })]).toEqual([
      300,
      null,
    ])
    expect(only({ image: 'x'.repeat(300) }).image).toBe('x'.repeat(300))
  })

  it('says what, of which jobs, which version, by whom and when', () => {
    const given = {
      id: 'build-7',
      what: 'rollback',
      job_names: ['orders-daily', 'orders-daily-2026-11-22', 'refunds'],
      team: 'data',
      platform: 'prod',
      commit: '4f9c2d1',
      image: 'registry.example/orders:1.5.0',
      version: '1.5.0',
      summary: 'back to the old join',
      by: 'alice',
      url: 'https://ci.example/7',
      at: '2026-11-22T14:10:00+01:00',
    }
    expect(only(given)).toEqual({
      id: 'build-7',
      what: 'rollback',
      jobNames: ['orders-daily', 'refunds'],
      team: 'data',
      platform: 'prod',
      commit: '4f9c2d1',
      image: 'registry.example/orders:1.5.0',
      version: '1.5.0',
      summary: 'back to the old join',
      by: 'alice',
      url: 'https://ci.example/7',
      at: new Date('2026-11-22T13:10:00Z'),
    })
  })

  it.each<[string, Record<string, unknown>, Partial<DeployMarker>]>([
    ['a service', { service: 'orders', sha: 'abc' }, { jobNames: ['orders'], commit: 'abc' }],
    ['services with commas', { services: 'orders, refunds', revision: 'abc' }, { jobNames: ['orders', 'refunds'] }],
    ['seconds', { version: 2, timestamp: 1795356600 }, { version: '2', at: new Date(1795356600_000) }],
    ['milliseconds as text', { version: '2', timestamp: '1795356600123' }, { at: new Date(1795356600_123) }],
    ['no time', { version: '2' }, { at: null }],
    ['a null beside the name that counts', { job_name: null, app: 'orders', tag: 'v2' }, { jobNames: ['orders'], version: 'v2' }],
    ['no kind', { version: '2' }, { what: 'deploy' }],
    ['fields that we do not know', { version: '2', cluster: { a: 1 } }, { version: '2' }],
  ])('%s', (_what, given, expected) => {
    expect(only(given)).toMatchObject(expected)
  }) // prettier-ignore

  it.each<[string, unknown, string]>([
    ['what is no object', 'deployed', 'not an object'],
    ['what tells nothing', { service: 'orders' }, 'names neither commit, image, version nor summary'],
    ['another kind', { version: '2', what: 'party' }, 'what: what is deploy, rollback or config'],
    ['no time', { version: '2', at: 'yesterday' }, 'at: not a time in ISO 8601'],
    ['a time without its zone', { version: '2', at: '2026-11-22T14:10:00' }, 'at: not a time'],
    ['an object for a name', { version: {}, service: 'orders' }, 'version: '],
  ])('%s is set aside, and its neighbour goes on', (_what, bad, reason) => {
    const { elements, rejected } = read([bad, { version: '2' }])
    expect(elements.map(({ pointer }) => pointer)).toEqual(['/1'])
    expect(rejected).toMatchObject([{ pointer: '/0', reason: expect.stringContaining(reason) }])
  })

  it('comes as a list, also inside an object', () => {
    expect(read({ deployments: [{ version: '1' }, { version: '2' }] }).elements.map(({ pointer }) => pointer)).toEqual(['/deployments/0', '/deployments/1']) // prettier-ignore
    expect(readMarkers('text', context())).toMatchObject({ kind: 'refused' })
    expect(readMarkers({ deployments: 'none' }, context())).toMatchObject({ kind: 'refused' })
    const many = Array.from({ length: 1001 }, () => ({ version: '2' }))
    expect(readMarkers(many, context())).toMatchObject({ kind: 'refused', reason: 'more than 1000 markers' })
  })

  it('P12: what looks like a secret goes no further; an address loses user, password and script', () => {
    const marker = only({
      version: 'ghp_0123456789abcdefghijklmnopqrstuvwxyzAB',
      summary: 'password=hunter2 \u0000 \uD800',
      url: 'https://bot:s3cret@ci.example/7',
    })
    expect(JSON.stringify(marker)).not.toMatch(/hunter2|ghp_|s3cret/)
    expect(marker.url).toBe('https://ci.example/7')
    expect(marker.summary?.isWellFormed()).toBe(true)
    expect(marker.summary).not.toContain('\u0000')
    expect(only({ version: '2', url: 'javascript:alert(1)' }).url).toBeNull()
    expect(only({ version: 'x'.repeat(9_000) }).version).toHaveLength(300)
  })
})

describe('the address of the webhook', () => {
  it('names job, team and platform for senders whose bodies cannot', () => {
    const defaults = defaultsIn({ job_name: 'orders, refunds', team: 'data', platform: 'prod' })
    expect(only({ version: '2' }, defaults)).toMatchObject({ jobNames: ['orders', 'refunds'], team: 'data', platform: 'prod' }) // prettier-ignore
    expect(only({ version: '2', job_name: 'own', team: 'mine' }, defaults)).toMatchObject({ jobNames: ['own'], team: 'mine' }) // prettier-ignore
    expect(defaultsIn({ job_name: ['a', 'b'], team: ['x'] })).toEqual({ jobNames: ['a', 'b'], team: null, platform: null }) // prettier-ignore
  })
})

describe('GitHub', () => {
  const SHA = '4f9c2d10aa4f9c2d10aa4f9c2d10aa4f9c2d10aa'
  const status = (state: string, payload: unknown = { job_name: 'orders-daily', image: 'orders:1.5.0' }) => ({
    action: 'created',
    deployment_status: {
      id: 11,
      state,
      created_at: '2026-11-22T14:10:00Z',
      environment: 'production',
      log_url: 'https://github.com/acme/orders/actions/runs/9',
      target_url: '',
      creator: { login: 'alice' },
    },
    deployment: { id: 7, sha: SHA, ref: 'v1.5.0', task: 'deploy', environment: 'production', payload, creator: { login: 'bot' } },
    repository: { full_name: 'acme/orders' },
    sender: { login: 'alice' },
  }) // prettier-ignore
  const workflow = (action: string, conclusion: string | null) => ({
    action,
    workflow_run: { id: 9, run_attempt: 2, name: 'Deploy', head_sha: SHA, head_branch: 'main', conclusion, html_url: 'https://github.com/acme/orders/actions/runs/9', updated_at: '2026-11-22T14:10:00Z', actor: { login: 'alice' } },
    repository: { full_name: 'acme/orders' },
  }) // prettier-ignore

  it('deployment_status: the good end of a deployment, with what its payload says', () => {
    expect(only(status('success'))).toMatchObject({
      id: 'github-deployment-7',
      jobNames: ['orders-daily'],
      image: 'orders:1.5.0',
      commit: SHA,
      version: 'v1.5.0',
      by: 'alice',
      summary: 'acme/orders, v1.5.0 to production',
      url: 'https://github.com/acme/orders/actions/runs/9',
      at: new Date('2026-11-22T14:10:00Z'),
    })
  })

  it('deployment_status without a payload takes the job from the address', () => {
    for (const payload of ['', '{"x":1}', null, {}])
      expect(only(status('success', payload), defaultsIn({ job_name: 'orders-daily' })).jobNames).toEqual([
        'orders-daily',
      ])
  })

  it('a payload cannot pass for another deployment', () => {
    const marker = only(status('success', { id: 'mine', sha: 'feed', commit: 'feed', at: 1, job_name: 'a' }))
    expect(marker).toMatchObject({ id: 'github-deployment-7', commit: SHA, at: new Date('2026-11-22T14:10:00Z') }) // prettier-ignore
  })

  it('workflow_run: one that has ended well', () => {
    expect(only(workflow('completed', 'success'))).toMatchObject({
      id: 'github-workflow-9-2',
      commit: SHA,
      version: null,
      by: 'alice',
      summary: 'acme/orders, Deploy, main',
    })
  })

  it.each([
    ['v1.5.0', 'v1.5.0'],
    ['2026.11.23', '2026.11.23'],
    ['v1.5.0-rc.1', 'v1.5.0-rc.1'],
    ['main', null],
    ['1.x', null],
    ['release/2026-11', null],
    [SHA, null],
  ])(
    'the ref %s is the version %s: a branch is none, since each of its deployments would have the same',
    (ref, version) => {
      const event = status('success')
      expect(only({ ...event, deployment: { ...event.deployment, ref } }).version).toBe(version)
      const run = workflow('completed', 'success')
      expect(only({ ...run, workflow_run: { ...run.workflow_run, head_branch: ref } }).version).toBe(version)
    },
  )

  it.each([
    ['a ping', { zen: 'Design for failure.', hook_id: 1 }],
    ['one under way', status('in_progress')],
    ['one that failed', status('failure')],
    ['a workflow that was asked for', workflow('requested', null)],
    ['a workflow that failed', workflow('completed', 'failure')],
  ])('%s is understood and no deployment', (_what, body) => {
    expect(read(body)).toMatchObject({ elements: [], rejected: [], ignored: [{ pointer: '' }] })
  })

  it('an event whose fields are not as published is set aside', () => {
    const { deployment: _gone, ...rest } = status('success')
    expect(read(rest).rejected).toMatchObject([{ reason: expect.stringContaining('deployment') }])
  })
})
