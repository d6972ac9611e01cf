// The built product as it would be installed: the sandbox starts from dist, shows its page, posts a card, and ends in order.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../scripts/ports.ts'
import { build } from '../../scripts/build.ts'
import { arrestorProcess } from '../cli/run.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const DIST = path.join(ROOT, '.arrestor', `dist-${process.pid}`)

interface State {
  readonly slack: { readonly channels: { readonly messages: { readonly text: string }[] }[] }
}

describe('the sandbox from dist', () => {
  beforeAll(() => {
    mkdirSync(path.dirname(DIST), { recursive: true })
    build(DIST)
  })
  afterAll(() => rmSync(DIST, { recursive: true, force: true }))

  it('starts, serves its page, posts a card for an alert, and ends with code 0', async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'arrestor-dist-'))
    const port = await freePorts(5)
    const page = `http://127.0.0.1:${port + 1}`
    const child = spawn(
      process.execPath,
      [path.join(DIST, 'cli.js'), 'sandbox', '--page-port', String(port + 1)],
      {
        cwd: ROOT,
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: process.env['HOME'] ?? '',
          PORT: String(port),
          ARRESTOR_DATA_DIR: dataDir,
        },
      },
    )
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', resolve)
    })
    let out = ''
    child.stdout.on('data', (chunk) => (out += String(chunk)))
    child.stderr.on('data', (chunk) => (out += String(chunk)))
    try {
      await expect.poll(() => out, { timeout: 60_000 }).toContain('Look and press')
      expect(await (await fetch(`${page}/`)).text()).toContain('<!doctype html>')
      expect(await (await fetch(`${page}/page/main.ts`)).text()).toContain('/vendor/htm-preact.js')
      const env = { ARRESTOR_URL: `http://127.0.0.1:${port}`, ARRESTOR_TOKEN: 'sandbox' }
      const main = path.relative(ROOT, path.join(DIST, 'cli.js'))
      const sent = await arrestorProcess(['alert', 'send', 'SparkDriverOOM', '-l', 'job_name=from-dist'], {
        main,
        env,
      })
      expect(sent.stdout).toBe('1 stored, 0 rejected.\n')
      const texts = async (): Promise<string> => {
        const { slack } = (await (await fetch(`${page}/api/state`)).json()) as State
        return slack.channels.flatMap(({ messages }) => messages.map(({ text }) => text)).join('\n')
      }
      await expect.poll(texts, { timeout: 20_000 }).toContain('from-dist')
      child.kill('SIGINT')
      expect(await ended, out).toBe(0)
    } finally {
      child.kill('SIGKILL')
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})
