// `arrestor runbook draft` against a running service: printed, written, and never over what is there.
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deadUrl } from '../platforms/support.ts'
import { alertBody, startWorld } from '../support/world.ts'
import { type Ended, STACK, arrestor } from './run.ts'

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'arrestor-cli-draft-'))
  onTestFinished(async () => await rm(made, { recursive: true }))
  return made
}

describe('arrestor runbook draft', { timeout: 60_000 }, () => {
  it('prints both files, or writes them where they pass lint and test, and overwrites nothing', async () => {
    const world = await startWorld()
    await world.send(
      alertBody({
        alertname: 'SparkJobFailed',
        severity: 'critical',
        team: 'data-platform',
        job_name: 'orders-daily',
      }),
    )
    await world.settle()
    const env = { ARRESTOR_URL: world.service.http.url, ARRESTOR_TOKEN: 'sandbox' }
    const run = async (...args: string[]): Promise<Ended> => await arrestor(['runbook', ...args], { env })
    const printed = await run('draft', '#1')
    expect([printed.code, printed.stderr]).toEqual([0, ''])
    expect(printed.stdout).toMatch(/^==> spark-job-failed\.md <==\n---\nid: spark-job-failed\n/)
    expect(printed.stdout).toContain('==> spark-job-failed.test.yml <==')
    expect(JSON.parse((await run('draft', '1', '--json')).stdout)).toMatchObject({ id: 'spark-job-failed' })

    const made = await folder()
    const out = path.join(made, 'new', 'runbooks')
    const written = await run('draft', '1', '--out', out)
    expect(written.stdout.trim().split('\n')).toEqual([
      path.join(out, 'spark-job-failed.md'),
      path.join(out, 'spark-job-failed.test.yml'),
    ])
    expect((await run('lint', out)).code).toBe(0)
    expect((await run('test', out)).stdout).toContain('0 failed')

    await writeFile(path.join(out, 'spark-job-failed.md'), 'mine')
    const again = await run('draft', '1', '--out', out)
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/^ARR-711: .*a file is there already/)
    expect(await readFile(path.join(out, 'spark-job-failed.md'), 'utf8')).toBe('mine')
    await rm(path.join(out, 'spark-job-failed.md'))
    // The test file is still there: the runbook alone is not written either.
    expect((await run('draft', '1', '--out', out)).code).toBe(1)
    expect(await readdir(out)).toEqual(['spark-job-failed.test.yml'])
  })

  it('says what is wrong and what to do: no such incident, a wrong token, nobody there', async () => {
    const world = await startWorld()
    const url = world.service.http.url
    const told = async (env: Record<string, string>, code: string, ...args: string[]): Promise<void> => {
      const ended = await arrestor(['runbook', 'draft', ...args], { env })
      expect([ended.code, ended.stdout]).toEqual([1, ''])
      expect(ended.stderr).toMatch(new RegExp(`^${code}: `))
      expect(ended.stderr).not.toMatch(STACK)
    }
    await told({ ARRESTOR_URL: url, ARRESTOR_TOKEN: 'sandbox' }, 'ARR-703', '99')
    await told({ ARRESTOR_URL: url, ARRESTOR_TOKEN: 'sandbox' }, 'ARR-703', '../../../etc/passwd')
    await told({ ARRESTOR_URL: url, ARRESTOR_TOKEN: 'nobody' }, 'ARR-702', '1')
    await told({ ARRESTOR_URL: await deadUrl(), ARRESTOR_TOKEN: 'sandbox' }, 'ARR-701', '1')
  })
})
