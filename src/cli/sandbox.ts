// `arrestor sandbox`: the service against a Slack, a PagerDuty and a Spark on this machine. Only URLs and tokens differ.
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { ArrestorError } from '../errors.ts'
import { createSandbox } from '../sandbox/server.ts'
import { portOf, startService } from '../service.ts'
import { secretsOf } from '../config/secrets.ts'
import { discretionOfAll } from '../config/settings.ts'
import { createLogger } from '../telemetry/logs.ts'
import { fail, runUntilSignal } from './serve.ts'

const PAGE_PORT = 3100
const CONFIG = fileURLToPath(new URL('./sandbox.yml', import.meta.url))

export function registerSandbox(program: Command): void {
  program
    .command('sandbox')
    .description(
      'see the whole product on this machine: a Slack, a PagerDuty and a Spark, and a page to press in',
    )
    .option('--page-port <port>', 'port of the page', String(PAGE_PORT))
    .option('-c, --config <file>', 'another configuration than the sandbox’s own', CONFIG)
    .action((options: { pagePort: string; config: string }) => runSandbox(options))
}

async function runSandbox(options: { pagePort: string; config: string }): Promise<void> {
  const dataDir = path.resolve(process.env['ARRESTOR_DATA_DIR'] ?? 'data/sandbox')
  // The sandbox is told where alerts go before the service listens: any free port has to be known by then.
  const port = portOf(process.env) || (await freePort())
  try {
    const sandbox = await createSandbox({
      port: portOf({ PORT: options.pagePort }),
      dataDir: path.join(dataDir, 'world'),
      serviceUrl: `http://127.0.0.1:${port}`,
      webhookToken: 'sandbox',
    })
    try {
      const environment = {
        ...process.env,
        ...sandbox.env,
        SANDBOX_SERVICE_URL: `http://127.0.0.1:${port}`,
        ARRESTOR_DATA_DIR: path.join(dataDir, 'service'),
      }
      const config = loadConfig(options.config, environment)
      // The sandbox's credentials are known to everybody, so nothing but this machine may reach it.
      const secrets = secretsOf(config, environment).filter((secret) => secret !== 'sandbox')
      const logger = createLogger({
        level: process.env['LOG_LEVEL'] ?? 'info',
        secrets,
        discretion: discretionOfAll(config, secrets),
        write: (line) => process.stdout.write(line),
        pretty: true,
      })
      const service = await startService({
        config: { ...config, service: { ...config.service, host: '127.0.0.1' } },
        environment,
        logger,
        secrets,
        port,
        ca: readFileSync(sandbox.env['ARRESTOR_CA_FILE'] ?? '', 'utf8'),
      })
      console.log(`\n  Arrestor        ${service.http.url}\n  Look and press  ${sandbox.url}\n`)
      runUntilSignal(
        service,
        (reason) =>
          logger.error({ reason }, 'something failed outside its place; Slack’s connection is rebuilt'),
        () => sandbox.close(),
      )
    } catch (error) {
      await sandbox.close()
      throw error
    }
  } catch (error) {
    // The page's port, or one of the three after it for Slack, PagerDuty and Spark.
    const { code, port: taken } = error as { code?: string; port?: number }
    if (code === 'EADDRINUSE')
      fail(new ArrestorError('ARR-901', { port: String(taken ?? options.pagePort), choose: '--page-port' }))
    fail(error)
  }
}

/** A port of this machine that is free now. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  return port
}
