// `arrestor runbook lint`: what is wrong with runbooks, with file, line and mend.
import type { Command } from 'commander'
import { PROBES } from '../../diagnosis/registry.ts'
import { ACTIONS } from '../../remediation/registry.ts'
import { formatLint } from '../../runbooks/format.ts'
import { lintRunbooks } from '../../runbooks/lint.ts'
import { type Options, foldersOr, formatOf } from './options.ts'

export function registerLint(runbook: Command): void {
  runbook
    .command('lint [folders...]')
    .description('what is wrong with runbooks, with file, line and mend; exit code 1 on errors')
    .option('--json', 'as JSON')
    .action(async (folders: string[], options: Options) => {
      const report = await lintRunbooks(foldersOr(folders), { probes: PROBES, actions: ACTIONS })
      console.log(formatLint(report, formatOf(options)))
      if (report.errors > 0) process.exitCode = 1
    })
}
