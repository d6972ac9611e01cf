// P12: every secret that the configuration or the environment can hold is known to the logger.
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { discretionOf } from '../../src/flow/settings.ts'
import { settingsOf } from '../../src/config/settings.ts'
import { secretsOf } from '../../src/config/secrets.ts'

const KEY = 'R'.repeat(32)
const YAML = `
teams: { a: { channel: C0A, pagerduty: { routing_key: '${KEY}' } } }
routing: { default_team: a }
platforms: { prod: { kind: spark-standalone, master_url: http://m.example:8080, authorization: 'Bearer spark-secret', prometheus: { url: 'http://p.example', authorization: 'Bearer metrics-secret' } } }
escalation: { default: { steps: [{ after: 5m }] } }
pagerduty: { api_token: pd-api-secret, webhook_secrets: [pd-hook-one, pd-hook-two] }
webhooks: { alertmanager: { credentials: [{ name: am, token: webhook-secret }] } }
api: { tokens: [{ name: cli, token: api-secret }] }
events: { webhooks: [{ url: 'http://e.example', secret: events-secret }] }
`

const PLACES = {
  'spark-standalone': 'master_url: http://m.example:8080',
  livy: 'livy_url: http://l.example:8998',
  yarn: 'rm_urls: [http://y.example:8088]',
} as const

describe('P12: who we are to a web interface', () => {
  it.each(
    Object.entries(PLACES).flatMap(([kind, place]) =>
      [
        ['{ type: basic, username: me, password: pass-word }', 'pass-word'],
        [
          '{ type: basic, username: me, password: pass-word }',
          Buffer.from('me:pass-word').toString('base64'),
        ],
        ['{ type: bearer, token: bearer-token }', 'bearer-token'],
        ['{ type: header, name: X-Api-Key, value: header-value }', 'header-value'],
      ].map(([auth, secret]) => [kind, auth, place, secret]),
    ),
  )('of %s with %s is among the secrets', (kind, auth, place, secret) => {
    const yaml = YAML.replace(
      /^platforms: .*$/m,
      `platforms: { prod: { kind: ${kind}, ${place}, auth: ${auth} } }`,
    )
    const config = parseConfig(yaml, 'a.yml', {})
    expect(secretsOf(config, {})).toContain(secret)
    const { teams, discretion } = settingsOf(config)
    expect(teams.get('a')?.discretion.text(`no ${secret}`)).toBe('no [redacted]')
    expect(discretionOf({ teams, discretion }, 'gone').text(`no ${secret}`)).toBe('no [redacted]')
  })
})

describe('P12: the secrets of a configuration', () => {
  it.each([
    KEY,
    'Bearer spark-secret',
    'Bearer metrics-secret',
    'pd-api-secret',
    'pd-hook-one',
    'pd-hook-two',
    'webhook-secret',
    'api-secret',
    'events-secret',
    'xoxb-secret',
    'xapp-secret',
    'signing-secret',
    'pd-env-secret',
    'postgres://me:p%40ss-word@db/x',
    'p%40ss-word',
    'p@ss-word',
    'proxy-pass',
  ])('%s is among them', (secret) => {
    const environment = {
      SLACK_BOT_TOKEN: 'xoxb-secret',
      SLACK_APP_TOKEN: 'xapp-secret',
      SLACK_SIGNING_SECRET: 'signing-secret',
      PAGERDUTY_API_TOKEN: 'pd-env-secret',
      DATABASE_URL: 'postgres://me:p%40ss-word@db/x',
      HTTPS_PROXY: 'http://user:proxy-pass@proxy.example:3128',
    }
    expect(secretsOf(parseConfig(YAML, 'a.yml', {}), environment)).toContain(secret)
  })

  it('an environment without any has none, whatever its addresses look like', () => {
    const bare = parseConfig(YAML, 'a.yml', {})
    const none = secretsOf(bare, {}).length
    expect(secretsOf(bare, { HTTPS_PROXY: 'http://proxy.example:3128' })).toHaveLength(none)
    expect(secretsOf(bare, { HTTPS_PROXY: 'no address' })).toHaveLength(none)
    expect(secretsOf(bare, { HTTPS_PROXY: 'http://u:%zz@proxy.example' })).toContain('%zz')
  })
})
