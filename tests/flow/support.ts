// What tests of the way out share: an alert that breaks something, Slack asked as a bot, rows of the store.
import { WebClient } from '@slack/web-api'
import { sql } from 'kysely'
import { TOKENS } from '../../src/sandbox/seed.ts'
import { type Message, type World, alertBody, textOf } from '../support/world.ts'

export const OOM = {
  alertname: 'SparkExecutorOOMKilled',
  severity: 'critical',
  team: 'data-platform',
  job_name: 'orders-daily',
}

/** An alert of that job in, and what it set going done. */
export async function fire(
  world: World,
  labels: Record<string, string> = {},
  fingerprint?: string,
): Promise<void> {
  await world.send(alertBody({ ...OOM, ...labels }, fingerprint === undefined ? {} : { fingerprint }))
  await world.settle()
}

/** A running application that keeps failing, its alert, and the card with the button that ends it. */
export async function broken(world: World): Promise<{ appId: string }> {
  const { appId, name } = world.spark.start('executor-oom')
  await world.send(alertBody({ ...OOM, job_name: name, app_id: appId }))
  await world.until(() => JSON.stringify(world.cards()[0] ?? '').includes('"act:0"'), 'the kill button')
  return { appId }
}

export function stateOf(world: World, appId: string): string | undefined {
  return world.spark.applications().find((app) => app.appId === appId)?.state
}

/** The bot as another process of ours, or a person who deletes, would use it. */
export function bot(world: World): WebClient {
  return new WebClient(TOKENS.slackBot, { slackApiUrl: world.slack.apiUrl, retryConfig: { retries: 0 } })
}

export const card = (world: World, at = 0): string => textOf(world.cards()[at])

/** Replies in the threads of a channel, oldest first, without the pictures. */
export function replies(world: World, channel?: string): Message[] {
  return allReplies(world, channel).filter((one) => !isPicture(one))
}

/** The messages with charts. */
export function pictures(world: World, channel?: string): Message[] {
  return allReplies(world, channel).filter(isPicture)
}

function allReplies(world: World, channel?: string): Message[] {
  return world.messages(channel).filter((one) => one.thread_ts !== undefined && one.thread_ts !== one.ts)
}

function isPicture({ files }: Message): boolean {
  return files?.some(({ name }) => /^chart-\d+-\d+\.png$/.test(name)) === true
}

/** Lines of the log with this code. */
export function told(world: World, code: string): string[] {
  return world.logs.filter((line) => line.includes(`"code":"${code}"`))
}

export interface Entry {
  readonly kind: string
  readonly reason: string
  readonly actor: { readonly name: string }
}

export async function timeline(world: World): Promise<Entry[]> {
  const { rows } = await sql<Entry>`select kind, reason, actor from timeline order by at, seq`.execute(
    world.store.db,
  )
  return rows
}

export async function refusals(world: World): Promise<string[]> {
  const { rows } = await sql<{ reason: string }>`
    select reason from timeline where kind = 'press_refused'
    union all select reason || ': ' || subject from decisions where kind = 'press_refused'`.execute(
    world.store.db,
  )
  return rows.map((row) => row.reason)
}

export async function page(
  world: World,
): Promise<{ state: string; second_route_at: Date | null; may_have_arrived: boolean } | undefined> {
  return await world.store.db
    .selectFrom('pages')
    .select(['state', 'second_route_at', 'may_have_arrived'])
    .executeTakeFirst()
}

/** `trigger`, `acknowledge`, `resolve` as PagerDuty accepted them. */
export function eventsOf(world: World): unknown[] {
  return world.pagerduty.state().events.map((event) => event['event_action'])
}

export async function metrics(world: World): Promise<string> {
  return await (await fetch(`${world.service.http.url}/metrics`)).text()
}
