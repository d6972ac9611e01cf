// P12: what of our environment the process that speaks Kerberos is given.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startChild } from '../../../src/platforms/kerberos/start-child.ts'

let dir: string
let child: ChildProcess | null = null
beforeEach(() => void (dir = mkdtempSync(path.join(tmpdir(), 'arrestor-kerberos-'))))
afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

it('P12: it gets what Kerberos and the loader read, and none of our secrets', async () => {
  const needed = {
    KRB5_CONFIG: '/k/krb5.conf',
    KRB5CCNAME: 'FILE:/k/cache',
    KRB5_CLIENT_KTNAME: '/k/client.keytab',
    LD_LIBRARY_PATH: '/k/lib',
    PATH: '/bin',
    HOME: '/k',
    TZ: 'UTC',
  }
  const file = path.join(dir, 'tells.mjs')
  writeFileSync(file, 'process.send({ ...process.env })')
  child = startChild(pathToFileURL(file), {
    ...needed,
    SLACK_BOT_TOKEN: 'xoxb-1',
    PAGERDUTY_API_TOKEN: 'pd',
    DATABASE_URL: 'postgres://arrestor:secret@db/arrestor',
    HTTPS_PROXY: 'http://user:secret@proxy',
    NODE_OPTIONS: '--max-old-space-size=64',
    MY_PATH: 'secret',
    HOME_TOKEN: 'secret',
  })
  expect(await once(child, 'message')).toEqual([needed, undefined])
})
