// The whole way on real parts: a dying Spark application, a real Alertmanager, the service as a process of its own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, getJson, startCluster } from '../../scripts/spark/cluster.ts'
import { HOW_TO_INSTALL, type SparkInstallation, findSpark, wantedLines } from '../../scripts/spark/lines.ts'
import { NEVER, platformOf, runOf } from '../platforms/support.ts'
import { type Message, findButton, textOf } from '../support/world.ts'
import {
  type Alertmanager,
  HOW_TO_GET_ALERTMANAGER,
  hasAlertmanager,
  startAlertmanager,
} from './support/alertmanager.ts'
import { type Arrestor, ROOT, TOKENS_OF_TEST, startArrestor } from './support/arrestor.ts'
import { type Ends, configOf, startEnds } from './support/ends.ts'
import { stepsOfOneStory } from './support/steps.ts'
import { until } from './support/wait.ts'

const JOB = 'orders-daily'
/** Long enough that the card is there first, short enough to wait for. */
const PAGE_AFTER = '8s'

interface Application {
  readonly id: string
  readonly name: string
  readonly state: string
}

/** One line by default: a cluster takes a while to start. SPARK_LINES=3.5,4 takes both. */
const lines = process.env['SPARK_LINES'] === undefined ? (['4'] as const) : wantedLines()

for (const line of lines) {
  const spark = findSpark(line)
  const missing = spark === null ? HOW_TO_INSTALL : hasAlertmanager() ? null : HOW_TO_GET_ALERTMANAGER
  if (spark === null || missing !== null)
    it.skip(`end to end with Spark ${line} and Alertmanager (${missing})`)
  else wholeWay(spark)
}

