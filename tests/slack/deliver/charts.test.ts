// Charts on their way into a thread, by Slack's own client against a Slack: once, after looking, in words where no file can go.
import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Drawer } from '../../../src/charts/drawer.ts'
import type { Chart } from '../../../src/diagnosis/chart/model.ts'
import type { SlackServer, WorkspaceSeed } from '../../../src/sandbox/slack/types.ts'
import { createClient } from '../../../src/slack/client.ts'
import { chartNotifier } from '../../../src/slack/deliver/charts.ts'
import { createTold } from '../../../src/slack/deliver/told.ts'
import type { OutboxRow, SendResult } from '../../../src/store/outbox.ts'
import { aChart } from '../../charts/samples.ts'
import { SEED, startSlack } from '../../sandbox/slack/support.ts'
import { drawsDots } from '../../support/world.ts'

const CHANNEL = 'C0DATA'

let slack: SlackServer
let card: { channel: string; ts: string }
const lines: string[] = []

interface Desk {
  send(change?: Partial<OutboxRow>, charts?: readonly Chart[]): Promise<SendResult>
  replies(): Shown[]
}
interface Shown {
  readonly text: string
  readonly blocks?: unknown
  readonly files?: readonly { name: string; title: string; alt_txt?: string; mimetype: string }[]
}

async function open(workspace?: WorkspaceSeed, drawer: Drawer = drawsDots()): Promise<Desk> {
  slack = await startSlack(workspace === undefined ? {} : { workspace })
  const client = createClient({ botToken: 'xoxb-test', appToken: 'xapp-test', apiUrl: slack.apiUrl })
  const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'card' })
  card = { channel: CHANNEL, ts }
  const told = createTold(pino({}, { write: (line: string) => void lines.push(line) }))
  const notifier = chartNotifier(client, told, drawer)
  return {
    send: async (change = {}, charts = [aChart()]) =>
      await notifier.send({ team: 'data-platform', charts, card }, row(change), new AbortController().signal),
    replies: () =>
      (slack.state().channels.find(({ id }) => id === CHANNEL)?.messages ?? []).filter(
        ({ thread_ts, ts: own }) => thread_ts === card.ts && own !== card.ts,
      ),
  }
}

function row(change: Partial<OutboxRow>): OutboxRow {
  return {
    id: 7, destination: 'slack.chart', subject: 'inc_1', mode: 'ordered', priority: 6, payload: { generation: 1 }, attempts: 0,
    firstTriedAt: new Date(Date.now() - 60_000), mayHaveHappened: false, externalId: null, desiredVersion: 0, deliveredVersion: 0, lastError: null,
    createdAt: new Date(), fence: 1, ...change,
  } // prettier-ignore
}

const without = (scope: string): WorkspaceSeed => ({
  ...SEED,
  scopes: ['chat:write', 'files:write', 'channels:history'].filter((one) => one !== scope),
})

beforeEach(() => void (lines.length = 0))

