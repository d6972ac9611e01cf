// The other ends of the wire for a real service process: the sandbox's Slack and PagerDuty, in the test's own process.
import { type PagerDutyServer, createPagerDutyServer } from '../../../src/sandbox/pagerduty/server.ts'
import { PAGERDUTY_SERVICES, PAGERDUTY_USERS, TOKENS, WORKSPACE } from '../../../src/sandbox/seed.ts'
import { createSlackServer } from '../../../src/sandbox/slack/server.ts'
import type { SlackServer } from '../../../src/sandbox/slack/types.ts'
import { ensureCertificates } from '../../../src/sandbox/tls.ts'
import { type Message, findButton } from '../../support/world.ts'
import { ROOT, TOKENS_OF_TEST } from './arrestor.ts'

export interface Ends {
  readonly slack: SlackServer
  readonly pagerduty: PagerDutyServer
  /** What the service must be told to reach them. */
  readonly env: Readonly<Record<string, string>>
  messages(channel?: string): Message[]
  /** Messages of a channel that are no replies. */
  cards(channel?: string): Message[]
  /** Replies below a card. */
  thread(card: Message, channel?: string): Message[]
  press(user: string, actionId: string, card: Message, channel?: string): Promise<{ ok: boolean }>
  close(): Promise<void>
}

export interface EndsOptions {
  /** Kept for certificates. */
  readonly dir: string
  readonly slackPort?: number
  readonly pagerdutyPort?: number
}

export async function startEnds(options: EndsOptions): Promise<Ends> {
  const tls = await ensureCertificates(options.dir)
  const slack = await createSlackServer({ port: options.slackPort ?? 0, workspace: WORKSPACE })
  const pagerduty = await createPagerDutyServer({
    port: options.pagerdutyPort ?? 0,
    tls,
    services: [...PAGERDUTY_SERVICES],
    users: [...PAGERDUTY_USERS],
    apiToken: TOKENS.pagerdutyApi,
  })
  const messages = (channel = 'C0DATA'): Message[] =>
    (slack.state().channels.find((one) => one.id === channel)?.messages ?? []) as unknown as Message[]
  const isRoot = (message: Message): boolean =>
    message.thread_ts === undefined || message.thread_ts === message.ts
  return {
    slack,
    pagerduty,
    env: environment(slack.apiUrl, pagerduty.baseUrl, tls.caFile ?? ''),
    messages,
    cards: (channel) => messages(channel).filter(isRoot),
    thread: (card, channel) =>
      messages(channel).filter((message) => message.thread_ts === card.ts && !isRoot(message)),
    async press(user, actionId, card, channel = 'C0DATA') {
      const button = findButton(card, actionId)
      if (button === undefined) throw new Error(`The card has no button ${actionId}`)
      return await slack.click({
        user,
        channel,
        ts: card.ts,
        block_id: button.blockId,
        action_id: button.actionId,
      })
    },
    async close() {
      await Promise.all([slack.close(), pagerduty.close()])
    },
  }
}

/** The environment of a service that speaks to these ends. */
export function environment(slackUrl: string, pagerdutyUrl: string, caFile: string): Record<string, string> {
  return {
    SLACK_API_URL: slackUrl,
    SLACK_BOT_TOKEN: TOKENS.slackBot,
    SLACK_APP_TOKEN: TOKENS.slackApp,
    PAGERDUTY_EVENTS_URL: pagerdutyUrl,
    PAGERDUTY_API_URL: pagerdutyUrl,
    PAGERDUTY_ROUTING_KEY: PAGERDUTY_SERVICES[0]?.routingKey ?? '',
    ARRESTOR_CA_FILE: caFile,
    WEBHOOK_TOKEN: TOKENS_OF_TEST.webhook,
    API_TOKEN: TOKENS_OF_TEST.api,
  }
}

export interface ConfigOptions {
  /** Where Spark's master is; without it there is no platform. */
  readonly masterUrl?: string
  readonly historyUrl?: string | null
  /** When the first step pages, such as `5s`. */
  readonly pageAfter: string
}

/** An arrestor.yml as an operator writes it, for the sandbox's people and channels. */
export function configOf(options: ConfigOptions): string {
  const history =
    options.historyUrl === undefined || options.historyUrl === null
      ? ''
      : `\n    history_url: ${options.historyUrl}`
  const platforms =
    options.masterUrl === undefined
      ? ''
      : `
platforms:
  prod:
    kind: spark-standalone
    master_url: ${options.masterUrl}${history}
    actions: [application.kill]
`
  return `service:
  host: 127.0.0.1

teams:
  data-platform:
    channel: C0DATA
    responders: [U0ALICE]
    commanders: [U0BOB]
    platforms: [${options.masterUrl === undefined ? '' : 'prod'}]
    pagerduty: { routing_key: '\${PAGERDUTY_ROUTING_KEY}' }
    second_route: { slack: C0GENERAL }

routing:
  default_team: data-platform
${platforms}
actions:
  spark.kill-application: { requires: commander }

escalation:
  default:
    steps:
      - { after: ${options.pageAfter}, page: true }

runbooks:
  folders: ['${ROOT}/runbooks']

webhooks:
  alertmanager:
    credentials: [{ name: test, token: '\${WEBHOOK_TOKEN}' }]

api:
  tokens: [{ name: test, token: '\${API_TOKEN}' }]
`
}
