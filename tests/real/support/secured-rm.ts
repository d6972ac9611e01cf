// A real ResourceManager alone, whose web interface answers to who shows a Kerberos ticket: no node, so that what is submitted waits.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePorts } from '../../../scripts/ports.ts'
import { JAVA } from '../../../scripts/yarn/cluster.ts'
import type { YarnInstallation } from '../../../scripts/yarn/installation.ts'
import { PORTS, type Ports, settingsFor } from '../../../scripts/yarn/settings.ts'
import type { Realm } from './kerberos.ts'
import { start } from './process.ts'
import { until } from './wait.ts'

export interface SecuredRm {
  readonly url: string
  stop(): Promise<void>
}

/** Starts it below `dir` with this keytab of `HTTP/localhost`, and waits until it refuses who shows nothing. */
export async function startSecuredRm(
  dir: string,
  yarn: YarnInstallation,
  realm: Realm,
  keytab: string,
): Promise<SecuredRm> {
  const conf = path.join(dir, 'conf')
  const secret = path.join(dir, 'signature-secret')
  mkdirSync(conf, { recursive: true })
  writeFileSync(secret, 'what signs the cookies of the test')
  const lowest = await freePorts(PORTS.length)
  const ports = Object.fromEntries(PORTS.map((name, index) => [name, lowest + index])) as unknown as Ports
  const service = `HTTP/localhost@${realm.name}`
  const files = settingsFor(dir, ports, {
    core: {
      'hadoop.security.authentication': 'kerberos',
      'hadoop.http.filter.initializers': 'org.apache.hadoop.security.AuthenticationFilterInitializer',
      'hadoop.http.authentication.type': 'kerberos',
      'hadoop.http.authentication.kerberos.principal': service,
      'hadoop.http.authentication.kerberos.keytab': keytab,
      'hadoop.http.authentication.signature.secret.file': secret,
    },
    yarn: { 'yarn.resourcemanager.principal': service, 'yarn.resourcemanager.keytab': keytab },
  })
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(conf, name), text)
  const args = [...JAVA, `-Djava.security.krb5.conf=${realm.config}`, '-cp', `${conf}:${yarn.jars}/*`]
  const running = start('java', [...args, 'org.apache.hadoop.yarn.server.resourcemanager.ResourceManager'], {
    cwd: dir,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  })
  // The service is HTTP/localhost: a ticket is of the name in the address.
  const url = `http://localhost:${ports.rmWeb}`
  const answers = (): Promise<boolean> =>
    fetch(`${url}/ws/v1/cluster/info`).then(
      ({ status }) => status === 401,
      () => false,
    )
  const said = (): string => (running.stdout() + running.stderr()).slice(-4000)
  await until(async () => running.hasEnded() || (await answers()), 'the ResourceManager', 120_000, said)
  if (running.hasEnded()) throw new Error(`The ResourceManager ended: ${said()}`)
  return {
    url,
    async stop() {
      await running.stop()
    },
  }
}
