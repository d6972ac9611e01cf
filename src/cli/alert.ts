// `arrestor alert send`: one alert through the front door, as Alertmanager would send it.
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { type Command, InvalidArgumentError } from 'commander'
import * as z from 'zod'
import { ArrestorError, reasonOf } from '../errors.ts'
import { forTerminal } from '../runbooks/terminal.ts'
import { apiAccess, call, understood } from './api-client.ts'

const Answer = z.object({
  stored: z.number(),
  rejected: z.array(z.object({ pointer: z.string(), reason: z.string() })),
})

interface SendOptions {
  readonly label: string[]
  readonly annotation: string[]
  readonly resolved?: boolean
  readonly file?: string
  readonly json?: boolean
}

function collect(value: string, before: string[]): string[] {
  if (value.indexOf('=') < 1) throw new InvalidArgumentError('It is written name=value.')
  return [...before, value]
}

export function registerAlert(program: Command): void {
  program
    .command('alert')
    .description('alerts of a running service')
    .command('send [alertname]')
    .description(
      'send an alert to /webhooks/alertmanager (ARRESTOR_URL; the token is ARRESTOR_WEBHOOK_TOKEN)',
    )
    .option('-l, --label <name=value>', 'a label; repeatable', collect, [])
    .option('-a, --annotation <name=value>', 'an annotation; repeatable', collect, [])
    .option('--resolved', 'send its resolution')
    .option('-f, --file <file>', 'send this body as it is, in Alertmanager’s format (- for standard input)')
    .option('--json', 'as JSON')
    .action(async (name: string | undefined, options: SendOptions) => {
      const body =
        options.file === undefined
          ? bodyOf(name ?? 'ManualAlert', options, new Date())
          : readBody(options.file)
      const access = {
        ...apiAccess(process.env),
        token: process.env['ARRESTOR_WEBHOOK_TOKEN'] ?? process.env['ARRESTOR_TOKEN'] ?? '',
      }
      const answer = await call(access, 'POST', '/webhooks/alertmanager', body)
      const { stored, rejected } = understood(access, answer, Answer)
      if (options.json === true) console.log(JSON.stringify(answer.body))
      else {
        console.log(`${stored} stored, ${rejected.length} rejected.`)
        for (const one of rejected) console.log(`  ${forTerminal(one.pointer)}: ${forTerminal(one.reason)}`)
      }
    })
}

/** A v4 body with one alert. The fingerprint follows from the labels, so that `--resolved` finds what was sent before. */
export function bodyOf(
  name: string,
  options: Pick<SendOptions, 'label' | 'annotation' | 'resolved'>,
  now: Date,
): unknown {
  const labels: Record<string, string> = { alertname: name, severity: 'warning', ...pairs(options.label) }
  const annotations = pairs(options.annotation)
  const sorted = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
  const status = options.resolved === true ? 'resolved' : 'firing'
  const alert = {
    status,
    labels,
    annotations,
    startsAt: now.toISOString(),
    endsAt: status === 'resolved' ? now.toISOString() : '0001-01-01T00:00:00Z',
    generatorURL: '',
    fingerprint: createHash('sha256').update(sorted).digest('hex').slice(0, 16),
  }
  return {
    version: '4',
    groupKey: `{}:{alertname="${name}"}`,
    truncatedAlerts: 0,
    status,
    receiver: 'arrestor-cli',
    groupLabels: {},
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: '',
    alerts: [alert],
  }
}

function pairs(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

function readBody(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
  } catch (error) {
    throw new ArrestorError('ARR-705', { file, why: reasonOf(error) })
  }
}
