// `arrestor doctor`: asks everything the configuration names whether it is there, and says the mend where it is not.
import type { Command } from 'commander'
import { readCertificateAuthority, readVariable, requireVariable } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { secretsOf } from '../config/secrets.ts'
import { discretionOfAll, settingsOf } from '../config/settings.ts'
import { ArrestorError, reasonOf } from '../errors.ts'
import { addressesOf } from '../pagerduty/config.ts'
import { createRest } from '../pagerduty/rest.ts'
import { type Connection, closeConnection, createConnection } from '../pagerduty/transport.ts'
import { checkSource } from '../checkout/check.ts'
import type { Check } from '../flow/check.ts'
import { createWebhooks } from '../http/webhook-sender.ts'
import { createPlatforms } from '../platforms/create.ts'
import { PLATFORM_KINDS } from '../platforms/registry.ts'
import { PROBES } from '../diagnosis/registry.ts'
import { ACTIONS } from '../remediation/registry.ts'
import { SOURCES } from '../sources/registry.ts'
import { lintConfigOf } from './runbook/lint.ts'
import { outlineOf } from '../config/outline.ts'
import { lintRunbooks } from '../runbooks/lint/index.ts'
import { linesForTerminal } from '../runbooks/terminal.ts'
import { createClient, slackFromEnvironment } from '../slack/index.ts'
import { failureOf } from '../slack/client.ts'
import { checkDatabase } from '../store/check.ts'

const ASK_MS = 5_000
const MARK = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'check configuration, database, Slack, PagerDuty, platforms and runbooks; exit code 1 when one fails',
    )
    .option('-c, --config <file>', 'configuration file (default: ARRESTOR_CONFIG or arrestor.yml)')
    .option('--json', 'as JSON')
    .action(async (options: { config?: string; json?: boolean }) => {
      const checks = await examine(options.config ?? process.env['ARRESTOR_CONFIG'] ?? 'arrestor.yml')
      console.log(
        options.json === true
          ? JSON.stringify(checks, null, 2)
          : checks
              .map(({ what, state, says }) => `${MARK[state]} ${linesForTerminal(`${what}: ${says}`)}`)
              .join('\n'),
      )
      if (checks.some((check) => check.state === 'failed')) process.exitCode = 1
    })
}

async function examine(file: string): Promise<readonly Check[]> {
  const environment = process.env
  let config: Config
  try {
    config = loadConfig(file, environment)
  } catch (error) {
    return [{ what: 'configuration', state: 'failed', says: reason(error) }]
  }
  const checks = await Promise.all([
    check('database', () =>
      checkDatabase({
        databaseUrl: readVariable(environment, 'DATABASE_URL'),
        dataDir: readVariable(environment, 'ARRESTOR_DATA_DIR') ?? 'data',
      }),
    ),
    slackCheck(config),
    pagerDutyCheck(config),
    ...platformChecks(config),
    ...webhookChecks(config),
    runbookCheck(config),
    ...config.runbooks.git.map((source) =>
      check(`repository ${source.name}`, () =>
        checkSource(source, {
          environment,
          ca: readCertificateAuthority(environment),
          timeoutMs: ASK_MS,
        }),
      ),
    ),
  ])
  // What was asked may repeat in its refusal who we are.
  const { name } = discretionOfAll(config, secretsOf(config, environment))
  const told = checks.flat().map((one) => ({ ...one, says: name(one.says) }))
  return [{ what: 'configuration', state: 'ok', says: file }, ...told, ...gaps(config)]
}

/** Each platform, and the Prometheus beside it where one is configured. */
function platformChecks(config: Config): Promise<Check>[] {
  const { readers } = createPlatforms(config.platforms, settingsOf(config).normaliseJobName)
  return [...readers].flatMap(([name, reader]) => {
    const { metrics } = reader
    return [
      check(`platform ${name}`, () => reader.check(AbortSignal.timeout(ASK_MS))),
      ...(metrics === undefined
        ? []
        : [check(`Prometheus of ${name}`, () => metrics.check(AbortSignal.timeout(ASK_MS)))]),
    ]
  })
}

/** Each webhook that actions send; nothing is set off. */
function webhookChecks(config: Config): Promise<Check>[] {
  return Object.entries(config.rollback.webhooks).map(([name, webhook]) =>
    check(`webhook ${name}`, () =>
      connected(async (connection) => {
        const [sender] = createWebhooks({ [name]: webhook }, connection)
        return (await sender?.check(AbortSignal.timeout(ASK_MS))) ?? ''
      }),
    ),
  )
}

