// A Slack server and a real Bolt app against it, ended after each test.
import { App, type Logger, LogLevel, SocketModeReceiver } from '@slack/bolt'
import {
  type ChatPostMessageArguments,
  type ChatPostMessageResponse,
  WebAPIPlatformError,
  WebClient,
} from '@slack/web-api'
import { onTestFinished } from 'vitest'

import { createSlackServer } from '../../../src/sandbox/slack/server.ts'
import type { SlackServer, SlackServerOptions, WorkspaceSeed } from '../../../src/sandbox/slack/types.ts'

export const SEED: WorkspaceSeed = {
  team: { id: 'T0SANDBOX', domain: 'sandbox' },
  botUser: { id: 'U0BOT', name: 'arrestor' },
  botToken: 'xoxb-test',
  appToken: 'xapp-test',
  users: [
    { id: 'U0ALICE', name: 'alice', realName: 'Alice', email: 'alice@example.com' },
    { id: 'U0BOB', name: 'bob', realName: 'Bob', email: 'bob@example.com' },
    { id: 'U0EVE', name: 'eve', realName: 'Eve', email: 'eve@example.com' },
  ],
  channels: [
    { id: 'C0DATA', name: 'data-alerts', members: ['U0ALICE', 'U0BOB', 'U0BOT'] },
    { id: 'C0OTHER', name: 'other', members: ['U0ALICE'] },
  ],
  commands: [{ command: '/spark', description: 'Incidents', usageHint: 'list' }],
  usergroups: [{ id: 'S0DATA', handle: 'data', name: 'Data', users: ['U0ALICE'] }],
}

export async function startSlack(options: Partial<SlackServerOptions> = {}): Promise<SlackServer> {
  const slack = await createSlackServer({ port: 0, workspace: SEED, ...options })
  onTestFinished(async () => {
    await slack.close()
  })
  return slack
}

/** The real client with the bot's token, without retries, so that a test sees the first answer. */
export function clientOf(slack: SlackServer, token = 'xoxb-test'): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    logger: SILENT,
  })
}

/** `chat.postMessage`; by name, since the linter takes a method of that name for a browser window's. */
export async function say(
  client: WebClient,
  message: ChatPostMessageArguments,
): Promise<ChatPostMessageResponse & { ts: string }> {
  const { chat } = client
  const send = chat['postMessage']
  return (await send(message)) as ChatPostMessageResponse & { ts: string }
}

export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
}

/** A real Bolt app over Socket Mode, connected when this returns. `prepare` adds its listeners. */
export async function startBolt(
  slack: SlackServer,
  prepare: (app: App) => void,
  receiver: SocketModeReceiver = new SocketModeReceiver({
    appToken: 'xapp-test',
    logger: SILENT,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  }),
): Promise<App> {
  const app = new App({
    token: 'xoxb-test',
    receiver,
    convoStore: false,
    logger: SILENT,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  })
  prepare(app)
  await app.start()
  onTestFinished(async () => {
    await receiver.client.disconnect()
  })
  return app
}

/** Resolves at the first change after which `ready` gives something. */
export async function until<T>(slack: SlackServer, ready: () => T | undefined): Promise<T> {
  return await new Promise<T>((resolve) => {
    let stop = (): void => undefined
    const look = (): void => {
      const found = ready()
      if (found === undefined) return
      stop()
      resolve(found)
    }
    stop = slack.subscribe(look)
    look()
  })
}

/** A promise with its handles, for listeners that tests wait for. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  return Promise.withResolvers<T>()
}

/** A section with one button: the smallest message that can be pressed. */
export function buttonBlocks(value = 'incident-1'): Record<string, unknown>[] {
  return [
    { type: 'section', block_id: 'what', text: { type: 'mrkdwn', text: '*Executor lost*' } },
    {
      type: 'actions',
      block_id: 'do',
      elements: [
        { type: 'button', action_id: 'ack', value, text: { type: 'plain_text', text: 'Acknowledge' } },
        {
          type: 'static_select',
          action_id: 'assign',
          options: [
            { text: { type: 'plain_text', text: 'Alice' }, value: 'U0ALICE' },
            { text: { type: 'plain_text', text: 'Bob' }, value: 'U0BOB' },
          ],
        },
      ],
    },
  ]
}

/** The platform error that a call of the real client ends with; fails when it does not. */
export async function errorOf(call: Promise<unknown>): Promise<WebAPIPlatformError> {
  const error: unknown = await call.then(
    () => new Error('the call was not refused'),
    (reason: unknown) => reason,
  )
  if (error instanceof WebAPIPlatformError) return error
  throw error
}
