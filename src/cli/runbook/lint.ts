// `arrestor runbook lint`: what is wrong with runbooks, with file, line, column and mend.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type ConfigOutline, loadOutline } from '../../config/outline.ts'
import { PROBES } from '../../diagnosis/registry.ts'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { PLATFORM_KINDS, PLATFORM_READS } from '../../platforms/registry.ts'
import { ACTIONS } from '../../remediation/registry.ts'
import { folderOf } from '../../runbooks/folder.ts'
import { loadRunbooks } from '../../runbooks/load.ts'
import { formatLint, LINT_FORMATS, type LintFormat } from '../../runbooks/lint/format.ts'
import { type LintConfig, lintRunbooks, VERIFIED_DAYS } from '../../runbooks/lint/index.ts'
import { linesForTerminal } from '../../runbooks/terminal.ts'
import { SOURCES } from '../../sources/registry.ts'
import { foldersOr, mustBeFolders } from './options.ts'

interface LintOptions {
  readonly format: LintFormat
  readonly json?: boolean
  readonly config?: string
  readonly verifiedDays: number
  readonly strict?: boolean
}

const DEFAULT_CONFIG = 'arrestor.yml'

export function registerLint(runbook: Command): void {
  runbook
    .command('lint [folders...]')
    .description('what is wrong with runbooks, with file, line, column and mend')
    .addOption(
      new Option('-f, --format <format>', 'for people, machines or pull requests')
        .choices(LINT_FORMATS)
        .default('human'),
    )
    .addOption(new Option('--json', 'the same as --format json').conflicts('format'))
    .option(
      '-c, --config <file>',
      'configuration to hold them against (default: ARRESTOR_CONFIG, or arrestor.yml if there is one)',
    )
    .option('--verified-days <days>', 'how old `verified` may be', daysOf, VERIFIED_DAYS)
    .option('--strict', 'warnings fail too')
    .addHelpText(
      'after',
      '\nExit codes: 0 clean or warnings only, 1 errors (with --strict: warnings) or no runbook, 2 could not be run.',
    )
    .action(async (folders: string[], options: LintOptions) => {
      process.exitCode = await lint(folders, options)
    })
}

/** Prints the report; answers the exit code. */
async function lint(named: readonly string[], options: LintOptions): Promise<number> {
  try {
    const outline = outlineFor(options.config)
    const folders = named.length > 0 || outline === null ? foldersOr(named) : outline.folders
    await mustBeFolders(folders)
    const report = await lintRunbooks(
      folders,
      { probes: PROBES, actions: ACTIONS },
      {
        verifiedDays: options.verifiedDays,
        sources: [...SOURCES.keys()],
        kinds: PLATFORM_KINDS,
        ...(outline === null ? {} : { config: lintConfigOf(outline) }),
        caughtElsewhere: outline !== null && (await sharedCatchAll(named, outline)),
      },
    )
    console.log(formatLint(report, options.json === true ? 'json' : options.format))
    return report.errors > 0 || report.runbooks === 0 || (options.strict === true && report.warnings > 0)
      ? 1
      : 0
  } catch (error) {
    console.error(linesForTerminal(error instanceof ArrestorError ? error.message : reasonOf(error)))
    return 2
  }
}

/** The configuration that was named, or the one that lies here; null where there is none. */
function outlineFor(named: string | undefined): ConfigOutline | null {
  const file = named ?? process.env['ARRESTOR_CONFIG']
  if (file !== undefined && file !== '') return loadOutline(file, process.env)
  return existsSync(DEFAULT_CONFIG) ? loadOutline(DEFAULT_CONFIG, process.env) : null
}

/** Whether the folders named are some of the configuration's, of which another has a catch-all for all teams. */
async function sharedCatchAll(named: readonly string[], { folders }: ConfigOutline): Promise<boolean> {
  const configured = new Set(folders.map((choice) => path.resolve(folderOf(choice).path)))
  if (named.length === 0 || !named.every((folder) => configured.has(path.resolve(folder)))) return false
  const { served } = await loadRunbooks(folders)
  return served.some(({ runbook, team }) => runbook.catchAll && team === null)
}

/** What lint asks of a configuration, with what the readers of each kind can answer. */
export function lintConfigOf(outline: ConfigOutline): LintConfig {
  return {
    teams: outline.teams,
    policies: outline.policies,
    kinds: [...PLATFORM_KINDS],
    floors: outline.floors,
    webhooks: outline.webhooks,
    platforms: outline.platforms.map(({ name, kind, actions, hasMetrics }) => ({
      name,
      kind,
      reads: new Set([...(PLATFORM_READS.get(kind) ?? []), ...(hasMetrics ? ['metrics'] : [])]),
      actions: new Set(actions),
    })),
  }
}

function daysOf(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1) throw new InvalidArgumentError('Give a whole number of days.')
  return days
}
