import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSandbox, type Sandbox } from '../../../src/sandbox/server.ts'
import type { UiState } from '../../../src/sandbox/ui-state.ts'
import { callSlack, createService, type Service } from './harness.ts'

describe('the sandbox as a whole', () => {
  let dataDir: string
  let service: Service
  let sandbox: Sandbox
  const open = async (): Promise<Sandbox> =>
    await createSandbox({ port: 0, dataDir, serviceUrl: service.url, webhookToken: 'sandbox' })
  const ui = async (): Promise<UiState> => (await (await fetch(`${sandbox.url}/api/ui`)).json()) as UiState
  const act = async (action: string, body: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${sandbox.url}/api/${action}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return await response.json()
  }

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'arrestor-sandbox-'))
    service = await createService()
    sandbox = await open()
  })
  afterEach(async () => {
    await sandbox.close()
    await service.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  it('tells the product all that differs from production', async () => {
    const { env } = sandbox
    expect(env).toMatchObject({
      SLACK_API_URL: sandbox.slack.apiUrl,
      SLACK_BOT_TOKEN: 'xoxb-sandbox',
      SLACK_APP_TOKEN: 'xapp-sandbox',
      PAGERDUTY_EVENTS_URL: sandbox.pagerduty.baseUrl,
      SANDBOX_SPARK_MASTER_URL: sandbox.spark.masterUrl,
    })
    expect(env['PAGERDUTY_ROUTING_KEY_DATA_PLATFORM']).not.toBe(env['PAGERDUTY_ROUTING_KEY_STREAMING'])
    expect(await readFile(env['ARRESTOR_CA_FILE']!, 'utf8')).toBe(sandbox.pagerduty.ca)
    for (const [name, value] of Object.entries(env)) expect([name, value]).not.toEqual([name, ''])
  })

  /** What was sent as Alertmanager does; deploy markers go before some. */
  const alertsSent = (): Record<string, unknown>[] =>
    service.received.map(({ body }) => body).filter((body) => 'commonLabels' in body)

  it('starts an application of the recording and names it in the alert', async () => {
    await act('break', { scenario: 'executor-oom' })
    const [app] = (await ui()).spark.applications
    expect(app).toMatchObject({ name: 'orders-daily', state: 'RUNNING' })
    expect(alertsSent()[0]).toMatchObject({
      commonLabels: { app_id: app!.id, job_name: app!.name, alertname: 'SparkExecutorOOMKilled' },
    })
    expect((await fetch(`${app!.uiUrl}/api/v1/applications/${app!.id}`)).status).toBe(200)
  })

  it('gives each recorded scenario the job name of its recording', async () => {
    for (const scenario of ['executor-oom', 'data-skew', 'fetch-failure', 'driver-oom', 'streaming-lag'])
      await act('break', { scenario })
    const names = alertsSent().map((body) => (body['commonLabels'] as Record<string, string>)['job_name'])
    expect(names).toEqual((await ui()).spark.applications.map((app) => app.name))
  })

  it('remembers across a restart what its pipeline was asked to roll back', async () => {
    const body = JSON.stringify({
      id: 'act_1',
      type: 'rollback.requested.v1',
      at: new Date().toISOString(),
      data: {
        run: { job_name: 'invoices-daily', platform: 'sandbox' },
        from: '2.4.0',
        to: '2.3.1',
        incident: { team: 'data-platform' },
        requested_by: { name: 'Bob' },
      },
    })
    const signature = createHmac('sha256', sandbox.env['SANDBOX_ROLLBACK_SECRET']!).update(body).digest('hex')
    const headers = { 'content-type': 'application/json', 'x-arrestor-signature': `v1=${signature}` }
    const asked = await fetch(sandbox.env['SANDBOX_ROLLBACK_URL']!, { method: 'POST', headers, body })
    expect(asked.status).toBe(202)
    await sandbox.close()
    sandbox = await open()
    expect(sandbox.pipeline.rollbacks()).toEqual([{ id: 'act_1', job: 'invoices-daily', to: '2.3.1' }])
  })

  it('a driver that ran out of memory has ended, and burns on until it is made well', async () => {
    await act('break', { scenario: 'driver-oom' })
    const [app] = (await ui()).spark.applications
    expect(app).toMatchObject({ name: 'customer-export', state: 'FINISHED' })
    await act('break', { scenario: 'driver-oom' })
    expect((await ui()).spark.applications).toHaveLength(1)
  })

  it('takes the workers from the master while there are said to be none', async () => {
    const alive = async (): Promise<unknown> =>
      ((await (await fetch(`${sandbox.spark.masterUrl}/json/`)).json()) as Record<string, unknown>)[
        'aliveworkers'
      ]
    expect(await alive()).toBeGreaterThan(0)
    await act('break', { scenario: 'no-alive-workers' })
    expect(await alive()).toBe(0)
    await act('break', { scenario: 'well' })
    expect(await alive()).toBeGreaterThan(0)
  })

  it('goes on after a restart: messages, what burns, and how far the newcomer has come', async () => {
    await act('break', { scenario: 'streaming-lag' })
    await callSlack(sandbox.slack, 'chat.postMessage', { channel: 'C0STREAM', text: 'a card' })
    await sandbox.close()
    sandbox = await open()
    const state = await ui()
    expect(state.progress.broke).toBe(true)
    expect(state.scenarios.find((one) => one.id === 'streaming-lag')?.firing).toBe(1)
    expect(state.slack.channels.find((one) => one.id === 'C0STREAM')?.messages).toMatchObject([
      { text: 'a card' },
    ])
    await act('break', { scenario: 'well' })
    const prints = service.received.map(
      ({ body }) => (body['alerts'] as { fingerprint: string }[])[0]?.fingerprint,
    )
    expect(prints).toEqual([prints[0], prints[0]])
  })

  it('leaves nothing running when a port is taken', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve)
    })
    const { port } = taken.address() as AddressInfo
    const other = createSandbox({ port, dataDir, serviceUrl: service.url, webhookToken: 'sandbox' })
    await expect(other).rejects.toMatchObject({ code: 'EADDRINUSE' })
    // Slack's port, the next one, was taken first and is free again.
    await new Promise<void>((resolve, reject) => {
      const again = createServer().on('error', reject)
      again.listen(port + 1, '127.0.0.1', () => again.close(() => resolve()))
    })
    await new Promise<void>((resolve) => {
      taken.close(() => resolve())
    })
  })
})
