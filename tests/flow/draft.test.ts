// Drafts of real incidents: every scenario of the sandbox, worked on and resolved, becomes a runbook that lints and tests clean.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { PROBES } from '../../src/diagnosis/registry.ts'
import { listIncidents } from '../../src/incidents/repository.ts'
import { ACTIONS } from '../../src/remediation/registry.ts'
import { lintRunbooks } from '../../src/runbooks/lint/index.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import { actionsOf, probesOf } from '../../src/runbooks/model.ts'
import { testRunbooks } from '../../src/runbooks/test-runner.ts'
import { groupBy, webhookBody } from '../../src/sandbox/break/alertmanager.ts'
import { SCENARIOS } from '../../src/sandbox/break/scenarios.ts'
import { type World, startWorld } from '../support/world.ts'
import { type } from '../slack/typing.ts'
import { broken, replies, stateOf, timeline } from './support.ts'

const SHIPPED = path.join(import.meta.dirname, '../../runbooks')

interface FileReply {
  readonly text: string
  readonly files?: { readonly id: string; readonly name: string; readonly title: string }[]
}

/** Drafts; captured evidence comes as files as well. */
const isDraft = ({ name }: { readonly name: string }): boolean => /\.(?:md|yml)$/.test(name)
const uploads = (world: World): FileReply[] =>
  (replies(world) as unknown as FileReply[]).filter(({ files }) => files?.some(isDraft))

const shown = (world: World): number => world.slack.state().calls['files.completeUploadExternal'] ?? 0

interface Answer {
  readonly id: string
  readonly files: readonly { readonly name: string; readonly text: string }[]
}

async function drafted(world: World, number: number | string, token = 'sandbox'): Promise<Response> {
  return await fetch(`${world.service.http.url}/api/v1/incidents/${number}/runbook-draft`, {
    headers: { authorization: `Bearer ${token}` },
  })
}

/** Lint and tests of a draft, alone and beside the shipped library. */
async function expectClean({ files }: Answer): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'arrestor-draft-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  for (const { name, text } of files) await writeFile(path.join(folder, name), text)
  for (const folders of [[folder], [SHIPPED, folder]]) {
    const { problems } = await lintRunbooks(folders, { probes: PROBES, actions: ACTIONS })
    expect(problems.filter(({ level }) => level === 'error')).toEqual([])
    const report = await testRunbooks(folders, { actions: ACTIONS })
    const ours = report.cases.filter(({ file }) => file.startsWith(folder))
    expect(ours.length).toBeGreaterThanOrEqual(2)
    expect(ours.flatMap(({ differences }) => differences)).toEqual([])
  }
}

describe('a draft of every scenario of the sandbox', { timeout: 120_000 }, () => {
  it('lints without errors and passes its own tests, alone and beside the shipped runbooks', async () => {
    const world = await startWorld()
    for (const scenario of SCENARIOS) {
      const appId =
        scenario.recording === undefined ? {} : { appId: world.spark.start(scenario.recording).appId }
      const alerts = scenario.alerts({ startsAt: '2026-11-02T02:59:00Z', ...appId })
      for (const group of groupBy(alerts, scenario.groupBy)) await world.send(webhookBody(group))
    }
    const open = async () =>
      await world.store.transaction((tx) =>
        listIncidents(tx, { teams: null, states: null, limit: 100, before: null }),
      )
    const isDone = async (): Promise<boolean> =>
      (await open()).every(({ diagnosis }) => diagnosis === 'done' || diagnosis === 'none')
    await world.until(isDone, 'all diagnoses', 250)
    const incidents = await open()
    expect(incidents.length).toBeGreaterThanOrEqual(SCENARIOS.length - 1)
    for (const { number, title } of incidents) {
      const response = await drafted(world, number)
      expect([title, response.status]).toEqual([title, 200])
      await expectClean((await response.json()) as Answer)
    }
  })
})

