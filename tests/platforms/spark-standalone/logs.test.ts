// The log of a driver in cluster mode, from its worker: found by the run or by the driver, and said to be lost where it is.
import { afterEach, describe, expect, it } from 'vitest'
import { ownOf, pieceOf } from '../../../src/platforms/spark-standalone/logs.ts'
import type { PlatformReader } from '../../../src/ports.ts'
import { NEVER, type Reply, platformOf, runOf } from '../support.ts'
import { type Log, type MomentName, RECORDINGS, type Recorded, recorded } from './recorded.ts'

const open: Recorded[] = []
afterEach(async () => void (await Promise.all(open.splice(0).map(({ cluster }) => cluster.close()))))

const THROWN = 'Caused by: java.lang.IllegalStateException: broken on purpose'
const FILES: Readonly<Record<string, string>> = { stderr: `Exception in thread "main" a.B\n${THROWN}\n`, stdout: 'count 3\n' } // prettier-ignore

/** As a real worker answers (3.5.9 and 4.3.0). */
function shown(query: URLSearchParams, files = FILES): Reply {
  const file = String(query.get('logType'))
  const where = `/var/spark/work/${String(query.get('driverId'))}/${file}`
  const whole = files[file]
  if (whole === undefined)
    return plain(`==== Bytes 0-0 of 0 of ${where} ====\nError: invalid log directory /var/spark/work/x/`)
  const from = Math.max(0, whole.length - Number(query.get('byteLength')))
  return plain(`==== Bytes ${from}-${whole.length} of ${whole.length} of ${where} ====\n${whole.slice(from)}`)
}
const plain = (body: string): Reply => ({ type: 'text/plain;charset=utf-8', body })