describe('charts', () => {
  it('are one message in the thread, each with its title and its alternative text', async () => {
    const desk = await open()
    const second = aChart({ title: 'Executors over time', alt: '8 executors lost from 02:26 to 02:55.' })
    expect(await desk.send({}, [aChart(), second])).toMatchObject({ kind: 'delivered' })
    expect(desk.replies()).toMatchObject([
      {
        text: 'Heap over the last hour · Executors over time',
        files: [
          { name: 'chart-7-1.png', title: 'Heap over the last hour', alt_txt: 'Heap over the last hour: from 1.2 GiB to 3.6 GiB.', mimetype: 'image/png' },
          { name: 'chart-7-2.png', title: 'Executors over time', alt_txt: '8 executors lost from 02:26 to 02:55.' },
        ],
      },
    ]) // prettier-ignore
    expect(lines).toEqual([])
  })

  it('P3: are not shown twice where the reply to the last step is lost', async () => {
    const desk = await open()
    slack.faults.add({ kind: 'lost_reply', match: 'files.completeUploadExternal' })
    const lost = await desk.send()
    // Slack shows a file a moment after it took it: looking at once would miss it.
    expect(lost).toMatchObject({ kind: 'unknown', afterMs: 5_000 })
    expect(await desk.send({ mayHaveHappened: true, attempts: 1 })).toMatchObject({ kind: 'delivered' })
    expect(desk.replies()).toHaveLength(1)
    expect(slack.state().calls['files.completeUploadExternal']).toBe(1)
  })

  it('P3: are shown where the last step never reached Slack, and another row’s picture is no reason not to', async () => {
    const desk = await open()
    await desk.send({ id: 6 })
    slack.faults.add({ kind: 'drop_connection', match: 'files.completeUploadExternal' })
    expect(await desk.send()).toMatchObject({ kind: 'unknown' })
    await desk.send({ mayHaveHappened: true, attempts: 1 })
    expect(desk.replies().map(({ files }) => files?.[0]?.name)).toEqual(['chart-6-1.png', 'chart-7-1.png'])
  })

  it.each(['lost_reply', 'drop_connection', 'server_error'] as const)(
    'are tried again where an earlier step fails by %s: nobody has seen anything',
    async (kind) => {
      const desk = await open()
      slack.faults.add({ kind, match: 'files.getUploadURLExternal' })
      expect(await desk.send()).toMatchObject({ kind: 'retry' })
      expect(desk.replies()).toEqual([])
    },
  )

  it.each(['files.getUploadURLExternal', 'files.completeUploadExternal'])(
    'wait as long as Slack asks, at %s',
    async (match) => {
      const desk = await open()
      slack.faults.add({ kind: 'rate_limited', match, retryAfter: 9 })
      expect(await desk.send()).toMatchObject({ kind: 'retry', afterMs: 9_000 })
      expect(await desk.send({ attempts: 1 })).toMatchObject({ kind: 'delivered' })
      expect(desk.replies()).toHaveLength(1)
    },
  )

  it('are told in words without files:write; why is said once in the thread and once in the log', async () => {
    const desk = await open(without('files:write'))
    expect(await desk.send()).toMatchObject({ kind: 'delivered' })
    expect(await desk.send({ id: 8 })).toMatchObject({ kind: 'delivered' })
    const [first, second] = desk.replies().map(({ blocks }) => JSON.stringify(blocks))
    expect(first).toContain('from 1.2 GiB to 3.6 GiB')
    expect(first).toContain('missing_scope')
    expect(second).toContain('from 1.2 GiB to 3.6 GiB')
    expect(second).not.toContain('missing_scope')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('ARR-304')
  })

  it('P3: words whose reply was lost are looked for as well', async () => {
    const desk = await open(without('files:write'))
    slack.faults.add({ kind: 'lost_reply', match: 'chat.postMessage' })
    expect(await desk.send()).toMatchObject({ kind: 'unknown' })
    expect(await desk.send({ mayHaveHappened: true, attempts: 1 })).toMatchObject({ kind: 'delivered' })
    expect(desk.replies()).toHaveLength(1)
  })

  it('are told in words where they cannot be drawn, and after some attempts in vain', async () => {
    const drawer: Drawer = {
      draw: () => Promise.reject(new Error('no libresvg here')),
      close: async () => {},
    }
    const desk = await open(undefined, drawer)
    await desk.send()
    expect(JSON.stringify(desk.replies()[0]?.blocks)).toContain('could not be drawn (no libresvg here)')
    const other = await open()
    slack.faults.add({ kind: 'drop_connection', match: 'files.getUploadURLExternal', count: 0 })
    const gone = { attempts: 5, lastError: 'Slack’s upload address did not answer: ECONNREFUSED' }
    expect(await other.send(gone)).toMatchObject({ kind: 'delivered' })
    expect(JSON.stringify(other.replies()[0]?.blocks)).toContain('ECONNREFUSED')
  })

  it('wait for the channel where that is what is wrong: words would be refused as well', async () => {
    const desk = await open()
    card = { ...card, channel: 'C0OTHER' }
    expect(await desk.send()).toMatchObject({ kind: 'retry', afterMs: 30_000 })
    expect(lines.join('')).toContain('ARR-303')
  })

  it('P9: names from outside call nobody, hide no link, and break nothing', async () => {
    const words = '<!channel> <http://x|y> *b* `c` </text><image href="file:///etc/passwd">'
    const hostile = aChart({ title: words, alt: `${words} ${'x'.repeat(1_500)}` })
    const desk = await open()
    await desk.send({}, [hostile])
    const [shown] = desk.replies()
    expect(shown?.text).not.toMatch(/<[!@#h]/)
    expect(shown?.files?.[0]?.alt_txt?.length).toBeLessThanOrEqual(1_000)
    const told = await open(without('files:write'))
    await told.send({}, [hostile])
    expect(JSON.stringify(told.replies()[0]?.blocks)).not.toMatch(/<[!@#h]/)
  })
})
