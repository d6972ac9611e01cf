// `arrestor runbook coverage`: which alerts have no runbook, of Prometheus rules files or of a running service.
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type * as z from 'zod'
import { reasonOf } from '../../errors.ts'
import { Coverage } from '../../http/api/routes/coverage.ts'
import { countRules, formatRules } from '../../runbooks/coverage-report.ts'
import { loadRunbooks } from '../../runbooks/load.ts'
import { coverRules } from '../../runbooks/rule-coverage.ts'
import { type ReadRules, readRules } from '../../runbooks/rules-file.ts'
import { forTerminal } from '../../runbooks/terminal.ts'
import { apiAccess, call, understood } from '../api-client.ts'
import { folderChoice, foldersOr, repeatable, teamNote } from './options.ts'

interface Options {
  readonly rules?: string[]
  readonly folder: string[]
  readonly team?: string
  readonly days: string
  readonly failOnGap?: boolean
  readonly json?: boolean
}

export function registerCoverage(runbook: Command): void {
  runbook
    .command('coverage')
    .description(
      'which alerts have no runbook: of rules files (--rules), or of the last days of a running service (ARRESTOR_URL, ARRESTOR_TOKEN)',
    )
    .option(
      '-r, --rules <file...>',
      'Prometheus rules files, or PrometheusRule objects; no service is needed',
    )
    .option(
      '-d, --folder <folder>',
      'with --rules: a folder of runbooks, or team=folder; repeatable',
      repeatable,
      [],
    )
    .option('--team <team>', 'with --rules: the team whose runbooks count')
    .option('--days <number>', 'without --rules: how far to look back', '30')
    .option('--fail-on-gap', 'exit code 1 when an alert has no runbook')
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      const gaps =
        options.rules === undefined ? await liveGaps(options) : await ruleGaps(options.rules, options)
      if (options.failOnGap === true && gaps > 0) process.exitCode ??= 1
    })
}

async function ruleGaps(files: readonly string[], options: Options): Promise<number> {
  const folders = foldersOr(options.folder).map(folderChoice)
  const note = teamNote(options.team, folders)
  if (note !== null) console.error(forTerminal(note))
  const library = await loadRunbooks(folders)
  const index = options.team === undefined ? library.index : library.indexFor(options.team)
  const read = await Promise.all(files.map(rulesIn))
  const rules = coverRules(
    index,
    read.flatMap((one) => one.rules),
  )
  const problems = [
    ...library.problems.filter(({ level }) => level === 'error'),
    ...read.flatMap((one) => one.problems),
  ]
  const report = { rules, problems }
  console.log(
    options.json === true
      ? JSON.stringify({ ...countRules(rules), ...report }, null, 2)
      : formatRules(report),
  )
  // What could not be read may hold a gap: green would be a lie.
  if (problems.length > 0) process.exitCode = 2
  return countRules(rules).not_caught
}

async function rulesIn(file: string): Promise<ReadRules> {
  try {
    return readRules(await readFile(file, 'utf8'), file)
  } catch (error) {
    const message = `the file cannot be read: ${reasonOf(error)}`
    const mend = 'Check its name.'
    return {
      rules: [],
      problems: [{ file, line: 1, column: 1, level: 'error', code: 'rules', message, mend }],
    }
  }
}

async function liveGaps(options: Options): Promise<number> {
  const access = apiAccess(process.env)
  const answer = await call(
    access,
    'GET',
    `/api/v1/runbooks/coverage?days=${encodeURIComponent(options.days)}`,
  )
  const coverage = understood(access, answer, Coverage)
  console.log(options.json === true ? JSON.stringify(coverage, null, 2) : formatLive(coverage))
  return coverage.alerts.filter(({ gap }) => gap).length
}

type Live = z.infer<typeof Coverage>

function formatLive({ alerts, days, more }: Live): string {
  const width = Math.min(50, Math.max(5, ...alerts.map(({ name }) => forTerminal(name).length)))
  const lines = alerts.map((one) =>
    [
      one.gap ? 'gap   ' : 'caught',
      forTerminal(one.name).padEnd(width),
      forTerminal(one.team).padEnd(16),
      String(one.alerts).padStart(7),
      `${one.first_seen.slice(0, 10)}..${one.last_seen.slice(0, 10)}`,
      forTerminal(outcome(one)),
    ].join('  '),
  )
  const gaps = alerts.filter(({ gap }) => gap).length
  const total = `${alerts.length} alert names in ${days} days${more ? ', and more' : ''}: ${gaps} without a runbook`
  return [...lines, total].join('\n')
}

function outcome({ got, now, gap }: Live['alerts'][number]): string {
  const told = got.map(({ runbook, reason, incidents }) => {
    const name =
      reason === 'none'
        ? 'no runbook'
        : `${runbook ?? 'a runbook'}${reason === 'catch_all' ? ' (catch-all)' : ''}`
    return `${name}: ${incidents} incident${incidents === 1 ? '' : 's'}`
  })
  const caughtNow = now.reason === 'matched' || now.reason === 'named'
  const before = got.every(({ reason }) => reason === 'catch_all' || reason === 'none')
  if (!gap && caughtNow && before && now.runbook !== null) told.push(`now ${now.runbook}`)
  return told.length === 0 ? (now.runbook ?? 'no runbook') : told.join(', ')
}
