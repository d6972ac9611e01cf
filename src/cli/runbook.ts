// `arrestor runbook lint|match|test`: offline, on files alone.
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { createNormaliseJobName } from '../alerts/job-name.ts'
import type { Alert } from '../alerts/model.ts'
import { PROBES } from '../diagnosis/registry.ts'
import { ArrestorError, reasonOf } from '../errors.ts'
import { keyOf } from '../incidents/key.ts'
import { ACTIONS } from '../remediation/registry.ts'
import { explainMatch } from '../runbooks/explain.ts'
import { type Format, formatLint, formatMatch, formatTests } from '../runbooks/format.ts'
import { lintRunbooks } from '../runbooks/lint.ts'
import { loadRunbooks } from '../runbooks/load.ts'
import { testRunbooks } from '../runbooks/test-runner.ts'
import { alertmanager } from '../sources/alertmanager/index.ts'

interface Options {
  readonly json?: boolean
}

const DEFAULT = ['runbooks']
const format = (options: Options): Format => (options.json === true ? 'json' : 'human')
const orDefault = (folders: readonly string[]): readonly string[] =>
  folders.length === 0 ? DEFAULT : folders

export function registerRunbook(program: Command): void {
  const runbook = program.command('runbook').description('check and try runbooks; needs no service')
  runbook
    .command('lint [folders...]')
    .description('what is wrong with runbooks, with file, line and mend; exit code 1 on errors')
    .option('--json', 'as JSON')
    .action(async (folders: string[], options: Options) => {
      const report = await lintRunbooks(orDefault(folders), { probes: PROBES, actions: ACTIONS })
      console.log(formatLint(report, format(options)))
      if (report.errors > 0) process.exitCode = 1
    })
  runbook
    .command('match <alert.json>')
    .description(
      'which runbook an alert gets and why; an Alertmanager body or {labels, annotations}; - for standard input',
    )
    .option(
      '-d, --folder <folder>',
      'a folder of runbooks; repeatable',
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option('--json', 'as JSON')
    .action(async (file: string, options: Options & { folder: string[] }) => {
      const { index } = await loadRunbooks(orDefault(options.folder))
      for (const alert of readAlerts(file))
        console.log(formatMatch(explainMatch(index, alert), format(options)))
    })
  runbook
    .command('test [folders...]')
    .description('run the <id>.test.yml files; exit code 1 when one fails')
    .option('--json', 'as JSON')
    .action(async (folders: string[], options: Options) => {
      const report = await testRunbooks(orDefault(folders), {
        actions: ACTIONS,
        normalise: (body) => alertsOf(body),
        keyOf: (alert, runbook) => keyOf(alert, alert.run.platform, runbook.keyLabels),
      })
      console.log(formatTests(report, format(options)))
      if (report.failed > 0 || report.problems.some((problem) => problem.level === 'error'))
        process.exitCode = 1
    })
}

function readAlerts(file: string): readonly Alert[] {
  let body: unknown
  try {
    body = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
  } catch (error) {
    throw new ArrestorError('ARR-705', { file, why: reasonOf(error) })
  }
  const isEnvelope = typeof body === 'object' && body !== null && 'alerts' in body
  return alertsOf(isEnvelope ? body : envelopeOf(body))
}

function alertsOf(body: unknown): readonly Alert[] {
  const read = alertmanager.normalise(body, { now: new Date(), normaliseJobName: createNormaliseJobName([]) })
  if (read.kind === 'refused') throw new ArrestorError('ARR-705', { file: 'the alert', why: read.reason })
  const [wrong] = read.rejected
  if (wrong !== undefined)
    throw new ArrestorError('ARR-705', { file: `the alert at ${wrong.pointer}`, why: wrong.reason })
  return read.elements.map(({ alert }) => alert)
}

/** `{labels, annotations}` is enough to match; the rest of the envelope is filled in. */
function envelopeOf(alert: unknown): unknown {
  const fields = typeof alert === 'object' && alert !== null ? alert : {}
  return { version: '4', alerts: [{ status: 'firing', startsAt: new Date(0).toISOString(), ...fields }] }
}
