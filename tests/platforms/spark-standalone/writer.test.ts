// P7: a kill is asked for once, and its outcome is never better known than the master made it.
import { afterEach, describe, expect, it } from 'vitest'
import { type SparkReplay, createSparkReplay } from '../../../src/sandbox/spark/replay.ts'
import { NEVER, type Reply, type Stage, deadUrl, platformOf, runOf, stage } from '../support.ts'

const open: { close(): Promise<void> }[] = []
const APP = 'app-20261122144719-0000'
const ROW = `<form action="app/kill/" method="POST"><input type="hidden" name="id" value="${APP}"/><input type="hidden" name="terminate" value="true"/><input type="hidden" name="csrfToken" value="t0ken"/></form>`

async function replay(line: string): Promise<SparkReplay> {
  const spark = await createSparkReplay({ port: 0, line })
  open.push(spark)
  return spark
}

async function master(onKill: (body: string) => Reply, page = ROW): Promise<Stage> {
  const served = await stage((method, _url, body) =>
    method === 'POST' ? onKill(body) : { type: 'text/html', body: page },
  )
  open.push(served)
  return served
}

function kill(
  url: string,
  id = APP,
): ReturnType<NonNullable<ReturnType<typeof platformOf>['writer']>['kill']> {
  return platformOf({ master_url: url, actions: ['application.kill'] }).writer!.kill(id, NEVER)
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

describe.each(['3.5', '4'])('a kill on Spark %s', (line) => {
  it('ends the application and no other', async () => {
    const spark = await replay(line)
    const [first, second] = [spark.start('executor-oom'), spark.start('healthy')]
    expect(await kill(spark.masterUrl, first.appId)).toMatchObject({ kind: 'accepted' })
    expect(spark.applications().map(({ appId, state }) => [appId, state])).toEqual([
      [first.appId, 'KILLED'],
      [second.appId, 'RUNNING'],
    ])
  })

  it('is unknown when the reply is lost, although it happened', async () => {
    const spark = await replay(line)
    const { appId } = spark.start('executor-oom')
    spark.faults.add({ kind: 'lost_reply', match: 'kill' })
    expect(await kill(spark.masterUrl, appId)).toMatchObject({ kind: 'unknown' })
    expect(spark.applications()[0]?.state).toBe('KILLED')
    const { reader } = platformOf({ master_url: spark.masterUrl, history_url: spark.historyUrl })
    expect((await reader.locate(runOf({ runId: appId }), NEVER))?.state).toBe('killed')
  })

  it('is unknown when the connection breaks before the effect, too: nobody here can tell', async () => {
    const spark = await replay(line)
    const { appId } = spark.start('executor-oom')
    spark.faults.add({ kind: 'drop_connection', match: 'kill' })
    expect(await kill(spark.masterUrl, appId)).toMatchObject({ kind: 'unknown' })
    expect(spark.applications()[0]?.state).toBe('RUNNING')
  })

  it('is refused, and nothing sent, when the page cannot be had', async () => {
    const spark = await replay(line)
    const { appId } = spark.start('executor-oom')
    spark.faults.add({ kind: 'drop_connection', match: 'master' })
    expect(await kill(spark.masterUrl, appId)).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('nothing was asked'),
    })
    expect(spark.applications()[0]?.state).toBe('RUNNING')
  })
})

describe('what is sent', () => {
  it('is the form of the page, token included, exactly once', async () => {
    const bodies: string[] = []
    const { url, asked } = await master((body) => {
      bodies.push(body)
      return { status: 302, location: '/' }
    })
    expect(await kill(url)).toEqual({ kind: 'accepted', detail: `The master took the kill of ${APP}.` })
    expect(asked).toEqual(['GET /', 'POST /app/kill/'])
    expect(bodies).toEqual([`id=${APP}&terminate=true&csrfToken=t0ken`])
  })

  it('is not repeated after an error', async () => {
    const { asked, url } = await master(() => 'destroy')
    await kill(url)
    expect(asked).toEqual(['GET /', 'POST /app/kill/'])
  })

  it('is nothing where the page offers no button', async () => {
    const { asked, url } = await master(() => ({ status: 302, location: '/' }), '<p>kill is switched off</p>')
    expect(await kill(url)).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('spark.ui.killEnabled'),
    })
    expect(asked).toEqual(['GET /'])
  })

  it('is nothing for an id of which another is the beginning', async () => {
    const { asked, url } = await master(() => ({ status: 302, location: '/' }))
    expect(await kill(url, APP.slice(0, -1))).toMatchObject({ kind: 'refused' })
    expect(asked).toEqual(['GET /'])
  })
})

describe('what an answer means', () => {
  it.each<[string, Reply, string, RegExp]>([
    ['the way home', { status: 302, location: '/' }, 'accepted', /took the kill/],
    ['a 403 with its reason', { status: 403, type: 'text/html', body: '<title>Error 403 Missing or invalid CSRF token</title>' }, 'refused', /403 Missing or invalid CSRF token/],
    ['a 405', { status: 405, type: 'text/html' }, 'refused', /405 no reason given/],
    ['a login page', { status: 302, location: '/login?next=/app/kill/' }, 'unknown', /answered 302/],
    ['a way to somebody else', { status: 302, location: 'https://sso.example.com/' }, 'unknown', /answered 302/],
    ['a 200', { status: 200, type: 'text/html', body: 'ok' }, 'unknown', /answered 200/],
    ['a 500', { status: 500 }, 'unknown', /answered 500/],
    ['a 502 of a gateway', { status: 502 }, 'unknown', /answered 502/],
  ])('%s', async (_what, reply, kind, detail) => {
    const { url } = await master(() => reply)
    expect(await kill(url)).toEqual({ kind, detail: expect.stringMatching(detail) })
  }) // prettier-ignore

  it('a master that is not there refuses nothing and took nothing', async () => {
    expect(await kill(await deadUrl())).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('ECONNREFUSED'),
    })
  })
})
