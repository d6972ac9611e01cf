// `arrestor runbook match`: which runbook an alert gets, and why.
import { type Command, Option } from 'commander'
import * as z from 'zod'
import type { Alert } from '../../alerts/model.ts'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { explainMatch } from '../../runbooks/explain.ts'
import { PLATFORM_KINDS } from '../../platforms/registry.ts'
import { formatMatch, formatProblem } from '../../runbooks/format.ts'
import { loadRunbooks } from '../../runbooks/load.ts'
import { matchAlert, type RunbookIndex } from '../../runbooks/match.ts'
import type { ProbeOutputs } from '../../runbooks/model.ts'
import { forTerminal, linesForTerminal } from '../../runbooks/terminal.ts'
import { readAlerts } from './alerts.ts'
import {
  folderChoice,
  foldersOr,
  mustBeFolders,
  repeatable,
  teamNote,
  type Options as Common,
} from './options.ts'

interface Options extends Common {
  readonly folder: string[]
  readonly source?: string
  readonly outputs?: string
  readonly platformKind?: string
  readonly team?: string
}

const outputsSchema = z.record(
  z.string(),
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
)

export function registerMatch(runbook: Command): void {
  runbook
    .command('match <alert.json>')
    .description(
      'which runbook an alert gets and why; an Alertmanager body, {labels, annotations} or a list of them; - for standard input',
    )
    .option('-d, --folder <folder>', 'a folder of runbooks, or team=folder; repeatable', repeatable, [])
    .option('--source <name>', 'the file is a body as this source posts it')
    .option(
      '--outputs <json>',
      'what probes have found: the second pass too, for example {"death":{"signature":"F03"}}',
    )
    .addOption(
      new Option('--platform-kind <kind>', 'the kind of the alert’s platform').choices([...PLATFORM_KINDS]),
    )
    .option('--team <team>', 'the team whose runbooks count (default: those of all teams)')
    .option('--json', 'as JSON: a list, one for each alert')
    .addHelpText(
      'after',
      '\nExit codes: 0 answered, 1 a runbook is broken or what is given cannot be read, 2 a folder is not there.',
    )
    .action(async (file: string, options: Options) => {
      const outputs = outputsOf(options.outputs)
      const folders = foldersOr(options.folder).map(folderChoice)
      try {
        await mustBeFolders(folders)
      } catch (error) {
        console.error(linesForTerminal(error instanceof ArrestorError ? error.message : reasonOf(error)))
        process.exitCode = 2
        return
      }
      const library = await loadRunbooks(folders)
      const index = options.team === undefined ? library.index : library.indexFor(options.team)
      const reports = readAlerts(file, options.source).map((alert) => report(index, alert, outputs, options))
      // A broken runbook may be the one that the alert would get: the answer stands, but is none to rely on.
      const broken = library.problems.filter(({ level }) => level === 'error')
      for (const problem of broken) console.error(formatProblem(problem))
      if (broken.length > 0) process.exitCode = 1
      const note = teamNote(options.team, folders)
      if (note !== null) console.error(forTerminal(note))
      console.log(
        options.json === true
          ? JSON.stringify(
              reports.map(({ json }) => json),
              null,
              2,
            )
          : reports.map(({ text }) => text(reports.length > 1)).join('\n\n'),
      )
    })
}

/** The last pass explained; where there are two, what the first would say on the way. */
function report(
  index: RunbookIndex,
  alert: Alert,
  outputs: ProbeOutputs | undefined,
  { platformKind }: Options,
): { json: unknown; text: (several: boolean) => string } {
  const explained = explainMatch(index, alert, outputs, platformKind)
  const first = outputs === undefined ? null : matchAlert(index, alert, undefined, platformKind)
  const job = alert.run.jobName === null ? '' : ` of ${alert.run.jobName}`
  return {
    json: {
      alert: alert.name,
      labels: alert.labels,
      ...(first === null ? {} : { first: { runbook: first.runbook?.id ?? null, reason: first.reason } }),
      ...(JSON.parse(formatMatch(explained, 'json')) as Record<string, unknown>),
    },
    text: (several) =>
      [
        ...(several ? [`# ${forTerminal(`${alert.name}${job}`)}`] : []),
        ...(first === null ? [] : [`before probes: ${first.runbook?.id ?? 'none'} (${first.reason})`]),
        formatMatch(explained, 'human'),
      ].join('\n'),
  }
}

function outputsOf(text: string | undefined): ProbeOutputs | undefined {
  if (text === undefined) return undefined
  try {
    return outputsSchema.parse(JSON.parse(text))
  } catch (error) {
    const why = error instanceof z.ZodError ? (error.issues[0]?.message ?? 'not outputs') : reasonOf(error)
    throw new ArrestorError('ARR-705', {
      file: 'given by --outputs',
      why: `${why}; write {"death":{"signature":"F03"}}`,
    })
  }
}