function wholeWay(spark: SparkInstallation): void {
  describe(`end to end: Spark ${spark.version}, Alertmanager, the service as a process`, () => {
    stepsOfOneStory()
    let dir: string
    let cluster: Cluster
    let ends: Ends
    let arrestor: Arrestor
    let alertmanager: Alertmanager
    let appId: string
    const startsAt = new Date().toISOString()
    const alert = {
      labels: {
        alertname: 'SparkExecutorOOMKilled',
        severity: 'critical',
        platform: 'prod',
        job_name: JOB,
        job: 'spark-metrics',
      },
      annotations: { summary: `Executors of ${JOB} are being killed: out of memory` },
      startsAt,
      generatorURL: 'http://prometheus.example:9090/graph?g0.expr=up',
    }

    const applications = async (): Promise<Application[]> => {
      const master = (await getJson(`${cluster.masterUrl}/json/`)) ?? {}
      return [master['activeapps'], master['completedapps']].flatMap((list) => list as Application[])
    }
    const stateOfApp = async (): Promise<string | undefined> =>
      (await applications()).find(({ id }) => id === appId)?.state
    const card = (): Message => {
      const [first, ...others] = ends.cards()
      if (first === undefined || others.length > 0)
        throw new Error(`there are ${ends.cards().length} cards, not one`)
      return first
    }
    const cardSays = (text: string): Promise<void> =>
      until(
        () => textOf(ends.cards()[0]).includes(text),
        `"${text}" on the card`,
        60_000,
        () => `It says: ${textOf(ends.cards()[0])}\nLog: ${arrestor.stdout().slice(-2000)}`,
      )
    const pagerdutyHeard = (): string[] =>
      ends.pagerduty.state().events.map((event) => String(event['event_action']))

    beforeAll(async () => {
      dir = mkdtempSync(path.join(tmpdir(), 'arrestor-end-to-end-'))
      cluster = await startCluster(spark, { history: true })
      ends = await startEnds({ dir })
      arrestor = await startArrestor({
        dir,
        config: configOf({
          masterUrl: cluster.masterUrl,
          historyUrl: cluster.historyUrl,
          pageAfter: PAGE_AFTER,
        }),
        env: { ...ends.env, ARRESTOR_DATA_DIR: path.join(dir, 'data') },
      })
      alertmanager = await startAlertmanager(
        dir,
        `${arrestor.url}/webhooks/alertmanager`,
        TOKENS_OF_TEST.webhook,
      )
      await until(() => ends.slack.state().sockets === 1, 'the service at Slack')
    })
    afterAll(async () => {
      await alertmanager?.stop()
      await arrestor?.stop()
      await ends?.close()
      await cluster?.stop()
      rmSync(dir, { recursive: true, force: true })
    })

    it('the application’s executors really die, Alertmanager delivers, and one card appears', async () => {
      cluster.submit(path.join(ROOT, 'scripts/spark/jobs/executor_oom.py'), {}, [JOB])
      await until(
        async () => {
          appId = (await applications()).find(({ name }) => name === JOB)?.id ?? ''
          return appId !== ''
        },
        `${JOB} at the master`,
        120_000,
      )
      await until(async () => (await deadExecutors(cluster, appId)) >= 2, 'executors to die', 120_000)
      await alertmanager.post([alert])
      await cardSays(JOB)
      expect(findButton(card(), 'acknowledge')).toBeDefined()
      expect(textOf(card())).toContain('executor-oom')
    })

    it('the thread quotes Spark’s own failure line', async () => {
      await until(() => findButton(card(), 'act') !== undefined, 'the kill button', 90_000)
      await until(() => ends.thread(card()).length > 0, 'the findings')
      const thread = ends.thread(card()).map(textOf).join('\n')
      expect(thread).toContain('java.lang.OutOfMemoryError: Java heap space')
      expect(textOf(card())).toContain('OutOfMemoryError')
    })

    it('PagerDuty is asked while nobody acknowledges, and hears of the acknowledgement', async () => {
      await until(() => pagerdutyHeard().includes('trigger'), 'the page')
      await cardSays('*Paged*')
      expect(await ends.press('U0ALICE', 'acknowledge', card())).toMatchObject({ ok: true })
      await cardSays('*Acknowledged* by <@U0ALICE>')
      await until(() => pagerdutyHeard().includes('acknowledge'), 'the acknowledgement at PagerDuty')
      expect(ends.pagerduty.state().incidents).toMatchObject([{ status: 'acknowledged' }])
    })

    it('Kill Application ends nothing for a responder, and really ends it for the commander', async () => {
      expect(await stateOfApp()).toBe('RUNNING')
      await ends.press('U0ALICE', 'act', card())
      await until(() => ends.slack.state().ephemerals.length === 1, 'the refusal')
      expect(ends.slack.state().ephemerals[0]?.text).toContain('needs a commander')
      expect(await stateOfApp()).toBe('RUNNING')

      await ends.press('U0BOB', 'act', card())
      await cardSays('*done and verified*')
      expect(await stateOfApp()).toBe('KILLED')
      expect(textOf(card())).toContain(`Spark says ${appId} is killed`)
      expect(textOf(card())).toContain('asked by <@U0BOB>')
      expect(findButton(card(), 'act')).toBeUndefined()
    })

    it('Alertmanager’s resolve closes the incident, and PagerDuty saw it all under one key', async () => {
      await alertmanager.post([{ ...alert, endsAt: new Date().toISOString() }])
      await cardSays('*Resolved* by its source')
      await until(() => pagerdutyHeard().includes('resolve'), 'the resolution at PagerDuty')
      expect(pagerdutyHeard()).toEqual(['trigger', 'acknowledge', 'resolve'])
      expect(new Set(ends.pagerduty.state().events.map((event) => event['dedup_key'])).size).toBe(1)
      expect(ends.pagerduty.state().incidents).toMatchObject([{ status: 'resolved' }])
      const { incidents } = await arrestor.api<{ incidents: unknown[] }>('/incidents?state=all')
      expect(incidents).toMatchObject([
        { state: 'resolved', resolution: 'source', job_name: JOB, alerts_total: 1, alerts_firing: 0 },
      ])
    })

    it('was one card from beginning to end, and nobody complained', async () => {
      const { timeline } = await arrestor.api<{ timeline: { kind: string }[] }>('/incidents/1')
      const kinds = timeline.map(({ kind }) => kind)
      for (const kind of ['opened', 'diagnosed', 'page_sent', 'action_ended', 'action_verified'])
        expect(kinds).toContain(kind)
      expect(ends.cards()).toHaveLength(1)
      expect(ends.slack.state().warnings).toEqual([])
      expect(arrestor.logs().filter(({ level }) => level === 'error' || level === 'warn')).toEqual([])
      expect(arrestor.stderr()).toBe('')
      expect(await arrestor.stop()).toBe(0)
    })
  })
}

/** As the application's own driver counts them. */
async function deadExecutors(cluster: Cluster, appId: string): Promise<number> {
  const { reader } = platformOf({ master_url: cluster.masterUrl })
  const app = await reader.locate(runOf({ runId: appId }), NEVER)
  if (app?.foundAt !== 'driver') return 0
  return (await reader.executors(app, NEVER)).filter(({ active }) => !active).length
}
