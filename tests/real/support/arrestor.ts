// The service as a real process: `node src/main.ts` with an arrestor.yml of the test's own.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Running, start } from './process.ts'
import { until } from './wait.ts'

export const ROOT = path.resolve(import.meta.dirname, '../../..')
export const TOKENS_OF_TEST = { webhook: 'webhook-token-of-the-test', api: 'api-token-of-the-test' } as const

export interface ArrestorOptions {
  /** Where arrestor.yml is written, and the process works. */
  readonly dir: string
  readonly config: string
  /** Added to an environment that has nothing of ours. */
  readonly env: Readonly<Record<string, string>>
}

export interface Arrestor extends Running {
  readonly url: string
  /** POST to a webhook; the answer's status, or null where there was no answer. */
  send(body: unknown): Promise<number | null>
  /** GET below /api/v1. */
  api<T>(what: string): Promise<T>
  /** Log lines, parsed. */
  logs(): Record<string, unknown>[]
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>
}

/** Starts the process, and does not wait. */
export function launch({ dir, config, env }: ArrestorOptions): Running {
  writeFileSync(path.join(dir, 'arrestor.yml'), config)
  return start(process.execPath, [path.join(ROOT, 'src/main.ts')], {
    cwd: dir,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', ...env },
  })
}

/** Starts it and waits until it says that it is ready. Throws with what it said instead. */
export async function startArrestor(options: ArrestorOptions): Promise<Arrestor> {
  const running = launch(options)
  const said = (): string => running.stdout() + running.stderr()
  const urlOf = (): string | undefined => /"url":"([^"]+)"[^\n]*Arrestor is ready/.exec(running.stdout())?.[1]
  try {
    await until(() => urlOf() !== undefined || running.hasEnded(), 'the service', 60_000, said)
    if (running.hasEnded()) throw new Error(`The service ended: ${said()}`)
  } catch (error) {
    await running.stop()
    throw error
  }
  const url = urlOf() ?? ''
  return {
    ...running,
    url,
    async send(body) {
      try {
        const answer = await fetch(`${url}/webhooks/alertmanager`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${TOKENS_OF_TEST.webhook}`,
            'content-type': 'application/json',
          },
          body: JSON.stringify(body),
        })
        await answer.arrayBuffer()
        return answer.status
      } catch {
        return null
      }
    },
    async api<T>(what: string) {
      const answer = await fetch(`${url}/api/v1${what}`, {
        headers: { authorization: `Bearer ${TOKENS_OF_TEST.api}` },
      })
      if (!answer.ok) throw new Error(`${what}: ${answer.status} ${await answer.text()}`)
      return (await answer.json()) as T
    },
    logs: () =>
      running
        .stdout()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async kill() {
      running.signal('SIGKILL')
      await running.ended
    },
  }
}