describe.each(RECORDINGS)('the log of a driver of Spark %s', (_line, recording) => {
  const driver = recording['failed once'].master.activedrivers[0]!
  const id = String(driver['id'])
  const worker = String(driver['worker'])
  const first = new Map(recording.environment[0]).get('spark.app.id')!

  async function at(
    log: Log,
    more: { name?: MomentName; proxied?: boolean; home?: string; config?: object } = {},
  ): Promise<Recorded & { reader: PlatformReader }> {
    const { name = 'failed once', proxied = false, home } = more
    const one = await recorded(recording, name, { proxied, log, ...(home === undefined ? {} : { home }) })
    open.push(one)
    return { ...one, reader: platformOf(one.config({ ...more.config })).reader }
  }
  const direct: Log = (way, _worker, query) => (way === 'direct' ? shown(query) : { type: 'text/html', body: '<html>' }) // prettier-ignore

  it.each([
    ['by its application', first],
    ['by its own id', id],
  ])('is found %s, and is of its worker', async (_how, runId) => {
    const { reader, cluster } = await at(direct)
    expect(await reader.log(runOf({ runId }), 10_000, NEVER)).toEqual({
      text: `${FILES['stderr']!.trimEnd()}\ncount 3`,
      whose: 'driver',
      cut: false,
      from: `stderr and stdout of ${id} on ${worker}`,
      link: `${cluster.url}/direct/${worker}/logPage/?driverId=${id}&logType=stderr`,
    })
  })

  it('is its end alone, where it is longer than was asked for', async () => {
    const { reader } = await at(direct)
    const tail = await reader.log(runOf({ runId: id }), 30, NEVER)
    expect(tail?.cut).toBe(true)
    expect(Buffer.byteLength(tail?.text ?? '')).toBeLessThanOrEqual(30)
  })

  it('is asked for behind the master’s proxy alone where its pages lead there, with no more than was asked for', async () => {
    const { reader, cluster } = await at((way, _worker, query) => (way === 'proxy' ? shown(query) : 'destroy'), { proxied: true }) // prettier-ignore
    const tail = await reader.log(runOf({ runId: id }), 500, NEVER)
    expect(tail?.text).toContain(THROWN)
    expect(tail?.link).toBe(`${cluster.url}/proxy/${worker}/logPage/?driverId=${id}&logType=stderr`)
    const asked = cluster.asked.filter((one) => one.includes('/log/'))
    expect(asked).toEqual(
      ['stderr', 'stdout'].map(
        (file) => `GET /proxy/${worker}/log/?driverId=${id}&logType=${file}&byteLength=500`,
      ),
    )
  })

  it('is found behind the proxy where its driver never began an application, whose page would tell', async () => {
    const moment = recording['failed once']
    const master = { ...moment.master, activeapps: [], completedapps: [] }
    const one = await recorded({ ...recording, 'failed once': { ...moment, master } }, 'failed once', { log: (way, _worker, query) => (way === 'proxy' ? shown(query) : 'destroy') }) // prettier-ignore
    open.push(one)
    expect((await platformOf(one.config()).reader.log(runOf({ runId: id }), 500, NEVER))?.text).toContain(THROWN) // prettier-ignore
  })

  it('P13: is not asked for at a host that is not named, nor behind a master that leads nowhere', async () => {
    const { reader, cluster } = await at(direct, { home: 'http://elsewhere.invalid', config: { driver_ui_hosts: ['spark.internal'] } }) // prettier-ignore
    await expect(reader.log(runOf({ runId: id }), 500, NEVER)).rejects.toMatchObject({ code: 'ARR-501', message: expect.stringContaining('driver_ui_hosts does not name its host') }) // prettier-ignore
    expect(cluster.asked.some((one) => /\/(?:direct|proxy)\//.test(one))).toBe(false)
  })

  it('is not called absent where one file cannot be read and the other is empty', async () => {
    const { reader } = await at((_way, _worker, query) =>
      query.get('logType') === 'stderr' ? { status: 500, type: 'text/html' } : shown(query, { stdout: '' }),
    )
    await expect(reader.log(runOf({ runId: id }), 500, NEVER)).rejects.toMatchObject({ code: 'ARR-501' })
  })

  it('is said to be out of reach where the master has forgotten its driver', async () => {
    const moment = recording['failed once']
    const other = { ...driver, id: 'driver-20200101000000-0000' }
    const master = { ...moment.master, activedrivers: [other] }
    const one = await recorded({ ...recording, 'failed once': { ...moment, master } }, 'failed once', { proxied: false, log: direct }) // prettier-ignore
    open.push(one)
    await expect(platformOf(one.config()).reader.log(runOf({ runId: first }), 500, NEVER)).rejects.toMatchObject({ code: 'ARR-501', message: expect.stringContaining('does not list the driver of this application') }) // prettier-ignore
  })

  it('P13: its worker at an address of its own, wherever that is, gets none of the master’s credentials', async () => {
    const elsewhere = await recorded(recording, 'failed once', { proxied: false, log: direct })
    open.push(elsewhere)
    const { reader } = await at(direct, { home: elsewhere.cluster.url, config: { authorization: 'Bearer master-only' } }) // prettier-ignore
    expect((await reader.log(runOf({ runId: id }), 500, NEVER))?.text).toContain(THROWN)
    expect(elsewhere.cluster.headers.some(({ authorization }) => authorization !== undefined)).toBe(false)
  })

  it.each([
    [
      'a login page',
      { type: 'text/html', body: '<html>please log in</html>' },
      'ARR-502',
      'it answers no log',
    ],
    ['a redirect to one', { status: 302, location: 'https://login.example.com/' }, 'ARR-502', 'redirects'],
    ['401', { status: 401, type: 'text/html' }, 'ARR-506', '401'],
    ['403', { status: 403, type: 'text/html' }, 'ARR-506', '403'],
    ['404 of somebody else', { status: 404, type: 'text/html' }, 'ARR-502', '404'],
    ['500', { status: 500, type: 'text/html' }, 'ARR-501', '500'],
    ['half a head', plain('==== Bytes 0-'), 'ARR-502', 'it answers no log'],
  ] as const)('says so where a worker answers with %s', async (_what, reply, code, why) => {
    const { reader } = await at(() => reply)
    await expect(reader.log(runOf({ runId: id }), 500, NEVER)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(why),
    })
  })

  it('is none where the worker has cleared it away', async () => {
    const { reader } = await at((_way, _worker, query) => shown(query, {}))
    expect(await reader.log(runOf({ runId: id }), 500, NEVER)).toBeNull()
  })

  it('is none of a run in client mode, or of one that nobody knows', async () => {
    const home: [string, string][] = [['user.dir', '/home/me']]
    const spark: [string, string][] = [['spark.submit.deployMode', 'client'], ['spark.app.id', first]]
    const one = await recorded({ ...recording, environment: [spark, home] }, 'failed once', { proxied: false, log: direct })
    open.push(one)
    const { reader } = platformOf(one.config())
    expect(await reader.log(runOf({ runId: first }), 500, NEVER)).toBeNull()
    expect(await reader.log(runOf({ jobName: 'nobody' }), 500, NEVER)).toBeNull()
    expect(one.cluster.asked.some((asked) => asked.includes('/log/'))).toBe(false)
  }) // prettier-ignore

  it('is lost with the worker, though another driver was submitted in its place', async () => {
    const { reader, cluster } = await at(direct, { name: 'worker lost' })
    for (const runId of [id, first])
      await expect(reader.log(runOf({ runId }), 500, NEVER)).rejects.toMatchObject({ code: 'ARR-501', message: expect.stringContaining(`which has the log of ${id}, is DEAD`) }) // prettier-ignore
    expect(cluster.asked.some((one) => one.includes('/log/'))).toBe(false)
  })

  it.each([
    ['asked for again while the History Server does not have its environment yet', 1, null],
    ['nobody’s where it never does, though a driver of its main class is there', Number.POSITIVE_INFINITY, 'does not have the environment of the application yet'],
  ])('is %s', async (_what, from, why) => {
    let asked = 0
    const keeps = (): boolean => (asked += 1) > from
    const one = await recorded(recording, 'failed once', { proxied: false, log: direct, keeps })
    open.push(one)
    const tail = platformOf(one.config()).reader.log(runOf({ runId: first }), 500, NEVER)
    if (why === null) expect((await tail)?.text).toContain(THROWN)
    else await expect(tail).rejects.toMatchObject({ code: 'ARR-501', message: expect.stringContaining(why) })
    expect(one.cluster.asked.some((path) => path.includes('/log/'))).toBe(why === null)
  }) // prettier-ignore

  it.each([
    ['that a master lists no more', { runId: 'driver-20200101000000-0000' }, {}, 'does not list driver-20200101000000-0000'],
    ['of a master that does not lead', { runId: id }, { status: 'STANDBY' }, 'it is STANDBY'],
    ['of a master that has begun anew', { runId: first }, { activedrivers: [], completeddrivers: [], activeapps: [], completedapps: [] }, 'does not list the driver of this application'],
  ])('is out of reach, and not called absent, of a driver %s', async (_what, run, change, why) => {
    const moment = recording['failed once']
    const changed = { ...moment, master: { ...moment.master, ...change } }
    const one = await recorded({ ...recording, 'failed once': changed }, 'failed once', { proxied: false, log: direct })
    open.push(one)
    await expect(platformOf(one.config()).reader.log(runOf(run), 500, NEVER)).rejects.toMatchObject({ code: 'ARR-501', message: expect.stringContaining(why) })
  }) // prettier-ignore

  it('is of no driver that began after the application, whatever folder that names', async () => {
    const moment = recording['failed once']
    const later = { ...driver, starttime: String(Number(driver['starttime']) + 3_600_000) }
    const changed = { ...moment, master: { ...moment.master, activedrivers: [later] } }
    const one = await recorded({ ...recording, 'failed once': changed }, 'failed once', { proxied: false, log: direct }) // prettier-ignore
    open.push(one)
    expect(await platformOf(one.config()).reader.log(runOf({ runId: first }), 500, NEVER)).toBeNull()
  })

  it('is of the driver where that is SparkSubmit, which calls the program in itself client mode', async () => {
    const moment = recording['failed once']
    const submit = { ...driver, mainclass: 'org.apache.spark.deploy.SparkSubmit' }
    const changed = { ...moment, master: { ...moment.master, activedrivers: [submit] } }
    const spark: [string, string][] = [['spark.submit.deployMode', 'client'], ['spark.app.id', first]] // prettier-ignore
    const one = await recorded({ ...recording, 'failed once': changed, environment: [spark, recording.environment[1]] }, 'failed once', { proxied: false, log: direct }) // prettier-ignore
    open.push(one)
    expect((await platformOf(one.config()).reader.log(runOf({ runId: first }), 500, NEVER))?.text).toContain(THROWN) // prettier-ignore
  })

  it.each([
    ['none of a driver that waits for a worker', 'SUBMITTED', null],
    ['out of reach of one whose worker nobody knows any more', 'ERROR', 'does not know (any more) on which worker'],
  ])('is %s', async (_what, state, why) => {
    const moment = recording['failed once']
    const changed = { ...moment, master: { ...moment.master, activedrivers: [{ ...driver, state, worker: 'None' }] } }
    const one = await recorded({ ...recording, 'failed once': changed }, 'failed once', { proxied: false, log: direct })
    open.push(one)
    const tail = platformOf(one.config()).reader.log(runOf({ runId: id }), 500, NEVER)
    if (why === null) expect(await tail).toBeNull()
    else await expect(tail).rejects.toMatchObject({ code: 'ARR-501', message: expect.stringContaining(why) })
  }) // prettier-ignore

  it('is none, and nothing more is asked, where a master that knows the application has no drivers', async () => {
    const moment = recording['failed once']
    const changed = { ...moment, master: { ...moment.master, activedrivers: [], completeddrivers: [] } }
    const one = await recorded({ ...recording, 'failed once': changed }, 'failed once', { proxied: false, log: direct }) // prettier-ignore
    open.push(one)
    expect(await platformOf(one.config()).reader.log(runOf({ runId: first }), 500, NEVER)).toBeNull()
    expect(one.cluster.asked).toEqual(['GET /json/'])
  })

  it('is none of a program that its folder’s driver has started in client mode', async () => {
    const spark: [string, string][] = [
      ['spark.submit.deployMode', 'client'],
      ['spark.app.id', first],
    ]
    const one = await recorded({ ...recording, environment: [spark, recording.environment[1]] }, 'failed once', { proxied: false, log: direct }) // prettier-ignore
    open.push(one)
    expect(await platformOf(one.config()).reader.log(runOf({ runId: first }), 500, NEVER)).toBeNull()
  })

  it('is out of reach, at once, of an application that has ended where no History Server is named', async () => {
    const one = await recorded(recording, 'failed once', { proxied: false, log: direct })
    open.push(one)
    const { reader } = platformOf({ master_url: one.cluster.url })
    const begun = performance.now()
    await expect(reader.log(runOf({ runId: first }), 500, NEVER)).rejects.toMatchObject({ code: 'ARR-501', message: expect.stringContaining('no History Server is named') }) // prettier-ignore
    expect(performance.now() - begun).toBeLessThan(1_500)
  })

  it('says why its environment cannot be read, where that is no matter of time', async () => {
    const one = await recorded(recording, 'failed once', { proxied: false, log: direct, environment: { status: 403, type: 'text/html' } }) // prettier-ignore
    open.push(one)
    await expect(platformOf(one.config()).reader.log(runOf({ runId: first }), 500, NEVER)).rejects.toMatchObject({ code: 'ARR-506' }) // prettier-ignore
    expect(one.cluster.asked.filter((asked) => asked.endsWith('/environment'))).toHaveLength(1)
  })

  it('is read from its worker itself where the master’s home page is not to be had, which is told if neither is', async () => {
    const refused: Reply = { status: 403, type: 'text/html' }
    for (const log of [direct, (): Reply => refused]) {
      const one = await recorded(recording, 'failed once', { log, front: refused })
      open.push(one)
      const tail = platformOf(one.config()).reader.log(runOf({ runId: id }), 500, NEVER)
      if (log === direct) expect((await tail)?.text).toContain(THROWN)
      else await expect(tail).rejects.toMatchObject({ code: 'ARR-506', message: expect.stringContaining(`${one.cluster.url}/:`) }) // prettier-ignore
    }
  })

  it('is of the attempt whose application the run is, where others of its driver wrote to the same files', async () => {
    const attempt = (app: string, what: string): string => `Launch Command: "java" "${what}"\n${'='.repeat(40)}\n\nINFO Connected to Spark cluster with app ID ${app}\nERROR ${what}\n` // prettier-ignore
    const files = { stderr: [attempt(first, 'was first'), attempt('app-20261123000000-9999', 'was second')].join(''), stdout: 'of whom?\n' } // prettier-ignore
    const { reader } = await at((way, _worker, query) =>
      way === 'direct' ? shown(query, files) : { status: 502 },
    )
    const text = async (run: object, bytes = 10_000): Promise<string | undefined> =>
      (await reader.log(runOf(run), bytes, NEVER))?.text
    expect(await text({ runId: first })).toContain('was first')
    expect(await text({ runId: first })).not.toMatch(/was second|of whom/)
    expect(await text({ runId: id })).toContain('was second')
    expect(await text({ runId: id })).not.toMatch(/was first|of whom/)
    await expect(text({ runId: first }, 120)).rejects.toMatchObject({ code: 'ARR-501', message: expect.stringContaining(`names ${first}`) }) // prettier-ignore
  })

  it('is said to be lost with its worker', async () => {
    const moment = recording['failed once']
    const workers = moment.master.workers.map((one) => (one['id'] === worker ? { ...one, state: 'DEAD' } : one))
    const lost = { ...recording, 'failed once': { ...moment, master: { ...moment.master, workers } } }
    const one = await recorded(lost, 'failed once', { proxied: false, log: direct })
    open.push(one)
    const { reader } = platformOf(one.config())
    await expect(reader.log(runOf({ runId: id }), 500, NEVER)).rejects.toMatchObject({ code: 'ARR-501', message: expect.stringContaining(`${worker}, which has the log of ${id}, is DEAD`) }) // prettier-ignore
  }) // prettier-ignore
})

it('what a worker writes before the text is taken off, and tells whether there was more before it', () => {
  const read = (page: string): unknown => pieceOf(page, 'batch', 'http://worker')
  expect(read('==== Bytes 11-14 of 14 of /w/d/stderr ====\nabc\n')).toEqual({ text: 'abc', cut: true })
  expect(read('==== Bytes 0-0 of 0 of /w/d/stderr ====\n')).toEqual({ text: '', cut: false })
})

describe('which part of a driver’s files is an application’s', () => {
  const file = (text: string, cut = false): { text: string; cut: boolean } => ({ text, cut })
  const out = file('printed')
  const [mine, other] = ['app-20261123000000-0001', 'app-20261123000000-0002']
  const head = 'Launch Command: "java"'
  const of = { appId: mine, newest: true, ids: [mine, other], supervised: true as boolean | null }
  it.each([
    ['all, of one attempt', file(`${head}\nx`), { ...of, supervised: null }, [file(`${head}\nx`), out]],
    ['all, of a driver that is begun once', file('x', true), { ...of, supervised: false }, [file('x', true), out]],
    ['nothing, where another is named alone', file(`${head}\n${other}`), { ...of, supervised: false }, null],
    ['nothing, where several are silent', file(`${head}\nx\n${head}\ny`), of, null],
    ['nothing, of an earlier one, where what came before is not to be seen', file('x', true), { ...of, newest: false }, null],
    ['the end, of the newest', file('x', true), of, [file('x', true)]],
    ['nothing, of the newest, where the end names another', file(other, true), of, null],
    ['nothing, of the newest, where one has begun that may be the next', file(`x\n${head}\ny`, true), of, null],
    ['the part that names it', file(`x\n${head}\n${mine}\n${head}\n${other}`, true), of, [file(`${head}\n${mine}`)]],
    ['the part that names it first, though a later one speaks of it', file(`${head}\n${mine}\n${head}\n${other} after ${mine}`), of, [file(`${head}\n${mine}`)]],
    ['nothing, where only a later one speaks of it', file(`${head}\nx\n${head}\n${other} after ${mine}`), of, null],
    ['the part that names it, though it ended within a line', file(`${head}\n${mine} [Stage 1:=>  ${head}\n${other}`), of, [file(`${head}\n${mine} [Stage 1:=>`)]],
    ['nothing, where an application of another pattern is named', file('etl-7', true), { ...of, ids: ['etl-7'] }, null],
    ['the part that names it, cut', file(`${mine}\n${head}\n${other}`, true), of, [file(mine, true)]],
    ['the last part, of a driver itself', file(`x\n${head}\ny`), { ...of, appId: null }, [file(`${head}\ny`)]],
    ['both, of files without a word', file(''), { ...of, supervised: null }, [file(''), out]],
    ['nothing, where stderr cannot be had', file('', true), { ...of, supervised: null }, null],
    ['what was printed, where stderr cannot be had and there was one', file('', true), { ...of, supervised: false }, [file('', true), out]],
  ])('%s', (_what, stderr, wanted, own) => {
    expect(ownOf([stderr, out], wanted)).toEqual(own)
  })
}) // prettier-ignore
