// `arrestor incident` and `arrestor alert send` against a running service: what people read, what scripts read, what goes wrong.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { deadUrl, stage } from '../platforms/support.ts'
import { type World, alertBody, startWorld } from '../support/world.ts'
import { type Ended, STACK, arrestor, arrestorProcess } from './run.ts'

const OOM = {
  alertname: 'SparkExecutorOOMKilled',
  severity: 'critical',
  team: 'data-platform',
  job_name: 'orders-daily',
}

async function worldWithIncident(): Promise<{ world: World; run: (...args: string[]) => Promise<Ended> }> {
  const world = await startWorld()
  await world.send(alertBody(OOM, { fingerprint: 'abc' }))
  await world.settle()
  const env = { ARRESTOR_URL: world.service.http.url, ARRESTOR_TOKEN: 'sandbox' }
  return { world, run: (...args) => arrestor(args, { env }) }
}

function expectTold({ code, stdout, stderr }: Ended, error: string): void {
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(new RegExp(`^${error}: `))
  expect(stderr.match(/ARR-/g)).toHaveLength(1)
  expect(stderr).not.toMatch(STACK)
}

describe('arrestor incident', () => {
  it('lists open incidents, one a line, and shows one with findings and timeline', async () => {
    const { run } = await worldWithIncident()
    const list = await run('incident', 'list')
    expect([list.code, list.stderr]).toEqual([0, ''])
    expect(list.stdout.trim().split('\n')).toHaveLength(1)
    expect(list.stdout).toMatch(/^#1 +triggered +critical +data-platform .*orders-daily/)
    const shown = await run('incident', 'show', '#1')
    expect(shown.stdout).toContain('triggered, critical, team data-platform, platform sandbox')
    expect(shown.stdout).toContain('runbook executor-oom')
    expect(shown.stdout).toMatch(/Timeline\n.*opened +alertmanager: matched/)
    expect((await run('incident', 'list', '--state', 'resolved')).stdout).toBe('No incident.\n')
  })

  it('gives the same to scripts as JSON', async () => {
    const { run } = await worldWithIncident()
    const [incident] = JSON.parse((await run('incident', 'list', '--json')).stdout) as {
      id: string
      number: number
    }[]
    expect(incident).toMatchObject({ number: 1, state: 'triggered', runbook: 'executor-oom' })
    const detail = JSON.parse((await run('incident', 'show', incident!.id, '--json')).stdout) as {
      timeline: unknown[]
    }
    expect(detail.timeline.length).toBeGreaterThan(0)
  })

  it('says what is wrong and what to do, once: no such incident, a bad option, a wrong token', async () => {
    const { world, run } = await worldWithIncident()
    const missing = await run('incident', 'show', '4711')
    expectTold(missing, 'ARR-703')
    expect(missing.stderr).toContain('There is no incident "4711"')
    expect(missing.stderr).toContain('arrestor incident list --state all')
    const odd = await run('incident', 'list', '--state', 'odd')
    expectTold(odd, 'ARR-704')
    expect(odd.stderr).toContain('state')
    const env = { ARRESTOR_URL: world.service.http.url, ARRESTOR_TOKEN: 'wrong' }
    const refused = await arrestor(['incident', 'list'], { env })
    expectTold(refused, 'ARR-702')
    expect(refused.stderr).not.toContain('wrong')
  })

  it('tells a service that is not there from something else that is', async () => {
    const gone = await arrestor(['incident', 'list'], {
      env: { ARRESTOR_URL: await deadUrl(), ARRESTOR_TOKEN: 'sandbox' },
    })
    expectTold(gone, 'ARR-701')
    expect(gone.stderr).toContain('npm start')
    const portal = await stage(() => ({ type: 'text/html', body: '<html>Please log in</html>' }))
    try {
      for (const args of [
        ['incident', 'list'],
        ['incident', 'show', '1'],
        ['alert', 'send', 'Odd'],
      ])
        expectTold(
          await arrestor(args, { env: { ARRESTOR_URL: portal.url, ARRESTOR_TOKEN: 'sandbox' } }),
          'ARR-701',
        )
    } finally {
      await portal.close()
    }
  })
})

describe('arrestor alert send', () => {
  it('opens an incident, joins it, and resolves it by the same labels', async () => {
    const { world, run } = await worldWithIncident()
    const labels = ['-l', 'team=data-platform', '--label', 'job_name=refunds', '-a', 'summary=it broke']
    const sent = await run('alert', 'send', 'SparkDriverOOM', ...labels)
    expect([sent.code, sent.stdout]).toEqual([0, '1 stored, 0 rejected.\n'])
    await world.settle()
    expect((await run('incident', 'list')).stdout).toMatch(/^#2 .*refunds/)
    expect((await run('alert', 'send', 'SparkDriverOOM', ...labels, '--resolved', '--json')).stdout).toBe(
      '{"stored":1,"rejected":[]}\n',
    )
    await world.settle()
    expect((await run('incident', 'list', '--state', 'resolved')).stdout).toMatch(/^#2 .*refunds/)
  })

  it('sends a file as it is, says what was set aside, and reads standard input', async () => {
    const { world, run } = await worldWithIncident()
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'arrestor-cli-')), 'alert.json')
    const good = alertBody({ ...OOM, job_name: 'from-file' })
    writeFileSync(
      file,
      JSON.stringify({ ...good, alerts: [...(good['alerts'] as unknown[]), { status: 'firing' }] }),
    )
    const sent = await run('alert', 'send', '--file', file)
    expect(sent.stdout).toMatch(/^1 stored, 1 rejected\.\n {2}\/alerts\/1: \S/)
    const env = {
      ARRESTOR_URL: world.service.http.url,
      ARRESTOR_TOKEN: 'x',
      ARRESTOR_WEBHOOK_TOKEN: 'sandbox',
    }
    const piped = await arrestorProcess(['alert', 'send', '-f', '-'], { env, input: JSON.stringify(good) })
    expect(piped.stdout).toBe('1 stored, 0 rejected.\n')
  })

  it('says what is wrong: a body the service refuses, a file that is none, a label without a value', async () => {
    const { run } = await worldWithIncident()
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'arrestor-cli-')), 'alert.json')
    writeFileSync(file, '{"version":"9","alerts":[]}')
    const refused = await run('alert', 'send', '--file', file)
    expectTold(refused, 'ARR-704')
    expect(refused.stderr).toContain('answered 400')
    writeFileSync(file, 'not json')
    expectTold(await run('alert', 'send', '--file', file), 'ARR-705')
    expectTold(await run('alert', 'send', '--file', `${file}.gone`), 'ARR-705')
    const label = await run('alert', 'send', 'Odd', '-l', 'novalue')
    expect(label.code).toBe(1)
    expect(label.stderr).toContain('name=value')
    expect(label.stderr).not.toMatch(STACK)
  })
})
