// The sandbox: a Slack, a PagerDuty, a Spark and a deployment pipeline on this machine, and the page on which they are seen and broken.
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { createPipelineServer, type PipelineServer } from './pipeline/server.ts'
import { createPagerDutyServer, type PagerDutyServer } from './pagerduty/server.ts'
import { PAGERDUTY_SERVICES, PAGERDUTY_USERS, TOKENS, WORKSPACE } from './seed.ts'
import { openMemory } from './shell/memory.ts'
import { createPageServer } from './shell/page-server.ts'
import { sparkPart } from './shell/parts.ts'
import { createSlackServer } from './slack/server.ts'
import type { SlackServer } from './slack/types.ts'
import { createSparkReplay, type SparkReplay } from './spark/replay.ts'
import { ensureCertificates } from './tls.ts'

export type SandboxOptions = {
  /** Of the page; Slack, PagerDuty and Spark take the next three, the pipeline any. 0 = any free ports. */
  port: number
  /** Where state and certificates are kept, so that a second start goes on where the first ended. */
  dataDir: string
  /** Where alerts are sent, such as http://127.0.0.1:3000. */
  serviceUrl: string
  /** The bearer token of the service's webhooks for Alertmanager and deploy markers. */
  webhookToken: string
  now?: () => number
}

export type Sandbox = {
  /** Of the page. */
  url: string
  /** What the product has to be told to speak to this sandbox; only these differ from production. */
  env: Readonly<Record<string, string>>
  slack: SlackServer
  pagerduty: PagerDutyServer
  spark: SparkReplay
  pipeline: PipelineServer
  close: () => Promise<void>
}

/**
 * Starts all five servers on 127.0.0.1. The product itself is not started here.
 * Errors: a port that is taken (nothing is left running then), or state in `dataDir` that is not a sandbox's.
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { dataDir, serviceUrl, webhookToken, now = Date.now } = options
  await mkdir(dataDir, { recursive: true })
  const file = (name: string): string => path.join(dataDir, name)
  const port = (offset: number): number => (options.port === 0 ? 0 : options.port + offset)
  const memory = openMemory(file('sandbox.json'))
  const tls = await ensureCertificates(dataDir)
  const open: { close: () => Promise<void> }[] = []
  const opened = <T extends { close: () => Promise<void> }>(part: T): T => {
    open.unshift(part)
    return part
  }
  const close = async (): Promise<void> => {
    for (const part of open) await part.close()
  }
  try {
    const slack = opened(
      await createSlackServer({ port: port(1), workspace: WORKSPACE, stateFile: file('slack.json'), now }),
    )
    const pagerduty = opened(
      await createPagerDutyServer({
        port: port(2),
        tls,
        services: [...PAGERDUTY_SERVICES],
        users: [...PAGERDUTY_USERS],
        apiToken: TOKENS.pagerdutyApi,
        webhook: { url: `${serviceUrl}/webhooks/pagerduty`, secret: TOKENS.pagerdutyWebhookSecret },
        stateFile: file('pagerduty.json'),
        now,
      }),
    )
    const spark = opened(await createSparkReplay({ port: port(3), stateFile: file('spark.json'), now }))
    const pipeline = opened(
      await createPipelineServer({
        port: 0,
        secret: TOKENS.rollbackSecret,
        serviceUrl,
        webhookToken,
        stateFile: file('pipeline.json'),
        now,
      }),
    )
    const parts = { slack, pagerduty, spark: sparkPart(spark) }
    const page = opened(
      await createPageServer({
        port: port(0),
        parts,
        memory,
        serviceUrl,
        webhookToken,
        rolledBackAt: (job) =>
          pipeline.rollbacks().findLast((one) => one.job === job && one.deployedAt !== undefined)?.deployedAt,
        now,
      }),
    )
    for (const part of [slack, pagerduty, spark]) part.subscribe(page.changed)
    const env = environment({ slack, pagerduty, spark, pipeline, caFile: tls.caFile ?? file('ca.pem') })
    return { url: page.url, env, slack, pagerduty, spark, pipeline, close }
  } catch (error) {
    await close()
    throw error
  }
}

function environment(at: {
  slack: SlackServer
  pagerduty: PagerDutyServer
  spark: SparkReplay
  pipeline: PipelineServer
  caFile: string
}): Record<string, string> {
  const [dataPlatform, streaming] = PAGERDUTY_SERVICES
  return {
    SLACK_API_URL: at.slack.apiUrl,
    SLACK_BOT_TOKEN: TOKENS.slackBot,
    SLACK_APP_TOKEN: TOKENS.slackApp,
    SLACK_SIGNING_SECRET: TOKENS.slackSigningSecret,
    PAGERDUTY_EVENTS_URL: at.pagerduty.baseUrl,
    PAGERDUTY_API_URL: at.pagerduty.baseUrl,
    PAGERDUTY_API_TOKEN: TOKENS.pagerdutyApi,
    PAGERDUTY_WEBHOOK_SECRET: TOKENS.pagerdutyWebhookSecret,
    PAGERDUTY_ROUTING_KEY_DATA_PLATFORM: dataPlatform?.routingKey ?? '',
    PAGERDUTY_ROUTING_KEY_STREAMING: streaming?.routingKey ?? '',
    SANDBOX_SPARK_MASTER_URL: at.spark.masterUrl,
    SANDBOX_SPARK_HISTORY_URL: at.spark.historyUrl,
    SANDBOX_ROLLBACK_URL: at.pipeline.rollbackUrl,
    SANDBOX_ROLLBACK_SECRET: TOKENS.rollbackSecret,
    ARRESTOR_CA_FILE: at.caFile,
  }
}
