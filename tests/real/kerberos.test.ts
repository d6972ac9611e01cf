// Kerberos as it is: MIT's KDC, its library through ours, and a ResourceManager of Hadoop that takes nothing else.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOW_TO_INSTALL, findYarn } from '../../scripts/yarn/installation.ts'
import { createSend } from '../../src/platforms/http/send.ts'
import type { Platform } from '../../src/platforms/platform.ts'
import { NEVER, platformOf, runOf } from '../platforms/support.ts'
import { HOW_TO_GET_KERBEROS, type Realm, hasKerberos, startRealm } from './support/kerberos.ts'
import { type SecuredRm, startSecuredRm } from './support/secured-rm.ts'

const yarn = findYarn()

if (yarn === null || !hasKerberos()) {
  it.skip(`Kerberos: ${yarn === null ? HOW_TO_INSTALL : HOW_TO_GET_KERBEROS}`)
} else {
  describe(`Kerberos, with the ResourceManager of Hadoop ${yarn.version}`, () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'arrestor-kerberos-'))
    let realm: Realm
    let rm: SecuredRm
    let keytab: string

    beforeAll(async () => {
      realm = await startRealm(dir)
      // Read by libkrb5 in this process, when it is first asked.
      process.env['KRB5_CONFIG'] = realm.config
      process.env['KRB5CCNAME'] = `FILE:${dir}/nobody-filled-it`
      keytab = realm.keytab('arrestor', 'arrestor.keytab')
      rm = await startSecuredRm(dir, yarn, realm, realm.keytab('HTTP/localhost', 'http.keytab'))
    })
    afterAll(async () => {
      await rm?.stop()
      await realm?.stop()
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
    })

    const authOf = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
      type: 'kerberos',
      principal: `arrestor@${realm.name}`,
      keytab,
      ...change,
    })
    const rmOf = (auth: Record<string, unknown> | null, url = rm.url): Platform =>
      platformOf({
        kind: 'yarn',
        rm_urls: [url],
        timeout_ms: 20_000,
        actions: ['application.kill'],
        ...(auth === null ? {} : { auth }),
      })

    /** A POST to the ResourceManager as the principal. */
    async function post(where: string, body: unknown): Promise<{ status: number; data: unknown }> {
      const principal = `arrestor@${realm.name}`
      const send = createSend('batch', { auth: { type: 'kerberos', principal, keytab, services: {} } })
      return await send({
        method: 'POST',
        url: `${rm.url}/ws/v1/cluster${where}`,
        data: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
        maxRedirects: 0,
        validateStatus: () => true,
      })
    }

    /** An application that waits for a node for ever, submitted over REST. */
    async function submitted(): Promise<string> {
      const made = await post('/apps/new-application', {})
      const id = (made.data as { 'application-id': string })['application-id']
      const { status } = await post('/apps', {
        'application-id': id,
        'application-name': 'orders-daily',
        'application-type': 'SPARK',
        'am-container-spec': { commands: { command: 'true' } },
        resource: { memory: 128, vCores: 1 },
      })
      expect(status).toBe(202)
      return id
    }

    it('the right keytab: the check is well, an application is found, and killed', async () => {
      const { reader, writer } = rmOf(authOf())
      await expect.poll(() => reader.check(NEVER), { timeout: 60_000 }).toContain('is ACTIVE')
      const id = await submitted()
      expect(await reader.locate(runOf({ runId: id }), NEVER)).toMatchObject({ id, user: 'arrestor' })
      expect(await writer?.kill(id, NEVER)).toMatchObject({ kind: 'accepted' })
      await expect
        .poll(async () => (await reader.run(runOf({ runId: id }), NEVER))?.state, { timeout: 20_000 })
        .toBe('cancelled')
    })

    it('a delegation token, fetched with a ticket, is taken for reads and for the kill', async () => {
      const id = await submitted()
      const { data } = await post('/delegation-token', { renewer: 'arrestor' })
      const { reader, writer } = platformOf({
        kind: 'yarn',
        rm_urls: [rm.url],
        delegation_token: (data as { token: string }).token,
        actions: ['application.kill'],
      })
      expect(await reader.locate(runOf({ runId: id }), NEVER)).toMatchObject({ id, user: 'arrestor' })
      expect(await writer?.kill(id, NEVER)).toMatchObject({ kind: 'accepted' })
    })

    it('no ticket: the check says what is asked for, and how to give it', async () => {
      const { reader, writer } = rmOf(null)
      await expect(reader.check(NEVER)).rejects.toThrow(
        /^ARR-506.*it answers 401 to a request without a credential.*`auth: \{ type: kerberos/s,
      )
      expect(await writer?.kill('application_1795372654672_0001', NEVER)).toMatchObject({ kind: 'refused' })
    })

    it.each<[string, () => Record<string, unknown>, RegExp]>([
      [
        'a keytab of an older key',
        () => {
          const old = realm.keytab('rotated', 'rotated.keytab')
          realm.keytab('rotated', 'rotated-since.keytab')
          return { principal: `rotated@${realm.name}`, keytab: old }
        },
        /the KDC does not take the key in .*rotated\.keytab: it was changed since/,
      ],
      [
        'a keytab of somebody else',
        () => ({ principal: `somebody@${realm.name}` }),
        /arrestor\.keytab holds no key of somebody@/,
      ],
      [
        'a file that is no keytab',
        () => {
          const file = path.join(dir, 'no.keytab')
          writeFileSync(file, 'not a keytab')
          return { keytab: file }
        },
        /no\.keytab holds no key of arrestor@/,
      ],
      ['a file that is not there', () => ({ keytab: `${dir}/gone.keytab` }), /the keytab cannot be read \(ENOENT/],
      [
        'a principal that has expired',
        () => {
          const file = realm.keytab('expired', 'expired.keytab')
          realm.admin('modprinc', '-expire', 'yesterday', 'expired')
          return { principal: `expired@${realm.name}`, keytab: file }
        },
        /expired@ARRESTOR\.TEST or its ticket has expired or is locked: have it renewed/,
      ],
      [
        'a principal that is gone',
        () => {
          const file = realm.keytab('former', 'former.keytab')
          realm.admin('delprinc', '-force', 'former')
          return { principal: `former@${realm.name}`, keytab: file }
        },
        /the realm does not know former@ARRESTOR\.TEST: check principal/,
      ],
      ['no keytab and an empty cache', () => ({ keytab: undefined }), /there is no ticket of arrestor@/],
      ['a realm that krb5.conf does not know', () => ({ services: { localhost: 'HTTP/localhost@ELSEWHERE' } }), /HTTP\/localhost@ELSEWHERE/],
    ])('the doctor names the mend: %s', async (_what, change, says) => {
      const check = rmOf(authOf(change())).reader.check(NEVER)
      await expect(check).rejects.toMatchObject({ code: 'ARR-507' })
      await expect(check).rejects.toThrow(says)
    }) // prettier-ignore

    it('an address by another name than its service: refused until `services` names that', async () => {
      const byNumber = rm.url.replace('localhost', '127.0.0.1')
      await expect(rmOf(authOf(), byNumber).reader.check(NEVER)).rejects.toThrow(
        /^ARR-507.*the realm does not know the service HTTP\/127\.0\.0\.1/s,
      )
      const services = { '127.0.0.1': `HTTP/localhost@${realm.name}` }
      expect(await rmOf(authOf({ services }), byNumber).reader.check(NEVER)).toContain(byNumber)
    })

    it('a server whose own keytab is old does not take the token, and that is said', async () => {
      realm.keytab('HTTP/localhost', 'http-since.keytab')
      const fresh = realm.keytab('late', 'late.keytab')
      await expect(
        rmOf(authOf({ principal: `late@${realm.name}`, keytab: fresh })).reader.check(NEVER),
      ).rejects.toThrow(/^ARR-506.*it answers 40[13] to our Kerberos token.*newest key/s)
    })
  })
}
