// A real Kerberos realm: MIT's KDC as a process of our own on a free port, with its database and keytabs in one directory.
import { execFileSync } from 'node:child_process'
import { accessSync, constants, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePorts } from '../../../scripts/ports.ts'
import { type Running, start } from './process.ts'
import { until } from './wait.ts'

export const HOW_TO_GET_KERBEROS =
  'needs a KDC of MIT Kerberos: apt-get install krb5-kdc krb5-admin-server, or name the directory of krb5kdc with KRB5_SBIN'

const SBIN = process.env['KRB5_SBIN'] ?? '/usr/sbin'
const REALM = 'ARRESTOR.TEST'

/** Whether there is one here. */
export function hasKerberos(): boolean {
  try {
    for (const name of ['krb5kdc', 'kdb5_util', 'kadmin.local'])
      accessSync(path.join(SBIN, name), constants.X_OK)
    return true
  } catch {
    return false
  }
}

export interface Realm {
  readonly name: string
  /** Its krb5.conf, for KRB5_CONFIG of clients and `java.security.krb5.conf` of servers. */
  readonly config: string
  /** Makes the principal where it is new, gives it a new key, and answers the keytab of that key. */
  keytab(principal: string, file: string): string
  /** A line of kadmin, such as `modprinc -expire yesterday somebody`. */
  admin(...words: readonly string[]): void
  stop(): Promise<void>
}

/** Starts a realm below `dir`, and waits until its KDC listens. */
export async function startRealm(dir: string): Promise<Realm> {
  const port = await freePorts()
  const [config, profile] = [path.join(dir, 'krb5.conf'), path.join(dir, 'kdc.conf')]
  writeFileSync(
    config,
    `[libdefaults]
  default_realm = ${REALM}
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
[realms]
  ${REALM} = {
    kdc = 127.0.0.1:${port}
  }
`,
  )
  writeFileSync(
    profile,
    `[kdcdefaults]
  kdc_listen = 127.0.0.1:${port}
  kdc_tcp_listen = 127.0.0.1:${port}
[realms]
  ${REALM} = {
    database_name = ${dir}/principal
    key_stash_file = ${dir}/stash
  }
`,
  )
  const env = { ...process.env, KRB5_CONFIG: config, KRB5_KDC_PROFILE: profile }
  const run = (program: string, ...args: readonly string[]): void =>
    void execFileSync(path.join(SBIN, program), ['-r', REALM, ...args], { env, stdio: 'pipe' })
  run('kdb5_util', 'create', '-s', '-P', 'of the test alone')
  const kdc: Running = start(path.join(SBIN, 'krb5kdc'), ['-n', '-r', REALM], { cwd: dir, env })
  await until(
    () => kdc.hasEnded() || kdc.stderr().includes('starting'),
    'the KDC',
    30_000,
    () => kdc.stdout() + kdc.stderr(),
  )
  if (kdc.hasEnded()) throw new Error(`The KDC ended: ${kdc.stdout()}${kdc.stderr()}`)
  const made = new Set<string>()
  return {
    name: REALM,
    config,
    keytab(principal, file) {
      const keytab = path.join(dir, file)
      if (!made.has(principal)) run('kadmin.local', 'addprinc', '-randkey', '+requires_preauth', principal)
      made.add(principal)
      run('kadmin.local', 'ktadd', '-q', '-k', keytab, principal)
      return keytab
    },
    admin: (...words) => run('kadmin.local', ...words),
    async stop() {
      await kdc.stop()
    },
  }
}