/** Asks over a connection as the service has it. Throws ARR-102. */
async function connected<T>(ask: (connection: Connection) => Promise<T>): Promise<T> {
  const ca = readCertificateAuthority(process.env)
  const proxy = readVariable(process.env, 'HTTPS_PROXY')
  const noProxy = readVariable(process.env, 'NO_PROXY')
  const connection = createConnection({
    timeoutMs: ASK_MS,
    ...(ca === undefined ? {} : { ca }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  })
  try {
    return await ask(connection)
  } finally {
    closeConnection(connection)
  }
}

async function check(what: string, ask: () => Promise<string>): Promise<Check> {
  try {
    return { what, state: 'ok', says: await ask() }
  } catch (error) {
    return { what, state: 'failed', says: reason(error) }
  }
}

async function slackCheck(config: Config): Promise<Check[]> {
  const environment = process.env
  try {
    const tokens = slackFromEnvironment(
      (name, wantedBy) => requireVariable(environment, name, wantedBy),
      readVariable(environment, 'SLACK_API_URL'),
    )
    const client = createClient(tokens)
    const me = await client.auth.test()
    const checks: Check[] = [
      { what: 'Slack', state: 'ok', says: `${me.user ?? 'the app'} in ${me.team ?? 'the workspace'}` },
    ]
    for (const [name, team] of Object.entries(config.teams))
      try {
        const { channel } = await client.conversations.info({ channel: team.channel })
        const member = channel?.is_member === true
        checks.push({
          what: `channel of team ${name}`,
          state: member ? 'ok' : 'failed',
          says: member
            ? `#${channel.name ?? team.channel}`
            : `invite the app to #${channel?.name ?? team.channel}`,
        })
      } catch (error) {
        const failure = failureOf(error)
        const told =
          failure.kind === 'refused'
            ? new ArrestorError('ARR-303', { channel: team.channel, error: failure.error, team: name })
            : error
        checks.push({ what: `channel of team ${name}`, state: 'failed', says: reason(told) })
      }
    return checks
  } catch (error) {
    const failure = failureOf(error)
    const told =
      error instanceof ArrestorError
        ? error
        : failure.kind === 'refused'
          ? new ArrestorError('ARR-302', { error: failure.error })
          : new ArrestorError('ARR-301', {
              url: readVariable(environment, 'SLACK_API_URL') ?? 'https://slack.com/api/',
              why: reasonOf(error),
            })
    return [{ what: 'Slack', state: 'failed', says: reason(told) }]
  }
}

async function pagerDutyCheck(config: Config): Promise<Check[]> {
  const environment = process.env
  const token = config.pagerduty.api_token ?? readVariable(environment, 'PAGERDUTY_API_TOKEN')
  if (token === undefined)
    return [
      {
        what: 'PagerDuty',
        state: 'warning',
        says: 'no PAGERDUTY_API_TOKEN: pages go out, but cannot be confirmed or checked here',
      },
    ]
  const apiUrl = readVariable(environment, 'PAGERDUTY_API_URL') ?? addressesOf(config.pagerduty).apiUrl
  return [
    await check('PagerDuty', async () => {
      const answer = await connected((connection) =>
        createRest({ connection, apiUrl, token }).openIncidents([]),
      )
      if (answer.kind === 'ok') return 'the REST API answers'
      throw new ArrestorError('ARR-401', { why: answer.detail })
    }),
  ]
}

async function runbookCheck(config: Config): Promise<Check[]> {
  const outline = outlineOf(config)
  // All of them come from repositories.
  if (outline.folders.length === 0) return []
  const report = await lintRunbooks(
    outline.folders,
    { probes: PROBES, actions: ACTIONS },
    { config: lintConfigOf(outline), sources: [...SOURCES.keys()], kinds: PLATFORM_KINDS },
  )
  // A library is for every kind of platform; what yours leaves out is no trouble of this installation.
  const problems = report.problems.filter(({ code }) => code !== 'no-platform' && code !== 'no-webhook')
  const warnings = problems.length - report.errors
  const state = report.errors > 0 ? 'failed' : warnings > 0 ? 'warning' : 'ok'
  const first = problems[0]
  const says = `${report.runbooks} loaded, ${report.errors} errors, ${warnings} warnings${first === undefined ? '' : `; ${first.file}:${first.line}: ${first.message}`}`
  return [{ what: 'runbooks', state, says }]
}

/** What is configured in a way that will disappoint at 03:00. */
function gaps(config: Config): Check[] {
  const found: Check[] = []
  const warn = (what: string, says: string): void => void found.push({ what, state: 'warning', says })
  for (const [name, team] of Object.entries(config.teams)) {
    if (team.pagerduty === undefined)
      warn(`team ${name}`, 'no PagerDuty routing key: its pages have no way out')
    if (team.second_route === undefined)
      warn(`team ${name}`, 'no second_route: a page that PagerDuty does not take shows on the card alone')
    if (team.commanders.length === 0) warn(`team ${name}`, 'no commanders: nobody may press what needs one')
  }
  if (Object.keys(config.webhooks).length === 0)
    warn('webhooks', 'no credentials: no alert source can send anything')
  return found
}

/** One line, but for a list of problems: that stays one a line. */
function reason(error: unknown): string {
  if (!(error instanceof ArrestorError)) return reasonOf(error)
  return error.message.includes('\n    ') ? error.message : error.message.replaceAll('\n  ', ' ')
}
