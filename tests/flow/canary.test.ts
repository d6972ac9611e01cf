// P12: what a team's pattern matches is nowhere, from the webhook to a dump of the database; with `evidence: none` no raw line is.
import { describe, expect, it } from 'vitest'
import { loadRecording } from '../../src/sandbox/spark/recording.ts'
import { exportStore } from '../../src/store/export.ts'
import { type World, alertBody, envelope, startWorld, textOf, until } from '../support/world.ts'
import { OOM, card, replies, stateOf } from './support.ts'

const CANARY = 'CUST-48151623'
/** In Spark's words alone, and matched by no pattern: it must stay where raw evidence may, and go where it may not. */
const RAW = 'tweety-in-the-log'

/** A Spark whose every word on failures carries the canary, in the middle of a line and at a cut. */
function recordingWith(words: string): ReturnType<typeof loadRecording> {
  const recording = loadRecording('executor-oom', '4')
  const spoiled = JSON.stringify(recording.live)
    .replaceAll('java.lang.OutOfMemoryError: Java heap space', `java.lang.OutOfMemoryError: Java heap space ${words}`)
    .replaceAll('exited with code 52', `exited with code 52 ${words}`) // prettier-ignore
  return { ...recording, live: JSON.parse(spoiled) as (typeof recording)['live'] }
}

/** All that anybody outside has been told, and all that is kept. */
async function everything(world: World): Promise<Record<string, string>> {
  const api = async (path: string): Promise<string> =>
    await (
      await fetch(`${world.service.http.url}/api/v1${path}`, { headers: { authorization: 'Bearer sandbox' } })
    ).text()
  const dump: string[] = []
  for await (const line of exportStore(world.store)) dump.push(line)
  const { rows } = await world.store.db
    .selectFrom('raw_bodies')
    .select('body')
    .execute()
    .then((found) => ({ rows: found.map(({ body }) => new TextDecoder().decode(body)) }))
  return {
    slack: JSON.stringify(world.slack.state()),
    pagerduty: JSON.stringify(world.pagerduty.state()),
    incidents: await api('/incidents?state=all'),
    incident: await api('/incidents/1'),
    evidence: await api('/incidents/1/evidence'),
    alerts: await api('/alerts'),
    decisions: await api('/decisions'),
    audit: await api('/audit'),
    draft: await api('/incidents/1/draft'),
    metrics: await (await fetch(`${world.service.http.url}/metrics`)).text(),
    logs: world.logs.join(''),
    dump: dump.join('\n'),
    bodies: rows.join('\n'),
  }
}

/** A whole incident: alert, card, findings, a note, a kill, a page, a body that is refused in part. */
async function wholeIncident(team: string): Promise<World> {
  const world = await startWorld({
    config: (yaml) => yaml.replace(/^( {2}data-platform:\n)/m, `$1${team}`),
  })
  const { appId } = world.spark.start(recordingWith(`row ${CANARY} ${RAW}`))
  const labels = { ...OOM, app_id: appId, row: CANARY }
  const annotations = { summary: `failed for ${CANARY}`, dashboard_url: `https://g.example/d?x=${CANARY}` }
  const [alert] = (alertBody(labels, { annotations })['alerts'] as unknown[]) ?? []
  const spoiled = { status: 'firing', labels: { row: CANARY }, startsAt: `${CANARY} is no time` }
  await world.send(envelope([alert, spoiled]))
  await world.until(() => JSON.stringify(world.cards()[0] ?? '').includes('"act:0"'), 'the kill button')
  await world.slack.command({
    user: 'U0ALICE',
    channel: 'C0DATA',
    command: '/spark',
    text: `note 1 it was ${CANARY}`,
  })
  await world.press('U0BOB', 'act')
  await world.until(() => card(world).includes('done and verified'), 'the kill', 500)
  expect(stateOf(world, appId)).toBe('KILLED')
  await world.clock.advance(120_000)
  await world.until(() => world.pagerduty.state().events.length > 0, 'the page', 1_000)
  return world
}

describe('P12: a canary through a whole incident', { timeout: 120_000 }, () => {
  it('that a pattern of its team matches is nowhere, and the rest of the line is told', async () => {
    const world = await wholeIncident(`    redact: [{ name: customer, pattern: 'CUST-[0-9]{8}' }]\n`)
    for (const [where, text] of Object.entries(await everything(world))) expect(text, where).not.toContain(CANARY)
    const kept = await everything(world)
    expect(kept['bodies']).toContain('[redacted:customer]')
    expect(kept['evidence']).toContain('[redacted:customer]')
    expect(kept['evidence']).toContain(RAW)
    expect(kept['incident']).toContain('it was [redacted:customer]')
    const told = [card(world), ...replies(world).map(textOf)].join('\n')
    expect(told).toContain('[redacted:customer]')
    expect(told).toContain(RAW)
  }) // prettier-ignore

  it('with `evidence: none` no raw line is anywhere; sentence, severity and numbers are, and the card says why', async () => {
    const world = await wholeIncident(
      `    redact: [{ name: customer, pattern: 'CUST-[0-9]{8}' }]\n    evidence: none\n`,
    )
    for (const [where, text] of Object.entries(await everything(world))) {
      expect(text, where).not.toContain(CANARY)
      expect(text, where).not.toContain(RAW)
      expect(text, where).not.toContain('Java heap space')
    }
    expect((await everything(world))['evidence']).toContain('"captures":[]')
    expect(card(world)).toContain('keeps raw evidence out')
    expect(card(world)).toMatch(/executors? of .* died/)
    expect(replies(world).map(textOf).join('\n')).toContain('keeps raw evidence out')
  })

  it('of another team without patterns stays as it was said', async () => {
    const world = await wholeIncident('')
    await until(() => replies(world).length > 0)
    expect([card(world), ...replies(world).map(textOf)].join('\n')).toContain(CANARY)
  })
})