describe('/spark runbook draft', { timeout: 60_000 }, () => {
  it('writes what was done into files in the thread: probes, the press, the notes, and how it ended', async () => {
    const world = await startWorld()
    const { appId } = await broken(world)
    await type(world, 'note 1 <@U0BOB|bob> says the new column doubled the rows')
    await world.press('U0BOB', 'act:0')
    await world.until(() => stateOf(world, appId) === 'KILLED', 'the kill')
    await world.until(
      async () => (await timeline(world)).some(({ kind }) => kind === 'action_verified'),
      'its verification',
      500,
    )
    await type(world, 'resolve 1', 'U0BOB')
    const { text } = await type(world, 'runbook draft #1')
    expect(text).toMatch(/^Drafted spark-executor-oom-killed\S*: 2 files are in the thread of #1\.$/)
    const [reply, ...others] = uploads(world)
    expect(others).toEqual([])
    expect(reply?.files?.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^spark-executor-oom-killed.*\.md$/),
      expect.stringMatching(/^spark-executor-oom-killed.*\.test\.yml$/),
    ])
    expect((await timeline(world)).at(-1)).toMatchObject({
      kind: 'runbook_drafted',
      actor: { name: 'alice' },
    })

    const answer = (await (await drafted(world, 1)).json()) as Answer
    const [markdown] = answer.files
    const file = world.slack.state().files.find(({ name }) => name === markdown!.name)
    const headers = { authorization: 'Bearer xoxb-sandbox' }
    expect(await (await fetch(file!.url_private, { headers })).text()).toBe(markdown!.text)
    await expectClean(answer)
    const { runbook } = parseRunbook(markdown!.text, markdown!.name)
    expect(probesOf(runbook!).map(({ use }) => use)).toContain('spark.executor-deaths')
    expect(actionsOf(runbook!)).toMatchObject([
      { use: 'spark.kill-application', requires: 'commander', verify: { withinMs: 60_000 } },
    ])
    expect(runbook!.match.at(-1)?.text).toMatch(
      /^alertname="SparkExecutorOOMKilled", death\.signature="F0\d"$/,
    )
    expect(markdown!.text).toContain('a commander asked for it')
    expect(markdown!.text).toContain('it succeeded, and a probe confirmed it')
    expect(markdown!.text).toContain('> somebody says the new column doubled the rows')
    expect(markdown!.text).toMatch(/a person resolved it\.\n$/)
    expect(answer.files.map((one) => one.text).join('')).not.toMatch(/\balice\b|\bbob\b|U0[A-Z]+/i)
  })

  it('P8: is for responders and commanders of the team, and says so to others', async () => {
    const world = await startWorld()
    await broken(world)
    for (const user of ['U0MALLORY', 'U0CAROL'])
      expect((await type(world, 'runbook draft 1', user)).text).toContain(
        'needs a responder of team data-platform',
      )
    expect(uploads(world)).toEqual([])
    expect(world.slack.state().files.filter(isDraft)).toEqual([])
    expect((await type(world, 'runbook draft')).text).toContain('`/spark runbook draft 42`')
    expect((await type(world, 'runbook draft 99')).text).toContain('There is no incident 99')
    expect((await type(world, 'runbook')).text).toContain('`/spark runbook draft &lt;number&gt;`')
    expect((await type(world, 'runbook drafft 1')).text).toContain('did you mean `/spark runbook draft`?')
  })

  it('tells the person what is wrong and what to do, where Slack refuses, slows down or stays silent', async () => {
    const world = await startWorld({
      workspace: (seed) => ({
        ...seed,
        scopes: (seed.scopes ?? []).filter((scope) => scope !== 'files:write'),
      }),
    })
    await broken(world)
    const { text } = await type(world, 'runbook draft 1')
    expect(text).toContain('ARR-304')
    expect(text).toContain('missing_scope')
    expect(text).toContain('reinstall the app from manifest.yml')
    expect(text).toContain('`arrestor runbook draft 1 --out runbooks` writes the same files.')
    world.slack.faults.add({
      kind: 'rate_limited',
      match: 'files.getUploadURLExternal',
      retryAfter: 7,
    })
    expect((await type(world, 'runbook draft 1')).text).toContain('Ask again in 7 seconds')
    expect((await timeline(world)).map(({ kind }) => kind)).not.toContain('runbook_drafted')
  })

  it('does not show files twice when the reply to the last step is lost, and says where to look', async () => {
    const world = await startWorld()
    await broken(world)
    // The fault is for the draft: what the diagnosis uploads has come before.
    await world.until(() => JSON.stringify(replies(world)).includes('Evidence captured'), 'the capture', 200)
    await world.settle()
    const before = shown(world)
    world.slack.faults.add({ kind: 'lost_reply', match: 'files.completeUploadExternal', count: 1 })
    expect((await type(world, 'runbook draft 1')).text).toContain(
      'The files may have arrived: look into the thread',
    )
    expect(uploads(world)).toHaveLength(1)
    expect(shown(world)).toBe(before + 1)
  })

  it('offers the command line where there is no thread yet', async () => {
    const world = await startWorld()
    world.slack.faults.add({ kind: 'rate_limited', match: 'chat.postMessage', count: 50, retryAfter: 60 })
    await world.send({
      version: '4', status: 'firing', receiver: 'arrestor', groupKey: '{}', externalURL: 'http://x',
      alerts: [{ status: 'firing', labels: { alertname: 'SparkJobFailed', team: 'data-platform', job_name: 'x' }, annotations: {}, startsAt: '2026-11-02T02:59:00Z', endsAt: '0001-01-01T00:00:00Z', generatorURL: '', fingerprint: 'd1' }],
    }) // prettier-ignore
    await world.settle()
    expect((await type(world, 'runbook draft 1')).text).toContain(
      'is not in Slack yet, so there is no thread. `arrestor runbook draft 1',
    )
  })
})

describe('GET /api/v1/incidents/{id}/runbook-draft', { timeout: 60_000 }, () => {
  it('writes nothing, and knows no incident of other teams', async () => {
    const world = await startWorld()
    await broken(world)
    const before = await timeline(world)
    expect((await drafted(world, 1)).status).toBe(200)
    expect(await timeline(world)).toEqual(before)
    expect((await drafted(world, 99)).status).toBe(404)
    expect((await drafted(world, '..%2f1')).status).toBe(404)
    expect((await drafted(world, 1, 'wrong')).status).toBe(401)
  })
})
