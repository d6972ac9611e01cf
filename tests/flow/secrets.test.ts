// P12: our secrets are in no log, card, thread, timeline, decision, audit row or answer, also when everything fails.
import { describe, expect, it } from 'vitest'
import { PAGERDUTY_SERVICES, TOKENS } from '../../src/sandbox/seed.ts'
import { alertBody, envelope, findButton, startWorld } from '../support/world.ts'

const WEBHOOK = 'webhook-token-7f3a9c1e5d'
const API = 'api-token-b82d4e6f0a91'
const EVENTS = 'events-secret-3c5a7e9b1d'
const SECRETS = {
  'Slack’s bot token': TOKENS.slackBot,
  'Slack’s app token': TOKENS.slackApp,
  'a routing key': PAGERDUTY_SERVICES[0]!.routingKey,
  'another routing key': PAGERDUTY_SERVICES[1]!.routingKey,
  'the webhook’s token': WEBHOOK,
  'the API’s token': API,
  'the events’ secret': EVENTS,
}

/** The tables that people read, or that are shown to them. */
const TABLES = [
  'incidents',
  'alert_instances',
  'timeline',
  'decisions',
  'findings',
  'offers',
  'action_runs',
  'audit',
  'pages',
  'outbox',
  'due',
  'raw_bodies',
] as const

describe('secrets', () => {
  it(
    'P12: no secret of ours is written anywhere in a day on which everything fails',
    { timeout: 120_000 },
    async () => {
      const world = await startWorld({
        config: (yaml) =>
          `${yaml
            .replace(/token: sandbox/, `token: ${WEBHOOK}`)
            .replace(
              /token: sandbox/,
              `token: ${API}`,
            )}\nevents: { webhooks: [{ url: 'http://127.0.0.1:9/hook', secret: ${EVENTS} }] }\n`,
      })
      const { appId, name } = world.spark.start('executor-oom')
      const labels = {
        alertname: 'SparkExecutorOOMKilled',
        severity: 'critical',
        team: 'data-platform',
        job_name: name,
        app_id: appId,
      }
      const answers: unknown[] = []
      const send = async (body: unknown, token = WEBHOOK): Promise<void> => {
        answers.push(await world.send(body, token))
      }

      // Wrong credentials that are nearly right, and right ones where they do not belong.
      for (const token of [API, `${WEBHOOK}x`, TOKENS.slackBot]) await send(alertBody(labels), token)
      await send('no json')
      await send(envelope([{ bad: true }]))
      world.slack.faults.add({ kind: 'server_error', match: 'chat.postMessage' })
      world.spark.faults.add({ kind: 'server_error', count: 2 })
      world.pagerduty.faults.add({ kind: 'server_error', count: 2 })
      await send(alertBody(labels, { fingerprint: 'p12' }))
      await world.until(() => world.cards().length === 1, 'the card', 1_000)
      await world.until(() => findButton(world.cards()[0]!, 'act') !== undefined, 'the kill button')
      await world.clock.advance(70_000)
      await world.until(() => world.pagerduty.state().events.length > 0, 'the page', 1_000)
      await world.press('U0MALLORY', 'act')
      await world.press('U0BOB', 'act')
      await world.until(
        async () => (await world.store.db.selectFrom('action_runs').selectAll().execute()).length === 1,
        'the kill',
      )
      await world.press('U0ALICE', 'acknowledge')
      await send(alertBody(labels, { fingerprint: 'p12', status: 'resolved' }))
      await world.clock.advance(5_000)

      for (const path of [
        '/incidents?state=all',
        '/incidents/1',
        '/alerts?status=all',
        '/decisions',
        '/audit',
        '/runbooks',
        '/openapi.json',
        '/nothing',
      ]) {
        const answer = await fetch(`${world.service.http.url}/api/v1${path}`, {
          headers: { authorization: `Bearer ${API}` },
        })
        answers.push(await answer.text())
      }
      for (const path of ['/metrics', '/healthz', '/readyz'])
        answers.push(await (await fetch(world.service.http.url + path)).text())

      const written: Record<string, string> = {
        answers: JSON.stringify(answers),
        // Without the redaction that production's logger adds: what never gets there need not be taken out.
        logs: world.logs.join(''),
        slack: JSON.stringify(world.slack.state()),
        // A routing key is how an event reaches its service: it is in the event and nowhere else.
        pagerduty: JSON.stringify(
          world.pagerduty.state().events.map(({ routing_key: _key, ...event }) => event),
        ),
      }
      for (const table of TABLES) {
        const rows = await world.store.db.selectFrom(table).selectAll().execute()
        written[table] = JSON.stringify(
          rows.map((row) => ('body' in row ? { ...row, body: Buffer.from(row.body).toString() } : row)),
        )
      }
      for (const [place, text] of Object.entries(written)) {
        expect(text.length, `${place} has something to look through`).toBeGreaterThan(2)
        for (const [what, secret] of Object.entries(SECRETS))
          expect(text.includes(secret), `${what} in ${place}`).toBe(false)
      }
    },
  )
})
