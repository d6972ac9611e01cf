// `arrestor runbook test`: runs the test files that stand beside runbooks.
import { type Command, Option } from 'commander'
import { loadConfig } from '../../config/load.ts'
import { settingsOf } from '../../config/settings.ts'
import { PROBES } from '../../diagnosis/registry.ts'
import type { Settings } from '../../flow/settings.ts'
import { keyOf } from '../../incidents/key.ts'
import { PLATFORM_KINDS } from '../../platforms/registry.ts'
import { plannedOffers } from '../../remediation/planned-offers.ts'
import { ACTIONS } from '../../remediation/registry.ts'
import { TEST_FORMATS, type TestFormat, exitCodeOf, formatTests } from '../../runbooks/test-report.ts'
import { type TestDeps, testRunbooks } from '../../runbooks/test-runner.ts'
import { linesForTerminal } from '../../runbooks/terminal.ts'
import { SOURCES } from '../../sources/registry.ts'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { foldersOr } from './options.ts'
import { replayProbes } from './replay.ts'

interface Options {
  readonly json?: boolean
  readonly format: TestFormat
  readonly config?: string
}

export function registerTest(runbook: Command): void {
  runbook
    .command('test [folders...]')
    .description(
      'run the <id>.test.yml files; exit code 1 when one fails or there is none, 2 when something could not be run',
    )
    .addOption(new Option('--format <format>', 'how to answer').choices(TEST_FORMATS).default('human'))
    .addOption(new Option('--json', 'as JSON').conflicts('format'))
    .option(
      '-c, --config <file>',
      'arrestor.yml whose floors of actions and patterns of job names count (default: none)',
    )
    .action(async (folders: string[], options: Options) => {
      try {
        const report = await testRunbooks(foldersOr(folders), testDeps(settingsFrom(options.config)))
        console.log(formatTests(report, options.json === true ? 'json' : options.format))
        process.exitCode = exitCodeOf(report)
      } catch (error) {
        console.error(linesForTerminal(error instanceof ArrestorError ? error.message : reasonOf(error)))
        process.exitCode = 2
      }
    })
}

function settingsFrom(file: string | undefined): Pick<Settings, 'floors' | 'normaliseJobName'> | null {
  return file === undefined ? null : settingsOf(loadConfig(file, process.env))
}

/** What tests borrow from the rooms of the service. */
export function testDeps(settings: Pick<Settings, 'floors' | 'normaliseJobName'> | null): TestDeps {
  return {
    actions: ACTIONS,
    sources: SOURCES,
    names: { probes: PROBES, kinds: PLATFORM_KINDS },
    ...(settings === null ? {} : { normaliseJobName: settings.normaliseJobName }),
    keyOf: (alert, runbook) => keyOf(alert, alert.run.platform, runbook.keyLabels),
    buttonsOf: (views, alert, facts, webhooks) =>
      plannedOffers(
        views,
        { team: 'test', run: alert.run, facts: Object.fromEntries(facts), webhooks, deployments: [] },
        settings?.floors ?? new Map(),
      ),
    replay: replayProbes,
  }
}
