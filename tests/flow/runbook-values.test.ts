// What a runbook asks for really happens: templates filled in, `on` followed, values graded, said and drawn.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type FakePrometheus, failure, metricsOf, startPrometheus } from '../support/prometheus.ts'
import { type World, alertBody, startWorld, textOf } from '../support/world.ts'
import { OOM, card, fire, replies } from './support.ts'

const block = (kind: string, yaml: string): string => `\n\`\`\`yaml ${kind}\n${yaml.trim()}\n\`\`\`\n`
const HEAP = String.raw`
id: heap
use: prometheus.query
query: max(heap{application_name="{{ job_name }}", pod=~"{{ pod }}.*"})
grade: { low: 0.8, medium: 0.9, high: 0.95 }
says: "Peak heap is {{ value }} of the limit for {{ job_name }} of team {{ team }}"
chart: true
`

interface Setting {
  readonly world: World
  readonly prometheus: FakePrometheus
}

/** The product with one runbook of this body, and a Prometheus beside its Spark. */
async function setting(body: string, options: { prometheus?: boolean } = {}): Promise<Setting> {
  const folder = mkdtempSync(path.join(tmpdir(), 'arrestor-values-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const front = `---\nid: values\ntitle: Values\nowner: us\nmatch: ['alertname=~"Spark.*"']\n---\n\n# Values\n\nWords.\n`
  writeFileSync(path.join(folder, 'values.md'), `${front}\n${body}`)
  const prometheus = await startPrometheus(metricsOf([[{}, 0.97]], [[{}, [0.5, 0.7, 0.97]]]))
  onTestFinished(() => prometheus.close())
  const beside = options.prometheus === false ? '' : `\n    prometheus: { url: '${prometheus.url}' }`
  const world = await startWorld({
    config: (yaml) =>
      `${yaml.replace('actions: [application.kill]', `actions: [application.kill]${beside}`)}\nrunbooks: { folders: ['${folder}'] }\n`,
  })
  return { world, prometheus }
}

const thread = (world: World): string => replies(world).map(textOf).join('\n')
const diagnosed = (world: World): Promise<void> =>
  world.until(() => replies(world).length > 0 && !card(world).includes('Looking into'), 'the findings')

describe('a query to Prometheus', { timeout: 60_000 }, () => {
  it('is filled in, graded, said and drawn: on the card and in the thread', async () => {
    const { world, prometheus } = await setting(`## Diagnose\n\n### Heap\n${block('probe', HEAP)}`)
    await fire(world, { job_name: 'orders-daily', pod: 'exec.1' })
    await diagnosed(world)
    expect(prometheus.asked.map(({ path: one, form }) => [one, form['query']])).toEqual([
      ['/api/v1/query_range', String.raw`max(heap{application_name="orders-daily", pod=~"exec\\.1.*"})`],
    ])
    for (const text of [card(world), thread(world)])
      expect(text).toContain('Peak heap is 0.97 of the limit for orders-daily of team data-platform.')
    expect(thread(world)).toContain('high: ')
    expect(thread(world)).toMatch(/[▁▂▃▄▅▆▇█]{3} 0\.5 to 0\.97, at most 0\.97 and at least 0\.5, over 60 min/)
  })

  it('cannot be changed by a label, and says nothing that Slack would act on', async () => {
    const { world, prometheus } = await setting(`## Diagnose\n\n### Heap\n${block('probe', HEAP)}`)
    const evil = 'x"} or up{a="<!channel> <https://evil.example|here>'
    await fire(world, { job_name: evil, pod: '.*' })
    await diagnosed(world)
    expect(prometheus.asked[0]?.form['query']).toBe(
      String.raw`max(heap{application_name="x\"} or up{a=\"<!channel> <https://evil.example|here>", pod=~"\\.\\*.*"})`,
    )
    // The sentence stands in rich text and, for notifications, in escaped mrkdwn.
    const notified = replies(world)
      .map((message) => message.text)
      .join('\n')
    expect(notified).toContain('&lt;!channel&gt;')
    expect(notified).not.toMatch(/<!channel>|<https:\/\/evil/)
    for (const message of [...world.cards(), ...replies(world)]) {
      const mrkdwn: string[] = []
      JSON.stringify(message.blocks, (_key, value: unknown) => {
        if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'mrkdwn')
          mrkdwn.push(String((value as { text?: unknown }).text))
        return value
      })
      expect(mrkdwn.join('\n')).not.toMatch(/<!channel>|<https:\/\/evil/)
    }
  })

  it.each([
    [{ job_name: 'orders-daily' }, 'Heap: not seen, it needs pod, which is not known.'],
    [{ pod: 'a', job_name: '' }, 'Heap: not seen, it needs job_name, which is not known.'],
  ])('P13: with %j it is not asked, and says what was missing', async (labels, says) => {
    const { world, prometheus } = await setting(`## Diagnose\n\n### Heap\n${block('probe', HEAP)}`)
    await fire(world, labels)
    await diagnosed(world)
    expect(prometheus.asked).toEqual([])
    expect(thread(world)).toContain(says)
  })

  it('P13: without a Prometheus it is not asked, and says so', async () => {
    const { world } = await setting(`## Diagnose\n\n### Heap\n${block('probe', HEAP)}`, { prometheus: false })
    await fire(world, { pod: 'a' })
    await diagnosed(world)
    expect(thread(world)).toContain(
      'Heap: not seen, sandbox cannot tell (metrics): no Prometheus is configured.',
    )
  })

  it('that Prometheus refuses is told in its own words, and the other probes still come', async () => {
    const cluster = block('probe', 'id: cluster\nuse: spark.cluster')
    const { world, prometheus } = await setting(
      `## Diagnose\n\n### Heap\n${block('probe', HEAP)}\n### Cluster\n${cluster}`,
    )
    prometheus.reply = () => failure('bad_data', '1:5: parse error: unexpected <op:or>')
    await fire(world, { pod: 'a' })
    await diagnosed(world)
    expect(thread(world)).toContain('1:5: parse error: unexpected <op:or>')
    expect(thread(world)).toContain('The master of sandbox is ALIVE')
  })

  it('an output of it decides about a section, and is graded anew with every diagnosis', async () => {
    const when = block('when', `- 'heap.value="0.97"'`)
    const { world } = await setting(
      `## Diagnose\n\n### Heap\n${block('probe', HEAP)}\n## If it is full\n${when}\n### Kill\n\nAll is lost.\n${block('action', 'id: kill\nuse: spark.kill-application')}`,
    )
    const { appId } = world.spark.start('executor-oom')
    await fire(world, { pod: 'a', app_id: appId })
    await world.until(() => JSON.stringify(world.cards()[0] ?? '').includes('"act:0"'), 'the kill button')
  })
})

describe('one probe after another', { timeout: 60_000 }, () => {
  it('a query speaks of what another probe has found, and of the cluster it asks', async () => {
    const body = `## Diagnose

### Cores
${block('probe', 'id: cores\nuse: prometheus.query\nquery: up{cores="{{ cluster.cores }}"} > {{ cluster.alive_workers }}\nsays: "{{ cluster.cores }} cores, #{{ incident_number }}, {{ incident_url }}"')}
### Cluster
${block('probe', 'id: cluster\nuse: spark.cluster')}`
    const { world, prometheus } = await setting(body)
    await fire(world)
    await diagnosed(world)
    expect(prometheus.asked[0]?.form['query']).toMatch(/^up\{cores="\d+"\} > \d+$/)
    expect(thread(world)).toMatch(/\d+ cores, #1, http:\/\/arrestor\.example\/incidents\/inc_\w+\./)
  })
})

describe('on', { timeout: 60_000 }, () => {
  const probe = (on: string): string =>
    `## Diagnose\n\n### Look\n${block('probe', `id: look\nuse: spark.skew\non: ${on}`)}\n## If alive\n${block('when', `- 'look.alive_workers=~"[1-9].*"'`)}\n### Kill\n\nAll is lost.\n${block('action', 'id: kill\nuse: spark.kill-application')}`

  it.each([
    [
      'the platform’s name',
      '{ sandbox: { use: spark.cluster }, spark-standalone: { use: spark.application } }',
    ],
    ['its kind', '{ yarn: { use: spark.application }, spark-standalone: { use: spark.cluster } }'],
  ])('of %s is what is run, and its outputs decide', async (_what, on) => {
    const { world } = await setting(probe(on))
    const { appId } = world.spark.start('executor-oom')
    await fire(world, { app_id: appId })
    await world.until(() => JSON.stringify(world.cards()[0] ?? '').includes('"act:0"'), 'the kill button')
    expect(thread(world)).toContain('The master of sandbox is ALIVE')
  })

  it('of others is not followed', async () => {
    const { world } = await setting(probe('{ yarn: { use: spark.cluster } }'))
    await fire(world)
    await diagnosed(world)
    expect(thread(world)).not.toContain('The master of sandbox')
  })
})

describe('what an action takes', { timeout: 60_000 }, () => {
  const kill = (yaml: string): string =>
    `## Do\n\n### Kill\n\nAll is lost.\n${block('action', `id: kill\nuse: spark.kill-application\n${yaml}`)}`

  async function broken(body: string, labels: Record<string, string> = {}): Promise<World> {
    const { world } = await setting(body)
    const { appId, name } = world.spark.start('executor-oom')
    await world.send(alertBody({ ...OOM, job_name: name, app_id: appId, ...labels }))
    await diagnosedOrDone(world)
    return world
  }
  const diagnosedOrDone = (world: World): Promise<void> =>
    world.until(async () => {
      const row = await world.store.db.selectFrom('incidents').select('diagnosis').executeTakeFirst()
      return row?.diagnosis === 'done'
    }, 'the diagnosis')

  it('is filled in, pinned to the button, and told on the card, the timeline, the audit and in the thread', async () => {
    const world = await broken(kill('reason: "{{ alertname }} on {{ platform }}"'))
    await world.until(() => JSON.stringify(world.cards()[0] ?? '').includes('"act:0"'), 'the kill button')
    await world.press('U0BOB', 'act')
    await world.until(() => card(world).includes('done and verified'), 'the kill', 500)
    const words = 'reason="SparkExecutorOOMKilled on sandbox"'
    expect(card(world)).toContain(words)
    expect(thread(world)).toContain(`<@U0BOB> with ${words}`)
    const params = { reason: 'SparkExecutorOOMKilled on sandbox' }
    const line = await world.store.db
      .selectFrom('timeline')
      .select('data')
      .where('kind', '=', 'action_requested')
      .executeTakeFirstOrThrow()
    expect(line.data).toMatchObject({ params })
    const audited = await world.store.db
      .selectFrom('audit')
      .select('data')
      .where('action', '=', 'action.requested')
      .executeTakeFirstOrThrow()
    expect(audited.data).toMatchObject({ params })
    const run = await world.store.db.selectFrom('action_runs').select('params').executeTakeFirstOrThrow()
    expect(run.params).toEqual(params)
  })

  it.each([
    ['reason: 7', 'reason: expected text'],
    ['reason: "{{ long }}"', 'has more than 200 characters'],
    ['force: true', 'force'],
  ])('P13: %s, which it does not take, withholds the button and says why', async (yaml, why) => {
    const world = await broken(kill(yaml), { long: 'x'.repeat(201) })
    await world.until(() => card(world).includes('Withheld'), 'the reason')
    expect(card(world)).toContain(why)
    expect(JSON.stringify(world.cards()[0])).not.toContain('"act:0"')
  })
})
