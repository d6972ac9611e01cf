// `arrestor runbook test`: runs the test files that stand beside runbooks.
import type { Command } from 'commander'
import { keyOf } from '../../incidents/key.ts'
import { ACTIONS } from '../../remediation/registry.ts'
import { formatTests } from '../../runbooks/format.ts'
import { testRunbooks } from '../../runbooks/test-runner.ts'
import { alertsOf } from './alerts.ts'
import { type Options, foldersOr, formatOf } from './options.ts'

export function registerTest(runbook: Command): void {
  runbook
    .command('test [folders...]')
    .description('run the <id>.test.yml files; exit code 1 when one fails')
    .option('--json', 'as JSON')
    .action(async (folders: string[], options: Options) => {
      const report = await testRunbooks(foldersOr(folders), {
        actions: ACTIONS,
        normalise: (body) => alertsOf(body),
        keyOf: (alert, runbook) => keyOf(alert, alert.run.platform, runbook.keyLabels),
      })
      console.log(formatTests(report, formatOf(options)))
      if (report.failed > 0 || report.problems.some((problem) => problem.level === 'error'))
        process.exitCode = 1
    })
}
